"""What a trade is, and what it returned.

Worked by hand: 100 shares bought at 50 and 50 more at 56 cost 7,800; sold at 60 for 9,000 they earn 1,200, less 6 of
commission 1,194, which is 15.3 % of 7,800. A short sale of 10 at 100, bought back at 90, earns 10 %.
"""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from robo_trader.core.rules.trades import (
    FIRST_RETURN,
    TRIP_SIZE,
    remember_trade,
    trades_known,
    trades_size,
    trip_return,
)


def returns(*fills: tuple[float, float, float]) -> list[float]:
    trip = [0.0] * TRIP_SIZE
    ended = [trip_return(trip, *fill) for fill in fills]
    return [one for one in ended if not math.isnan(one)]


def test_a_trade_lasts_from_flat_to_flat() -> None:
    assert returns((100, 50, 1), (50, 56, 2), (-90, 60, 2), (-60, 60, 1)) == pytest.approx([1_194 / 7_800])


def test_a_short_trade_earns_as_the_price_falls() -> None:
    assert returns((-10, 100, 0), (10, 90, 0)) == pytest.approx([0.1])


def test_a_trade_under_way_is_none_yet() -> None:
    assert returns((100, 50, 1), (-99, 60, 1)) == []


def test_a_fill_that_crosses_zero_ends_one_trade_and_begins_the_next() -> None:
    """Of 30 shares sold at 110 for 3 dollars, 10 close a gain of 100 less 1, and 20 open a short of 2,200 for 2."""
    assert returns((10, 100, 0), (-30, 110, 3), (20, 110, 0)) == pytest.approx([99 / 1_000, -2 / 2_200])


def test_the_same_price_twice_costs_the_commission() -> None:
    assert returns((10, 100, 1), (-10, 100, 1)) == pytest.approx([-0.002])


@given(st.lists(st.tuples(st.integers(-9, 9).filter(bool), st.integers(1, 99)), min_size=1, max_size=30))
def test_the_profits_of_all_trades_are_the_cash_that_came_in(fills: list[tuple[int, int]]) -> None:
    """Whatever the fills: what is held at the end is sold at the last price, and all trades together earn the cash."""
    held, price = sum(change for change, _ in fills), fills[-1][1]
    whole = [*fills, (-held, price)] if held else fills
    trip, earned = [0.0] * TRIP_SIZE, 0.0
    for change, at in whole:
        before = [*trip]
        ended = trip_return(trip, change, at, 0.0)
        if not math.isnan(ended):
            closing = before[1] - (-before[0]) * at
            assert ended == pytest.approx(closing / before[2])
            earned += closing
    assert trip[0] == 0.0
    assert earned == pytest.approx(-sum(change * at for change, at in whole))


def test_the_last_trades_are_remembered() -> None:
    trades = [0.0] * trades_size(3)
    known = []
    for return_ in (0.1, math.nan, 0.2, 0.3, 0.4):
        remember_trade(trades, return_, 3)
        known.append(trades_known(trades, 3))
    assert known == [1, 1, 2, 3, 3]
    assert sorted(trades[FIRST_RETURN:]) == [0.2, 0.3, 0.4]
