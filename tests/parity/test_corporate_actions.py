"""Raw bars with their splits and dividends as events give what bars that were adjusted beforehand give.

Whole shares are the one difference: what buys 13.4 raw shares buys 26.8 of those of after a split by two, and half of
26 is 13, but half of 27 is not. So markets are compared in which everything the adjusted backtest traded before the
split is whole in raw shares, and nothing was on its way over the ex-date (an order that works then is canceled).
"""

import asyncio
from collections.abc import Iterator
from decimal import Decimal
from functools import cache

import numpy as np
import polars as pl
import pytest

from robo_trader.app.corporate_actions import CorporateActions, adjusted_table, read_actions
from robo_trader.app.playing import Account, play_compiled, play_event
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.portfolio.sizing import FixedFraction
from robo_trader.core.portfolio.stops import StopPolicy
from robo_trader.core.strategies.breakout import Breakout
from robo_trader.core.strategies.sma_crossover import SmaCrossover
from robo_trader.core.strategies.strategy import Strategy
from robo_trader.research.backtest.bar_table import BarColumns, BarTable
from robo_trader.research.backtest.result import Result
from robo_trader.runtime.records import with_actions
from tests.builders import FREE, engine_settings, venue_settings
from tests.parity.kit import KIT, daily_table, kit_sessions, needs_kit

FILE = "us_large_cap_daily_raw.parquet"
SPLITS = {  # two for one, each
    "GILD": "2013-01-28", "KO": "2012-08-13", "NKE": "2012-12-26", "SBUX": "2015-04-09", "UNP": "2014-06-09",
}  # fmt: skip
CENTS = ("open", "high", "low", "close")
Case = tuple[str, str, Strategy, StopPolicy]


def cases() -> Iterator[tuple[str, Case]]:
    """Rules that hold a position over most days, with and without stops."""
    for symbol, day in SPLITS.items():
        for fast, slow in ((5, 20), (10, 40), (20, 60)):
            for stops in (StopPolicy(), StopPolicy(trailing_fraction=0.08, atr_multiple=3.0)):
                yield f"{symbol}-{fast}-{slow}-{stops.is_on}", (symbol, day, SmaCrossover(fast, slow), stops)
        yield f"{symbol}-breakout", (symbol, day, Breakout(20, 10), StopPolicy())


CASES = dict(cases())


def raw_columns(symbol: str, day: str) -> BarColumns:
    """Half a year on either side of the split, in whole cents: half a cent is a price still, a quarter is rounded."""
    split = np.datetime64(day)
    first, last = str(split - np.timedelta64(200, "D")), str(split + np.timedelta64(200, "D"))
    market = daily_table({symbol: FILE}, first, last).market
    columns = {name: np.round(getattr(market, name)[:, 0], 2) for name in CENTS}
    volume = market.volume[:, 0]
    starts, ends = market.started_at, market.ended_at
    return BarColumns(starts, ends, columns["open"], columns["high"], columns["low"], columns["close"], volume)


def known(symbol: str, day: str) -> CorporateActions:
    """The dividends and that one split: later ones would count the adjusted bars in shares that nobody had yet."""
    folder = KIT / "corporate_actions"
    actions = read_actions(folder / "splits.csv", folder / "dividends.csv")
    own = Symbol(symbol)
    return CorporateActions(
        splits={own: {day: actions.splits[own][day]}},
        dividends={own: actions.dividends[own]} if own in actions.dividends else {},
    )


def account(symbol: str, strategy: Strategy, stops: StopPolicy, cash: int) -> Account:
    engine = engine_settings(
        symbols=(Symbol(symbol),), strategy=strategy, sizer=FixedFraction(fraction=0.2), stops=stops, commissions=FREE,
    )  # fmt: skip
    return Account(
        engine=engine, venue=venue_settings(slippage_bps=0.0, commissions=FREE), cash=Decimal(cash), opened_at=0
    )


def as_events(joined: Account, table: BarTable, actions: CorporateActions, symbol: str) -> Result:
    slices = map(table.slice_at, range(table.slices))
    happenings = with_actions(slices, actions.events([Symbol(symbol)], kit_sessions()), is_new=True)
    return asyncio.run(play_event(joined, happenings, bar_size="1 day"))[1]


def before(day: str) -> pl.Expr:
    return pl.col("occurred_at").dt.date() < pl.lit(day).str.to_date()


def comparable(symbol: str, day: str, strategy: Strategy, stops: StopPolicy) -> tuple[Account, Result]:
    """The first of many amounts of cash with which all that is bought of adjusted bars is whole in raw shares."""
    table = adjusted_table({Symbol(symbol): raw_columns(symbol, day)}, kit_sessions(), known(symbol, day))
    for cash in range(100_000, 300_000, 1_009):
        joined = account(symbol, strategy, stops, cash)
        compiled = play_compiled(joined, table, lambda _: None, bar_size="1 day")
        if not (compiled.fills.filter(before(day))["quantity"] % 2).sum():
            return joined, compiled
    pytest.fail("no cash buys even numbers of shares only")


@cache
def compare(symbol: str, day: str, strategy: Strategy, stops: StopPolicy) -> bool:
    """Play both; return whether a position was held over the split and came through it alike."""
    joined, compiled = comparable(symbol, day, strategy, stops)
    on_the_day = pl.col("occurred_at").dt.date() == pl.lit(day).str.to_date()
    series, actions = {Symbol(symbol): raw_columns(symbol, day)}, known(symbol, day)
    raw = adjusted_table(series, kit_sessions(), CorporateActions())
    told = as_events(joined, raw, actions, symbol)
    if not compiled.fills.filter(on_the_day).is_empty():
        # An order was on its way over the ex-date: it is canceled, and planned again after the first new bar.
        assert told.fills.filter(on_the_day).is_empty()
        assert not told.fills.filter(pl.col("occurred_at").dt.date() > pl.lit(day).str.to_date()).is_empty()
        return False
    np.testing.assert_allclose(told.equity["equity"], compiled.equity["equity"], rtol=1e-9)
    columns_ = ["symbol", "side", "quantity", "price"]
    assert told.fills.select(columns_).rows() == compiled.fills.select(columns_).rows()
    assert len(told.trades) == len(compiled.trades)
    split = pl.lit(day).str.to_date()
    opened, closed = pl.col("opened_at").dt.date(), pl.col("closed_at").dt.date()
    return not told.trades.filter((opened < split) & (closed.is_null() | (closed >= split))).is_empty()


@needs_kit
@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_a_split_as_an_event_is_a_split_in_the_bars(case: Case) -> None:
    compare(*case)


@needs_kit
def test_positions_were_held_over_the_splits_of_several_symbols() -> None:
    held: set[str] = set()
    for case in CASES.values():
        if len(held) < 3 and case[0] not in held and compare(*case):
            held.add(case[0])
    assert len(held) == 3, held
