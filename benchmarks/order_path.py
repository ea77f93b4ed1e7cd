"""How long an order takes from the end of its slice to the wire, and what a durable commit alone takes.

The whole way: the engine decides (and its invariants are checked), the journal is on disk, the broker's process takes
its turn and encodes the order, and the pretend gateway of this program has the frame. One order at a time.
"""

import asyncio
import tempfile
from functools import partial
from pathlib import Path
from statistics import quantiles
from time import perf_counter

from benchmarks.measuring import Figure, repeat
from benchmarks.trading_path import bare_commit
from robo_trader.adapters.brokers.interactive_brokers.patience import USUAL
from robo_trader.core.domain.bars import BarSlice
from tests.builders import OPEN, a_bar, a_session, a_slice
from tests.gateway_running import RunningGateway, a_gateway
from tests.trading_through import Trader, a_trader, settings_as_told
from tests.wire_proxy import PLACE_ORDER

RUNS = 3
ORDERS = 300
WARM_UP = 20  # orders that do not count
SECONDS_A_SLICE = 10


def measure_order_path() -> list[Figure]:
    """Return milliseconds from a slice to its order's frame, and of a bare commit with fsync: median and p99."""
    commit = Figure("bare SQLite commit, WAL and FULL", "ms", repeat(lambda: bare_commit() / 1e3, runs=RUNS))
    runs = [asyncio.run(_orders()) for _ in range(RUNS)]
    halves = tuple(quantiles(run, n=2)[0] for run in runs)
    worst = tuple(quantiles(run, n=100)[98] for run in runs)
    return [
        commit,
        Figure("signal to wire with fsync, median", "ms", halves, baseline=commit),
        Figure("signal to wire with fsync, p99", "ms", worst, 20.0, commit),
    ]


async def _orders() -> list[float]:
    """Return milliseconds, one an order."""
    with tempfile.TemporaryDirectory() as folder:
        async with a_gateway() as gateway:
            settings = settings_as_told()
            async with a_trader(gateway, Path(folder), settings=settings, patience=USUAL) as trader:
                spent = [await _order(gateway, trader, number) for number in range(WARM_UP + ORDERS)]
    return spent[WARM_UP:]


async def _order(gateway: RunningGateway, trader: Trader, number: int) -> float:
    """Buy what the one before sold, or sell it; return milliseconds to the wire."""
    slice_ = _slice(number)
    trader.wishes[slice_.ended_at] = float(number % 2 == 0)
    gateway.clock.at = slice_.ended_at
    seen = _newest(gateway)
    begun = perf_counter()
    await trader.loop.close_slice(slice_)
    async with asyncio.timeout(20):
        while not _is_placed(gateway, seen):  # noqa: ASYNC110 - an event would be told later than it can be seen
            await asyncio.sleep(0)
    spent = perf_counter() - begun
    gateway.show(_slice(number, part=1))  # in which it fills
    await trader.until(partial(_is_filled, trader, number + 1))
    return 1e3 * spent


def _slice(number: int, part: int = 0) -> BarSlice:
    ended_at = OPEN + (2 * number + part + 1) * SECONDS_A_SLICE * 10**9
    bar = a_bar(started_at=ended_at - SECONDS_A_SLICE * 10**9, ended_at=ended_at, open=100.0)
    return a_slice(bar, ended_at=ended_at, session=a_session())


def _newest(gateway: RunningGateway) -> int:
    """Return the number of the last frame that went either way."""
    return gateway.server.frames(limit=10_000)[-1].number


def _is_placed(gateway: RunningGateway, seen: int) -> bool:
    """Return whether an order has come since a frame."""
    return any(
        frame.direction == "in" and frame.payload.startswith(f"{PLACE_ORDER}\0".encode())
        for frame in gateway.server.frames(after=seen)
    )


def _is_filled(trader: Trader, orders: int) -> bool:
    account = trader.engine.account
    return account.orders.last_id == orders and not account.orders.open
