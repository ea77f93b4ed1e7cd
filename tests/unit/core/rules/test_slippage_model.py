"""Slippage by the square-root law, against numbers reckoned by hand."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from robo_trader.core.rules.slippage import bar_slippage_bps, impact_bps, one_range_volatility, square_root_bps


def test_a_hundredth_of_a_days_volume_moves_a_tenth_of_the_volatility() -> None:
    """2 % of volatility, coefficient 1, a root of 0.01: 20 bps, and 3 of half the spread."""
    assert square_root_bps(3.0, 0.02, 1.0, 0.01) == pytest.approx(23.0)


def test_the_range_of_a_bar_is_a_volatility_as_parkinson_has_it() -> None:
    assert one_range_volatility(101.0, 99.0) == pytest.approx(math.log(101 / 99) / (2 * math.sqrt(math.log(2))))
    assert one_range_volatility(100.0, 100.0) == 0.0


def test_a_bar_without_range_costs_half_the_spread() -> None:
    assert bar_slippage_bps(100.0, 100.0, 1_000.0, 10.0, 1.5, 0.67) == 1.5


@given(
    volatility=st.floats(0.0001, 0.2), shares=st.floats(1, 1e6), volume=st.floats(1e6, 1e9), parts=st.integers(2, 390)
)
def test_the_law_does_not_care_for_the_span(volatility: float, shares: float, volume: float, parts: int) -> None:
    """A span cut into parts has the root of the volatility, and as much less volume."""
    whole = impact_bps(volatility, 0.67, shares / volume)
    assert impact_bps(volatility / parts**0.5, 0.67, shares / (volume / parts)) == pytest.approx(whole)


@given(shares=st.floats(1, 1e6), more=st.floats(1, 1e6))
def test_more_shares_never_cost_less(shares: float, more: float) -> None:
    assert impact_bps(0.02, 0.67, (shares + more) / 1e7) >= impact_bps(0.02, 0.67, shares / 1e7)
