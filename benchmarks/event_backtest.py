"""The engine that trades, on recorded bars: W5, that is W1's first 100,000 bars and W2.

A backtest shows it only the bars that may concern it; that path is measured, from a table in memory to the result. For
comparison the engine is also shown every bar, as when it trades.
"""

import asyncio
from decimal import Decimal

import numpy as np

from benchmarks.measuring import Figure, rate
from benchmarks.workloads import (
    W1,
    W2,
    Prices,
    Workload,
    columns_of,
    engine_settings,
    generate_prices,
    sessions_of,
    venue_settings,
)
from robo_trader.app.playing import Account, play_event, play_long_event
from robo_trader.research.backtest.bar_table import BarTable, build_table

RUNS = 5
BARS_OF_W1 = 100_000
BARS_ALL_SHOWN = 20_000
UNIT = "bars/cpu s"


def measure_event_backtest() -> list[Figure]:
    """Return bars a second of CPU time, and microseconds an order: what bars of a still price do not take."""
    prices = generate_prices(W1)
    moving, still = _table(W1, prices, BARS_OF_W1), _table(W1, _still(prices), BARS_OF_W1)
    short, many = _table(W1, prices, BARS_ALL_SHOWN), _table(W2, generate_prices(W2), W2.bars)
    orders = play(moving, W1)
    assert orders > 0
    assert play(still, W1) == 0
    one = rate(lambda: play(moving, W1), BARS_OF_W1, runs=RUNS)
    quiet = rate(lambda: play(still, W1), BARS_OF_W1, runs=RUNS)
    order_us = tuple(1e6 * BARS_OF_W1 * (1 / speed - 1 / idle) / orders for speed, idle in zip(one, quiet, strict=True))
    shown = rate(lambda: play_every_bar(short, W1), BARS_ALL_SHOWN, runs=3)
    all_shown = Figure("W5 every bar shown to the engine, W1's first 20,000", UNIT, shown, more_is_better=True)
    return [
        all_shown,
        Figure("W5 event-driven, W1's first 100,000 bars", UNIT, one, 300e3, all_shown, more_is_better=True),
        Figure("W5 event-driven, as many bars of a still price, no order", UNIT, quiet, more_is_better=True),
        Figure(
            "W5 event-driven, W2", UNIT, rate(lambda: play(many, W2), W2.all_bars, runs=3), 1e6, more_is_better=True
        ),
        Figure("W5 event-driven, an order: what W1 takes beyond still bars", "us", order_us, promise=100.0),
    ]


def play(table: BarTable, workload: Workload) -> int:
    """Play a table as `robo-trader backtest` does, its result included; return the orders."""
    return asyncio.run(_count_orders(table, workload))


async def _count_orders(table: BarTable, workload: Workload) -> int:
    # A number is returned, not the result: as it ends, asyncio writes what it returns in words that nobody reads, and
    # a result's own words take all its statistics.
    _, result = await play_long_event(_account(workload), table, lambda _: None, bar_size="1 min")
    return len(result.orders)


def play_every_bar(table: BarTable, workload: Workload) -> None:
    """Show the engine every bar, as when it trades."""
    slices = [table.slice_at(t) for t in range(table.slices)]
    asyncio.run(play_event(_account(workload), slices, bar_size="1 min"))


def _account(workload: Workload) -> Account:
    cash = Decimal(int(workload.cash))
    return Account(engine=engine_settings(workload), venue=venue_settings(), cash=cash, opened_at=0)


def _table(workload: Workload, prices: Prices, bars: int) -> BarTable:
    columns = columns_of(workload, prices)
    return build_table({symbol: column.take(range(bars)) for symbol, column in columns.items()}, sessions_of(workload))


def _still(prices: Prices) -> Prices:
    still = np.full_like(prices.close, 100.0)
    return Prices(still, still, still, still, prices.volume)
