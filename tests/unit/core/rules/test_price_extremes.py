"""Channels, midpoints and Aroon see the last bars only; what a breakout is measured against sees those before.

Worked by hand, length 2, bars as high, low: (5, 3), (7, 1), (6, 2), (1, 0).
"""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from robo_trader.core.features import trend_of_ranges, volatility_bands
from robo_trader.core.features.feature import Feature

Row = tuple[float, float]  # high, low

NAN = math.nan
HAND = [(5.0, 3.0), (7.0, 1.0), (6.0, 2.0), (1.0, 0.0)]
TIED = [(5.0, 3.0), (7.0, 1.0), (6.0, 2.0), (7.0, 2.0), (1.0, 1.0)]
PRICE = st.one_of(st.just(10.0), st.floats(0.01, 10_000))
BARS = st.lists(st.tuples(PRICE, PRICE).map(lambda pair: (max(pair), min(pair))), min_size=1, max_size=60)


def run(feature: Feature, bars: list[Row]) -> list[float]:
    state = [0.0] * feature.state_size
    places = [("high", "low").index(name) for name in feature.inputs]
    return [feature.rule(state, *(bar[place] for place in places), *feature.parameters) for bar in bars]


@pytest.mark.parametrize(
    ("feature", "expected"),
    [
        pytest.param(volatility_bands.donchian_upper(2), [NAN, 7.0, 7.0, 6.0], id="highest, this bar included"),
        pytest.param(volatility_bands.donchian_lower(2), [NAN, 1.0, 1.0, 0.0], id="lowest, this bar included"),
        pytest.param(volatility_bands.donchian_prior_upper(2), [NAN, NAN, 7.0, 7.0], id="highest before"),
        pytest.param(volatility_bands.donchian_prior_lower(2), [NAN, NAN, 1.0, 1.0], id="lowest before"),
        pytest.param(trend_of_ranges.ichimoku_conversion(2), [NAN, 4.0, 4.0, 3.0], id="conversion line"),
        pytest.param(trend_of_ranges.ichimoku_base(3), [NAN, NAN, 4.0, 3.5], id="base line"),
        pytest.param(trend_of_ranges.ichimoku_span_a(1, 2), [NAN, 4.0, 4.0, 1.75], id="span A"),
        pytest.param(trend_of_ranges.ichimoku_span_b(2), [NAN, 4.0, 4.0, 3.0], id="span B"),
    ],
)
def test_as_worked_by_hand(feature: Feature, expected: list[float]) -> None:
    assert run(feature, HAND) == pytest.approx(expected, nan_ok=True)


@pytest.mark.parametrize(
    ("feature", "expected"),
    [
        pytest.param(trend_of_ranges.aroon_up(2), [NAN, NAN, 50.0, 100.0, 50.0], id="highs"),
        pytest.param(trend_of_ranges.aroon_down(2), [NAN, NAN, 50.0, 0.0, 100.0], id="lows"),
        pytest.param(trend_of_ranges.aroon_oscillator(2), [NAN, NAN, 0.0, 100.0, -50.0], id="both"),
    ],
)
def test_aroon_says_how_fresh_an_extreme_is_and_of_equal_ones_the_newest_counts(
    feature: Feature, expected: list[float]
) -> None:
    assert run(feature, TIED) == pytest.approx(expected, nan_ok=True)


@given(BARS, st.integers(1, 12))
@settings(deadline=None)
def test_channels_agree_with_a_search_of_the_bars(bars: list[Row], length: int) -> None:
    upper, lower = (
        run(definition(length), bars)
        for definition in (volatility_bands.donchian_upper, volatility_bands.donchian_lower)
    )
    for end in range(length, len(bars) + 1):
        window = bars[end - length : end]
        assert upper[end - 1] == max(high for high, _ in window)
        assert lower[end - 1] == min(low for _, low in window)


@given(BARS, st.integers(1, 12))
@settings(deadline=None)
def test_the_channel_before_is_the_channel_of_the_bar_before(bars: list[Row], length: int) -> None:
    for before, now in [
        (volatility_bands.donchian_prior_upper, volatility_bands.donchian_upper),
        (volatility_bands.donchian_prior_lower, volatility_bands.donchian_lower),
    ]:
        assert run(before(length), bars) == pytest.approx(
            [NAN, *run(now(length), bars)[:-1]], rel=0, abs=0, nan_ok=True
        )


@given(BARS, st.integers(1, 12))
@settings(deadline=None)
def test_aroon_agrees_with_a_search_of_the_bars(bars: list[Row], length: int) -> None:
    ours = run(trend_of_ranges.aroon_up(length), bars)
    for end in range(length + 1, len(bars) + 1):
        newest_first = [high for high, _ in reversed(bars[end - length - 1 : end])]
        assert ours[end - 1] == pytest.approx(100 * (1 - newest_first.index(max(newest_first)) / length), abs=1e-9)
