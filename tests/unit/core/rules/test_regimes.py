"""Regimes by volatility, by an index of it, and by trend.

Worked by hand. Volatility over 2 returns with a history of 3: log returns 0, 0, 0.1, 0.4 have volatilities in the order
0, then 0.1 / sqrt(2), then 0.3 / sqrt(2): each the highest so far, so stressed. Then 0.4 and 0.3 again, of which the
volatilities 0 and 0.1 / sqrt(2) are the lowest and the middle one of their last three.

Trend over 2 bars with a slope over 1: closes 10, 10, 11 have averages 10 and 10.5, and 11 is 4.8 % above the latter.
"""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from robo_trader.core.rules.regimes import (
    CALM,
    NORMAL,
    STRESSED,
    trend_regime_state_size,
    trend_regime_update,
    vix_regime_state_size,
    vix_regime_update,
    volatility_regime_state_size,
    volatility_regime_update,
)


def by_volatility(log_returns: list[float], length: int, history: int) -> list[float]:
    state = [0.0] * volatility_regime_state_size(length, history, 0.25, 0.75)
    values, log_close = [], 0.0
    for log_return in [0.0, *log_returns]:
        log_close += log_return
        values.append(volatility_regime_update(state, math.exp(log_close), length, history, 0.25, 0.75))
    return values


def by_trend(closes: list[float], length: int, slope_length: int, band: float) -> list[float]:
    state = [0.0] * trend_regime_state_size(length, slope_length, band)
    return [trend_regime_update(state, close, length, slope_length, band) for close in closes]


def test_the_volatility_is_placed_among_its_own_last_values() -> None:
    values = by_volatility([0.0, 0.0, 0.1, 0.4, 0.4, 0.3], 2, 3)
    assert all(map(math.isnan, values[:4]))
    assert values[4:] == [STRESSED, CALM, NORMAL]


def test_equal_volatilities_are_normal() -> None:
    assert by_volatility([0.0] * 9, 2, 3)[5:] == [NORMAL] * 5


@pytest.mark.parametrize(
    ("level", "regime"),
    [(14.9, CALM), (15.0, NORMAL), (20.0, NORMAL), (25.0, NORMAL), (25.1, STRESSED)],
)
def test_the_index_is_compared_with_two_levels(level: float, regime: float) -> None:
    assert vix_regime_update([0.0] * vix_regime_state_size(15.0, 25.0), level, 15.0, 25.0) == regime


def test_a_trend_needs_the_close_beyond_the_band_and_the_average_moving() -> None:
    assert by_trend([10.0, 10.0, 11.0], 2, 1, 0.04)[-1] == 1.0
    assert by_trend([10.0, 10.0, 11.0], 2, 1, 0.05)[-1] == 0.0
    assert by_trend([10.0, 10.0, 9.0], 2, 1, 0.05)[-1] == -1.0
    assert by_trend([10.0, 10.0, 9.0], 2, 1, 0.06)[-1] == 0.0


def test_a_bounce_within_a_falling_average_is_no_trend() -> None:
    assert by_trend([20.0, 10.0, 12.0], 2, 1, 0.0)[-1] == 0.0
    assert by_trend([10.0, 20.0, 18.0], 2, 1, 0.0)[-1] == 0.0


def test_a_trend_is_known_once_the_average_has_a_past() -> None:
    assert [math.isnan(value) for value in by_trend([10.0] * 8, 3, 2, 0.01)] == [n < 4 for n in range(8)]


def test_a_price_that_stands_still_goes_sideways() -> None:
    assert set(by_trend([0.1] * 60, 7, 3, 0.0)[9:]) == {0.0}


@given(st.lists(st.integers(1, 10**5).map(lambda cents: cents / 100), min_size=6, max_size=30))
def test_a_narrower_band_never_takes_a_trend_away(closes: list[float]) -> None:
    wide, narrow = by_trend(closes, 3, 2, 0.05), by_trend(closes, 3, 2, 0.01)
    assert all(one in {0.0, other} for one, other in zip(wide[4:], narrow[4:], strict=True))
