"""Winners are bought and losers sold; what has not moved is neither."""

import pytest

from robo_trader.core.rules.past_returns import (
    agreed_direction,
    direction,
    is_new_month,
    long_or_short,
    ranked_view,
)


@pytest.mark.parametrize(("change", "sign"), [(0.01, 1.0), (-0.01, -1.0), (0.0, 0.0), (1e-15, 0.0), (-1e-15, 0.0)])
def test_direction_is_the_sign_but_for_rounding(change: float, sign: float) -> None:
    assert direction(change) == sign


@pytest.mark.parametrize(
    ("view", "shorts", "allowed"),
    [(1.0, 0.0, 1.0), (-1.0, 0.0, 0.0), (-1.0, 1.0, -1.0), (0.0, 0.0, 0.0), (1.0, 1.0, 1.0)],
)
def test_a_short_view_needs_leave(view: float, shorts: float, allowed: float) -> None:
    assert long_or_short(view, shorts) == allowed


@pytest.mark.parametrize(
    ("one", "other", "sign"),
    [(0.1, 0.2, 1.0), (-0.1, -0.2, -1.0), (0.1, -0.2, 0.0), (-0.1, 0.2, 0.0), (0.1, 0.0, 0.0), (0.0, 0.0, 0.0)],
)
def test_two_returns_agree_or_say_nothing(one: float, other: float, sign: float) -> None:
    assert agreed_direction(one, other) == sign


@pytest.mark.parametrize("top", [0.1, 0.2, 0.3, 0.4, 0.5])
def test_the_edge_belongs_to_the_best_and_to_the_worst(top: float) -> None:
    """Places 0, 0.1 ... 1: the best 0.1 are 0.9 and 1, however 1 - 0.1 is rounded; the worst likewise."""
    places = [n / 10 for n in range(11)]
    views = [ranked_view(place, top, 0.0) for place in places]
    assert views.count(1.0) == round(top * 10) + 1
    assert [-ranked_view(place, 0.0, top) for place in reversed(places)] == views


def test_between_the_best_and_the_worst_there_is_no_view() -> None:
    assert [ranked_view(place, 0.3, 0.3) for place in (0.0, 0.25, 0.5, 0.75, 1.0)] == [-1.0, -1.0, 0.0, 1.0, 1.0]


def test_a_month_begins_when_more_days_are_left_than_before() -> None:
    assert is_new_month(30.0, 0.0)
    assert not is_new_month(0.0, 1.0)
    assert not is_new_month(12.0, 12.0), "another bar of the same session"
