"""Movement counts on the side that reaches further, and the vortex from one end of a bar to the other of the next.

Worked by hand, length 2, bars as high, low, close: (10, 8, 9), (12, 9, 11), (13, 7, 8), (14, 8, 14), (14, 8, 10).
Upward 2, 0, 1, 0; downward 0, 2, 0, 0; true range 3, 6, 6, 6. The sums begin with one bar, 2, 0 and 3, and lose half of
themselves each bar: 1, 2, 7.5, then 1.5, 1, 9.75, then 0.75, 0.5, 10.875. The directional index is 100/3, 20 and 20;
its average begins as 80/3 and moves half of the way to 20: 70/3.
Vortex up 4, 4, 7, 6 and down 1, 5, 5, 6, over 2 bars 8, 11, 13 and 6, 10, 11, of true ranges 9, 12, 12.
"""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from robo_trader.core.features import trend_of_ranges as trend
from robo_trader.core.features.feature import Definition, Feature

Row = tuple[float, float, float]  # high, low, close

HAND = [(10.0, 8.0, 9.0), (12.0, 9.0, 11.0), (13.0, 7.0, 8.0), (14.0, 8.0, 14.0), (14.0, 8.0, 10.0)]
PRICE = st.one_of(st.just(10.0), st.floats(0.01, 10_000))
BARS = st.lists(st.tuples(PRICE, PRICE, PRICE).map(lambda prices: a_bar(*prices)), min_size=1, max_size=60)
LENGTHS = st.integers(2, 9)


def a_bar(one: float, other: float, third: float) -> Row:
    low, close, high = sorted((one, other, third))
    return high, low, close


def run(feature: Feature, bars: list[Row]) -> list[float]:
    state = [0.0] * feature.state_size
    return [feature.rule(state, *bar, *feature.parameters) for bar in bars]


@pytest.mark.parametrize(
    ("feature", "expected"),
    [
        pytest.param(trend.plus_di(2), [100 / 7.5, 150 / 9.75, 75 / 10.875], id="upward"),
        pytest.param(trend.minus_di(2), [200 / 7.5, 100 / 9.75, 50 / 10.875], id="downward"),
        pytest.param(trend.adx(2), [80 / 3, 70 / 3], id="average directional index"),
        pytest.param(trend.vortex_plus(2), [8 / 9, 11 / 12, 13 / 12], id="vortex up"),
        pytest.param(trend.vortex_minus(2), [6 / 9, 10 / 12, 11 / 12], id="vortex down"),
    ],
)
def test_as_worked_by_hand(feature: Feature, expected: list[float]) -> None:
    values = run(feature, HAND)
    unknown = len(HAND) - len(expected)
    assert all(map(math.isnan, values[:unknown]))
    assert values[unknown:] == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(
    "definition", [trend.plus_di, trend.minus_di, trend.adx, trend.vortex_plus, trend.vortex_minus]
)
def test_where_nothing_has_moved_all_are_zero(definition: Definition) -> None:
    feature = definition(3)
    assert run(feature, [(5.0, 5.0, 5.0)] * 9)[feature.warm_up - 1 :] == [0.0] * (10 - feature.warm_up)


def test_a_bar_that_reaches_as_far_up_as_down_counts_for_neither_side() -> None:
    bars = [(10.0, 8.0, 9.0), (11.0, 7.0, 9.0), (12.0, 6.0, 9.0)]
    assert run(trend.plus_di(2), bars)[2] == run(trend.minus_di(2), bars)[2] == 0.0


def test_the_vortex_forgets_a_giant_bar_to_the_last_bit() -> None:
    bars = [(1e9, 1.0, 2.0), (1e9, 1.0, 2.0), *[(2.0, 2.0, 2.0)] * 4]
    assert run(trend.vortex_plus(2), bars)[4:] == [0.0, 0.0]


@given(BARS, LENGTHS)
@settings(deadline=None)
def test_both_sides_together_never_exceed_the_true_range(bars: list[Row], length: int) -> None:
    for up, down in zip(run(trend.plus_di(length), bars), run(trend.minus_di(length), bars), strict=True):
        assert math.isnan(up) or (up >= 0.0 and down >= 0.0 and up + down <= 100.0 + 1e-9)


@given(BARS, LENGTHS)
@settings(deadline=None)
def test_the_average_directional_index_stays_on_its_scale(bars: list[Row], length: int) -> None:
    assert all(math.isnan(value) or -1e-9 <= value <= 100.0 + 1e-9 for value in run(trend.adx(length), bars))
