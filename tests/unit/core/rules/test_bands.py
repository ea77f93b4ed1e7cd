"""Bands are as wide as the price moves.

Worked by hand. Bollinger's over 2, two deviations, of 1, 3, 7, 5: means 2, 5, 6 and deviations 1, 2, 1.
Keltner's over 1, two true ranges, bars as high, low, close: (10, 8, 9), (12, 9, 11), (11, 10, 10): typical prices 9,
32/3, 31/3, and true ranges 3 and 1.
"""

import math
import statistics

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from robo_trader.core.features import volatility
from robo_trader.core.features import volatility_bands as bands
from robo_trader.core.features.feature import Feature

NAN = math.nan
RANGED = [(10.0, 8.0, 9.0), (12.0, 9.0, 11.0), (11.0, 10.0, 10.0)]
REST_AFTER_A_STORM = [1e4, 1.0, 9e3, *[100.1] * 6]
PRICES = st.lists(st.integers(1, 1_000_000).map(lambda cents: cents / 100), min_size=1, max_size=60)


def run(feature: Feature, prices: list[float]) -> list[float]:
    state = [0.0] * feature.state_size
    return [feature.rule(state, price, *feature.parameters) for price in prices]


@pytest.mark.parametrize(
    ("feature", "expected"),
    [
        pytest.param(volatility.standard_deviation(2), [NAN, 1.0, 2.0, 1.0], id="deviation"),
        pytest.param(bands.bollinger_upper(2, 2.0), [NAN, 4.0, 9.0, 8.0], id="upper"),
        pytest.param(bands.bollinger_lower(2, 2.0), [NAN, 0.0, 1.0, 4.0], id="lower"),
        pytest.param(bands.bollinger_percent_b(2, 2.0), [NAN, 0.75, 0.75, 0.25], id="between them"),
        pytest.param(bands.bollinger_bandwidth(2, 2.0), [NAN, 2.0, 1.6, 4 / 6], id="width"),
    ],
)
def test_bollinger_as_worked_by_hand(feature: Feature, expected: list[float]) -> None:
    assert run(feature, [1.0, 3.0, 7.0, 5.0]) == pytest.approx(expected, nan_ok=True)


def test_a_price_come_to_rest_has_no_width_and_no_place_between_the_bands() -> None:
    assert run(bands.bollinger_bandwidth(3, 2.0), REST_AFTER_A_STORM)[5:] == [0.0] * 4
    assert run(bands.bollinger_upper(3, 2.0), REST_AFTER_A_STORM)[5:] == [100.1] * 4
    assert run(bands.bollinger_lower(3, 2.0), REST_AFTER_A_STORM)[5:] == [100.1] * 4
    assert all(map(math.isnan, run(bands.bollinger_percent_b(3, 2.0), REST_AFTER_A_STORM)[5:]))


@pytest.mark.parametrize(
    ("feature", "expected"),
    [
        pytest.param(bands.keltner_upper(1, 1, 2.0), [NAN, 32 / 3 + 6, 31 / 3 + 2], id="upper"),
        pytest.param(bands.keltner_lower(1, 1, 2.0), [NAN, 32 / 3 - 6, 31 / 3 - 2], id="lower"),
        pytest.param(bands.keltner_lower(3, 1, 2.0), [NAN, NAN, 10.0 - 2], id="waits for the longer of the two"),
    ],
)
def test_keltner_as_worked_by_hand(feature: Feature, expected: list[float]) -> None:
    state = [0.0] * feature.state_size
    values = [feature.rule(state, *bar, *feature.parameters) for bar in RANGED]
    assert values == pytest.approx(expected, nan_ok=True)


@given(PRICES, st.integers(2, 12))
@settings(deadline=None)
def test_bollinger_agrees_with_the_definition(prices: list[float], length: int) -> None:
    upper, lower = run(bands.bollinger_upper(length), prices), run(bands.bollinger_lower(length), prices)
    inside = run(bands.bollinger_percent_b(length), prices)
    for end in range(length, len(prices) + 1):
        window = prices[end - length : end]
        mean, deviation = statistics.fmean(window), statistics.pstdev(window)
        rounding = 1e-10 * max(prices)
        assert math.isclose(upper[end - 1], mean + 2 * deviation, rel_tol=1e-9, abs_tol=rounding)
        assert math.isclose(lower[end - 1], mean - 2 * deviation, rel_tol=1e-9, abs_tol=rounding)
        if max(window) > min(window):
            place = 0.5 + (window[-1] - mean) / (4 * deviation)
            assert math.isclose(inside[end - 1], place, rel_tol=1e-7, abs_tol=1e-7)
