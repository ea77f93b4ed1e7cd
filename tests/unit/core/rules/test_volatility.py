"""The true range counts gaps; its average is Wilder's. Ranges widen, and falls hurt.

Worked by hand, length 2, bars as high, low, close: (10, 8, 9) has no previous close. (12, 9, 11): range 3.
(11, 10, 10): range 1; first average (3 + 1) / 2 = 2. (16, 14, 15): gap up from 10, range 6; 2 + (6 - 2) / 2 = 4.
(9, 9, 9): gap down from 15, range 6; 4 + (6 - 4) / 2 = 5.
"""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from robo_trader.core.features import volatility
from robo_trader.core.features.feature import Feature
from robo_trader.core.rules.volatility import atr_state_size, atr_update, true_range

HAND = [(10.0, 8.0, 9.0), (12.0, 9.0, 11.0), (11.0, 10.0, 10.0), (16.0, 14.0, 15.0), (9.0, 9.0, 9.0)]
PRICE = st.floats(0.01, 10_000)


def atr(bars: list[tuple[float, float, float]], length: int) -> list[float]:
    state = [0.0] * atr_state_size(length)
    return [atr_update(state, high, low, close, length) for high, low, close in bars]


@pytest.mark.parametrize(
    ("high", "low", "previous_close", "expected"),
    [
        pytest.param(12.0, 9.0, 10.0, 3.0, id="the bar's own range where the close before lies within"),
        pytest.param(16.0, 14.0, 10.0, 6.0, id="a gap up counts from the close before"),
        pytest.param(9.0, 8.0, 15.0, 7.0, id="a gap down counts from the close before"),
        pytest.param(9.0, 9.0, 9.0, 0.0, id="nothing moved"),
    ],
)
def test_true_range(high: float, low: float, previous_close: float, expected: float) -> None:
    assert true_range(high, low, previous_close) == expected


@given(PRICE, PRICE, PRICE)
@settings(deadline=None)
def test_true_range_is_the_largest_of_three(one: float, other: float, previous_close: float) -> None:
    high, low = max(one, other), min(one, other)
    largest = max(high - low, abs(high - previous_close), abs(low - previous_close))
    assert true_range(high, low, previous_close) == largest


def test_atr_as_worked_by_hand() -> None:
    values = atr(HAND, 2)
    assert all(map(math.isnan, values[:2]))
    assert values[2:] == [2.0, 4.0, 5.0]


def test_atr_of_one_is_the_last_true_range() -> None:
    assert atr(HAND, 1)[1:] == [3.0, 1.0, 6.0, 6.0]


@pytest.mark.parametrize("length", [1, 2, 14])
def test_atr_warms_up_one_bar_longer_than_its_length(length: int) -> None:
    values = atr([(2.0, 1.0, 1.5)] * 20, length)
    assert [math.isnan(value) for value in values] == [n < length for n in range(20)]
    assert values[-1] == 1.0


@given(st.lists(st.tuples(PRICE, PRICE), min_size=1, max_size=50), st.integers(1, 10))
@settings(deadline=None)
def test_atr_lies_between_the_smallest_and_the_largest_range(pairs: list[tuple[float, float]], length: int) -> None:
    bars = [(max(pair), min(pair), pair[0]) for pair in pairs]
    ranges = [true_range(high, low, bars[n][2]) for n, (high, low, _) in enumerate(bars[1:])]
    for value in atr(bars, length)[length:]:
        assert min(ranges) * (1 - 1e-9) - 1e-9 <= value <= max(ranges) * (1 + 1e-9) + 1e-9


def run(feature: Feature, rows: list[tuple[float, ...]]) -> list[float]:
    state = [0.0] * feature.state_size
    return [feature.rule(state, *row, *feature.parameters) for row in rows]


def test_the_first_bar_has_no_true_range() -> None:
    assert run(volatility.true_range(), [*HAND]) == pytest.approx([math.nan, 3.0, 1.0, 6.0, 6.0], nan_ok=True)


def test_natr_is_the_average_in_percent_of_the_close() -> None:
    values = run(volatility.natr(2), [*HAND])
    assert values == pytest.approx([math.nan, math.nan, 20.0, 400 / 15, 500 / 9], nan_ok=True)


def test_ranges_that_widen_by_half_say_fifty_percent() -> None:
    """Ranges 2, 3, 1, 0, 4: up by half, down by two thirds, to nothing, and from nothing there is no percentage."""
    rows: list[tuple[float, ...]] = [(10.0, 8.0), (10.0, 7.0), (10.0, 9.0), (10.0, 10.0), (10.0, 6.0)]
    values = run(volatility.chaikin_volatility(1, 1), rows)
    assert values == pytest.approx([math.nan, 50.0, -200 / 3, -100.0, math.nan], nan_ok=True)


def test_the_ulcer_is_the_root_of_the_mean_squared_fall() -> None:
    """Over 2, of 10, 8, 10, 9: falls of 20, 0 and 10 percent from the higher of two."""
    values = run(volatility.ulcer_index(2), [(10.0,), (8.0,), (10.0,), (9.0,)])
    assert values == pytest.approx([math.nan, math.nan, math.sqrt(200), math.sqrt(50)], nan_ok=True)


def test_a_price_that_only_rises_gives_no_ulcer() -> None:
    assert run(volatility.ulcer_index(3), [(float(n),) for n in range(1, 12)])[4:] == [0.0] * 7
