"""A distance of 2 is entered against, and left at 0.5; the trend is asked for at the entry alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from robo_trader.core.rules.reversion import residual_weight, reversion_view, weight_for_equal_beta


def view(*, distance: float, held: float = 0.0, trend: float = 100.0, leave: float = 0.5, shorts: float = 1.0) -> float:
    return reversion_view(held, distance, 100.0, trend, 2.0, leave, shorts)


@pytest.mark.parametrize(
    ("held", "distance", "expected"),
    [
        pytest.param(0.0, -2.0, 1.0, id="a fall of exactly the entry is bought"),
        pytest.param(0.0, -1.99, 0.0, id="a smaller one is not"),
        pytest.param(1.0, -0.51, 1.0, id="held until it has come home"),
        pytest.param(1.0, -0.5, 0.0, id="and left then"),
        pytest.param(1.0, 2.5, -1.0, id="or turned, where it has overshot"),
        pytest.param(0.0, 2.0, -1.0, id="a rise is sold"),
        pytest.param(-1.0, 0.51, -1.0, id="the short is held likewise"),
        pytest.param(-1.0, 0.5, 0.0, id="and left likewise"),
        pytest.param(-1.0, -3.0, 1.0, id="or turned"),
    ],
)
def test_in_at_2_out_at_a_half(held: float, distance: float, expected: float) -> None:
    assert view(held=held, distance=distance) == expected


@pytest.mark.parametrize(
    ("held", "distance", "trend", "expected"),
    [
        pytest.param(0.0, -3.0, 100.01, 0.0, id="no fall is bought below the trend"),
        pytest.param(0.0, 3.0, 99.99, 0.0, id="no rise is sold above it"),
        pytest.param(1.0, -3.0, 100.01, 1.0, id="what is held does not ask"),
        pytest.param(-1.0, 3.0, 99.99, -1.0, id="nor does a short"),
    ],
)
def test_only_the_entry_asks_for_the_trend(held: float, distance: float, trend: float, expected: float) -> None:
    assert view(held=held, distance=distance, trend=trend) == expected


def test_without_shorts_a_rise_is_no_entry() -> None:
    assert view(distance=3.0, shorts=0.0) == 0.0


def test_a_negative_leave_waits_for_the_other_side() -> None:
    assert [view(held=1.0, distance=d, leave=-1.0) for d in (0.0, 0.99, 1.0)] == [1.0, 1.0, 0.0]


@pytest.mark.parametrize(
    ("zscore", "entry", "weight"),
    [(1.0, 0.0, -0.5), (-1.0, 0.0, 0.5), (3.0, 0.0, -1.0), (-3.0, 0.0, 1.0), (0.9, 1.0, 0.0), (1.0, 1.0, -0.5)],
)
def test_the_weight_is_against_the_residual(zscore: float, entry: float, weight: float) -> None:
    assert residual_weight(zscore, entry, 2.0) == weight


@pytest.mark.parametrize(("beta", "weight"), [(1.0, 0.5), (2.0, 0.25), (0.5, 1.0), (0.1, 1.0), (-1.0, 1.0)])
def test_weights_carry_equal_beta(beta: float, weight: float) -> None:
    assert weight_for_equal_beta(beta, 0.5) == weight


@given(st.floats(-1e6, 1e6), st.floats(0.0, 10.0), st.floats(0.1, 20.0), st.floats(-1e6, 1e6))
def test_a_weight_is_a_strength(zscore: float, entry: float, full: float, beta: float) -> None:
    assert abs(residual_weight(zscore, entry, full) * weight_for_equal_beta(beta, 0.5)) <= 1.0
