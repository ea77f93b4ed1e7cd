"""A wild market is left, a thin one is not entered; limits of 0 are no limits.

By hand: at least 1,000 dollars a bar, volatility of at most 0.03.
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from robo_trader.core.rules.filters import filtered_view, nothing_added

STRENGTHS = st.floats(-1.0, 1.0)


def view(*, wanted: float, held: float = 0.0, turnover: float = 1_000.0, risk: float = 0.03) -> float:
    return filtered_view(wanted, held, turnover, risk, turnover_min=1_000.0, risk_max=0.03)


@pytest.mark.parametrize("held", [-1.0, 0.0, 0.5, 1.0])
def test_a_wild_market_is_left_and_not_entered(held: float) -> None:
    assert view(wanted=1.0, held=held, risk=0.0301) == 0.0


def test_at_the_limits_all_is_as_wanted() -> None:
    assert view(wanted=-0.7, held=0.2) == -0.7


@pytest.mark.parametrize(
    ("held", "wanted", "allowed"),
    [
        pytest.param(0.0, 1.0, 0.0, id="nothing is entered"),
        pytest.param(0.5, 1.0, 0.5, id="nothing is added"),
        pytest.param(1.0, 0.5, 0.5, id="less is fine"),
        pytest.param(1.0, 1.0, 1.0, id="what is held stays"),
        pytest.param(1.0, 0.0, 0.0, id="an exit is an exit"),
        pytest.param(1.0, -1.0, 0.0, id="a turn is only an exit"),
        pytest.param(-0.5, -1.0, -0.5, id="nothing is added to a short"),
        pytest.param(-1.0, -0.5, -0.5, id="a short may shrink"),
        pytest.param(-1.0, 0.4, 0.0, id="a short turned is an exit"),
    ],
)
def test_a_thin_market_is_not_entered(held: float, wanted: float, allowed: float) -> None:
    assert view(wanted=wanted, held=held, turnover=999.0) == allowed


def test_a_wild_thin_market_is_left() -> None:
    assert view(wanted=1.0, held=1.0, turnover=0.0, risk=1.0) == 0.0


@given(STRENGTHS, STRENGTHS)
def test_limits_of_0_are_off(wanted: float, held: float) -> None:
    assert filtered_view(wanted, held, 0.0, 1e9, 0.0, 0.0) == wanted


@given(STRENGTHS, STRENGTHS)
def test_nothing_added_is_never_more_nor_on_another_side(wanted: float, held: float) -> None:
    allowed = nothing_added(wanted, held)
    assert abs(allowed) <= min(abs(wanted), abs(held))
    assert allowed * wanted >= 0.0 and allowed * held >= 0.0
