"""Volume flows in where bars close high or prices rise, and out where they do not.

Worked by hand. Bars of high, low, close, volume: (12, 8, 12, 100) closes at its high, (12, 8, 8, 50) at its low,
(12, 8, 11, 10) half-way up from its middle, (9, 9, 9, 1000) has no range. The line is 100, 50, 55, 55; over two bars
50 / 150, -45 / 60 and 5 / 1010 were accumulated; averages of the line over 1 and 3, begun at 100, are 100, 50, 55, 55
and 100, 75, 65, 60.
Prices 10, 11, 10, 12, 12 on volumes 5, 10, 30, 25, 9: 110 dollars up, 300 down, 300 up, 108 neither; over two bars
110 / 410, 300 / 600 and 300 / 300.
"""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from robo_trader.core.features import volume
from robo_trader.core.features.feature import Feature

Row = tuple[float, float, float, float]  # high, low, close, volume

HAND = [(12.0, 8.0, 12.0, 100.0), (12.0, 8.0, 8.0, 50.0), (12.0, 8.0, 11.0, 10.0), (9.0, 9.0, 9.0, 1000.0)]
MOVES = [(10.0, 5.0), (11.0, 10.0), (10.0, 30.0), (12.0, 25.0), (12.0, 9.0)]
PRICE = st.one_of(st.just(10.0), st.floats(0.01, 10_000))
VOLUME = st.one_of(st.just(0.0), st.floats(1, 1e9))
BARS = st.lists(st.tuples(PRICE, PRICE, PRICE, VOLUME).map(lambda row: a_bar(*row)), min_size=1, max_size=60)


def a_bar(one: float, other: float, third: float, volume: float) -> Row:
    low, close, high = sorted((one, other, third))
    return high, low, close, volume


def run(feature: Feature, bars: list[Row]) -> list[float]:
    state = [0.0] * feature.state_size
    return [feature.rule(state, *bar, *feature.parameters) for bar in bars]


@pytest.mark.parametrize(
    ("feature", "expected"),
    [
        pytest.param(volume.accumulation_distribution(), [100.0, 50.0, 55.0, 55.0], id="the line"),
        pytest.param(volume.chaikin_money_flow(2), [1 / 3, -0.75, 5 / 1010], id="part accumulated"),
        pytest.param(volume.chaikin_oscillator(1, 3), [-10.0, -5.0], id="averages of the line"),
    ],
)
def test_as_worked_by_hand(feature: Feature, expected: list[float]) -> None:
    values = run(feature, HAND)
    unknown = len(HAND) - len(expected)
    assert all(map(math.isnan, values[:unknown]))
    assert values[unknown:] == pytest.approx(expected, rel=1e-12)


def test_money_flow_index_as_worked_by_hand() -> None:
    values = run(volume.money_flow_index(2), [(price, price, price, traded) for price, traded in MOVES])
    assert all(map(math.isnan, values[:2]))
    assert values[2:] == pytest.approx([1100 / 41, 50.0, 100.0], rel=1e-12)


def test_the_same_cents_summed_in_another_order_are_no_fall() -> None:
    bars = [(104.9, 104.5, 104.76, 10.0), (104.76, 104.5, 104.9, 10.0), (104.9, 104.76, 104.5, 10.0)]
    assert len({high + low + close for high, low, close, _ in bars}) > 1
    assert run(volume.money_flow_index(2), bars)[2] == 50.0


@pytest.mark.parametrize(
    ("feature", "middle"),
    [(volume.money_flow_index(3), 50.0), (volume.chaikin_money_flow(3), 0.0)],
    ids=["money flow index", "part accumulated"],
)
def test_where_nothing_is_traded_the_middle_of_the_scale_is_said(feature: Feature, middle: float) -> None:
    bars = [(12.0, 8.0, 8.0 + n, 1e15 * 0.1**n) for n in range(4)] + [(12.0 + n, 8.0, 11.0, 0.0) for n in range(8)]
    assert run(feature, bars)[-5:] == [middle] * 5


@given(BARS, st.integers(1, 8))
@settings(deadline=None)
def test_each_keeps_to_its_scale(bars: list[Row], length: int) -> None:
    for feature, low, high in (
        (volume.money_flow_index(length), 0.0, 100.0),
        (volume.chaikin_money_flow(length), -1, 1),
    ):
        values = run(feature, bars)
        assert all(map(math.isnan, values[: feature.warm_up - 1]))
        assert all(low - 1e-12 <= value <= high + 1e-12 for value in values[feature.warm_up - 1 :])


@given(BARS)
@settings(deadline=None)
def test_no_more_is_accumulated_than_was_traded(bars: list[Row]) -> None:
    traded = 0.0
    for bar, line in zip(bars, run(volume.accumulation_distribution(), bars), strict=True):
        traded += bar[3]
        assert abs(line) <= traded * (1 + 1e-12)
