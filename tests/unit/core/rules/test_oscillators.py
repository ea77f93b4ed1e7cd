"""The close in the range of the last bars, the typical price about its mean, and pressure within the true range.

Worked by hand on four bars of high, low and close: (10, 8, 9), (12, 9, 11), (11, 7, 10), (13, 9, 12).

Over two bars the ranges are 8 to 12, 7 to 12, 7 to 13: the close stands at 75, 60 and 83.33 percent; means of two of
these are 67.5 and 71.67, and the mean of those 69.58. Below the top it is 25, 40 and 16.67 percent.
Typical prices are 27, 32, 28 and 34 thirds. Over three bars the means are 29/3 and 94/9, the mean deviations 2/3 and
20/27, and the distances from the mean -1/3 and 8/9: in 0.015 deviations -33.33 and 80.
Buying pressure is 2, 3, 3 of true ranges 3, 4, 4: over 1, 2 and 3 bars 3/4, 6/8 and 8/11, weighed 5750/77.
"""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from robo_trader.core.features import momentum
from robo_trader.core.features.feature import Feature

Row = tuple[float, float, float]  # high, low, close

HAND = [(10.0, 8.0, 9.0), (12.0, 9.0, 11.0), (11.0, 7.0, 10.0), (13.0, 9.0, 12.0)]
PRICE = st.one_of(st.just(10.0), st.floats(0.01, 10_000))
BARS = st.lists(st.tuples(PRICE, PRICE, PRICE).map(lambda prices: a_bar(*prices)), min_size=1, max_size=60)


def a_bar(one: float, other: float, third: float) -> Row:
    low, close, high = sorted((one, other, third))
    return high, low, close


def run(feature: Feature, bars: list[Row]) -> list[float]:
    state = [0.0] * feature.state_size
    return [feature.rule(state, *bar, *feature.parameters) for bar in bars]


@pytest.mark.parametrize(
    ("feature", "expected"),
    [
        pytest.param(momentum.stochastic_k(2), [75.0, 60.0, 500 / 6], id="fast K"),
        pytest.param(momentum.stochastic_slow_k(2, 2), [67.5, 430 / 6], id="slow K"),
        pytest.param(momentum.stochastic_d(2, 2, 2), [835 / 12], id="slow D"),
        pytest.param(momentum.williams_r(2), [-25.0, -40.0, -100 / 6], id="percent R"),
        pytest.param(momentum.cci(3), [-100 / 3, 80.0], id="commodity channel index"),
        pytest.param(momentum.ultimate_oscillator(1, 2, 3), [5750 / 77], id="ultimate oscillator"),
    ],
)
def test_as_worked_by_hand(feature: Feature, expected: list[float]) -> None:
    values = run(feature, HAND)
    unknown = len(HAND) - len(expected)
    assert all(map(math.isnan, values[:unknown]))
    assert values[unknown:] == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(
    ("feature", "middle"),
    [
        pytest.param(momentum.stochastic_k(3), 50.0, id="fast K"),
        pytest.param(momentum.stochastic_slow_k(3, 2), 50.0, id="slow K"),
        pytest.param(momentum.stochastic_d(3, 2, 2), 50.0, id="slow D"),
        pytest.param(momentum.williams_r(3), -50.0, id="percent R"),
        pytest.param(momentum.cci(3), 0.0, id="commodity channel index"),
        pytest.param(momentum.ultimate_oscillator(2, 3, 4), 50.0, id="ultimate oscillator"),
    ],
)
@pytest.mark.parametrize("price", [0.1, 33.33, 1234.56])
def test_where_nothing_moves_the_middle_of_the_scale_is_said(feature: Feature, middle: float, price: float) -> None:
    values = run(feature, [*HAND, *[(price, price, price)] * 20])
    assert values[-8:] == [middle] * 8


def test_a_gap_counts_as_pressure() -> None:
    feature = momentum.ultimate_oscillator(1, 2, 3)
    assert run(feature, [(10.0, 10.0, 10.0), *[(p, p, p) for p in (11.0, 12.0, 13.0)]])[-1] == pytest.approx(100.0)


@given(BARS, st.integers(2, 8), st.integers(1, 5), st.integers(1, 5))
@settings(deadline=None)
def test_each_keeps_to_its_scale(bars: list[Row], length: int, smoothing: int, signal: int) -> None:
    for feature, low, high in (
        (momentum.stochastic_k(length), 0.0, 100.0),
        (momentum.stochastic_slow_k(length, smoothing), 0.0, 100.0),
        (momentum.stochastic_d(length, smoothing, signal), 0.0, 100.0),
        (momentum.williams_r(length), -100.0, 0.0),
        (momentum.ultimate_oscillator(length, length + smoothing, length + smoothing + signal), 0.0, 100.0),
    ):
        values = run(feature, bars)
        assert all(map(math.isnan, values[: feature.warm_up - 1]))
        assert all(low <= value <= high for value in values[feature.warm_up - 1 :])


@given(BARS, st.integers(2, 8))
@settings(deadline=None)
def test_the_channel_index_agrees_with_its_formula(bars: list[Row], length: int) -> None:
    typical = [math.fsum(bar) / 3 for bar in bars]
    for end, ours in enumerate(run(momentum.cci(length), bars), start=1):
        window = typical[max(0, end - length) : end]
        mean = math.fsum(window) / length
        deviation = math.fsum(abs(value - mean) for value in window) / length
        if end < length:
            assert math.isnan(ours)
        elif deviation < 1e-6 * max(typical):  # digits are lost, but not the scale
            assert abs(ours) <= length / 0.015
        else:
            assert ours == pytest.approx((window[-1] - mean) / (0.015 * deviation), rel=1e-6, abs=1e-6)
