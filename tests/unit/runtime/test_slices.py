"""merge_slices joins what ends together, in order; pace keeps its rate; loading keeps its bound."""

import asyncio
from collections.abc import Sequence

import pytest

from robo_trader.core.domain.bars import Bar
from robo_trader.core.domain.errors import DataError
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.market.bar_sizes import BarSize
from robo_trader.core.market.sessions import SessionTable
from robo_trader.core.ports.market_feed import BarRequest
from robo_trader.runtime.loading import load_series
from robo_trader.runtime.slices import merge_slices, pace
from tests.builders import AAPL, HOUR, MSFT, OPEN, a_bar, a_session, a_slice

SESSIONS = SessionTable([a_session(day=0), a_session(day=1)])


def test_bars_that_end_together_are_one_slice_ordered_by_symbol() -> None:
    aapl = [a_bar(symbol=AAPL, started_at=OPEN), a_bar(symbol=AAPL, started_at=OPEN + HOUR)]
    msft = [a_bar(symbol=MSFT, started_at=OPEN)]
    slices = list(merge_slices([msft, aapl], SESSIONS, after=0))
    assert [[bar.symbol for bar in slice_.bars] for slice_ in slices] == [[AAPL, MSFT], [AAPL]]
    assert [slice_.ended_at for slice_ in slices] == [OPEN + HOUR, OPEN + 2 * HOUR]
    assert {slice_.session.date for slice_ in slices} == {"2024-03-04"}


def test_a_duplicate_stays_in_its_slice_behind_the_first() -> None:
    first, again = a_bar(close=101.0), a_bar(close=102.0)
    (slice_,) = merge_slices([[first, again]], SESSIONS, after=0)
    assert slice_.bars == (first, again)


def test_what_the_journal_holds_already_is_left_out() -> None:
    bars = [a_bar(started_at=OPEN + hour * HOUR) for hour in range(3)]
    slices = list(merge_slices([bars], SESSIONS, after=OPEN + HOUR))
    assert [slice_.ended_at for slice_ in slices] == [OPEN + 2 * HOUR, OPEN + 3 * HOUR]


async def test_pace_keeps_its_rate_over_time() -> None:
    loop = asyncio.get_running_loop()
    begun = loop.time()
    taken = [slice_ async for slice_ in pace([a_slice()] * 11, per_second=100.0)]
    assert len(taken) == 11
    assert loop.time() - begun >= 0.1, "the eleventh comes a tenth of a second after the first"


async def test_full_speed_still_lets_other_tasks_run() -> None:
    turns = 0

    async def other() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    task = asyncio.create_task(other())
    assert len([slice_ async for slice_ in pace([a_slice()] * 200, per_second=None)]) == 200
    task.cancel()
    assert turns >= 3


class CountingFeed:
    """Serves nothing, slowly, and remembers how many requests were under way at once."""

    name = "counting"

    def __init__(self) -> None:
        self.under_way = self.most = 0

    def serves(self, symbol: Symbol, bar_size: BarSize) -> bool:
        return bool(symbol) and bar_size is BarSize.DAY_1

    def last_bar_ends_at(self, symbol: Symbol, bar_size: BarSize) -> int | None:
        return len(symbol) + bar_size.nanos

    async def history(self, request: BarRequest) -> Sequence[Bar]:
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        await asyncio.sleep(0.002)
        self.under_way -= 1
        if request.symbol == "BAD":
            raise DataError("BAD cannot be read")
        return [a_bar(symbol=request.symbol)]


def requests(feed: CountingFeed, *symbols: str) -> list[tuple[CountingFeed, BarRequest]]:
    return [(feed, BarRequest(symbol=Symbol(s), bar_size=BarSize.DAY_1, start=0, end=1)) for s in symbols]


async def test_loading_is_parallel_up_to_its_bound_and_keeps_the_order() -> None:
    feed = CountingFeed()
    names = [f"S{number}" for number in range(20)]
    series = await load_series(requests(feed, *names), max_concurrent=3)
    assert feed.most == 3
    assert [bars[0].symbol for bars in series] == names


async def test_a_symbol_that_cannot_be_read_stops_the_start() -> None:
    with pytest.raises(DataError, match="BAD"):
        await load_series(requests(CountingFeed(), "A", "BAD"), max_concurrent=2)
