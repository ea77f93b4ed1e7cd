"""Histories of many symbols, asked for beside those of a session: in the broker's process, and at the engine's end."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from ib_async.objects import BarData

from robo_trader.adapters.brokers.interactive_brokers import speech
from robo_trader.adapters.brokers.interactive_brokers.answers import NoAnswerError, RequestRefusedError
from robo_trader.adapters.brokers.interactive_brokers.history_line import TimedAnswer
from robo_trader.adapters.brokers.interactive_brokers.history_turns import HistoryQuestion
from robo_trader.adapters.brokers.interactive_brokers.translation import UnreadableError
from robo_trader.core.domain.instruments import Symbol

ROWS_MAX = 20_000  # bars in one message to the engine
_DATE_CHARACTERS_MAX = 10  # YYYYMMDD, or seconds since 1970

Ask = Callable[[HistoryQuestion], Awaitable[TimedAnswer]]


def row_of(bar: BarData) -> speech.BarTold:
    """Return a bar as the engine is told it. Raises UnreadableError where nobody could say when it was."""
    date = str(bar.date)
    if not (date.isdecimal() and date.isascii() and len(date) <= _DATE_CHARACTERS_MAX):
        raise UnreadableError(f"{date[:20]!r} is no time of a bar")
    return speech.BarTold(date=date, open=bar.open, high=bar.high, low=bar.low, close=bar.close, volume=bar.volume)


async def tell_batch(asked: speech.AskHistory, ask: Ask, say: Callable[[object], None]) -> None:
    """Ask for all symbols of a batch at once, and tell each as it comes; what failed is told in words."""
    loop = asyncio.get_running_loop()
    begun, seconds = loop.time(), list[float]()

    async def tell(symbol: Symbol) -> None:
        rows, problem = list[speech.BarTold](), ""
        try:
            told = await ask(HistoryQuestion(symbol, asked.bar_size, asked.duration))
            rows = [row_of(bar) for bar in told.rows]
        except (NoAnswerError, RequestRefusedError, ConnectionError, UnreadableError) as error:
            problem = str(error) or type(error).__name__
        else:
            seconds.append(told.seconds)
        for first in range(0, max(1, len(rows)), ROWS_MAX):
            bars = tuple(rows[first : first + ROWS_MAX])
            say(speech.BatchTold(number=asked.number, symbol=symbol, bars=bars, problem=problem))

    await asyncio.gather(*map(tell, asked.symbols))
    whole = loop.time() - begun
    say(speech.BatchEnded(number=asked.number, seconds=tuple(seconds), whole_seconds=whole))


@dataclass(slots=True)
class HistoryBatch:
    """Bars of many symbols, as the gateway cuts them: in order of time, the last one perhaps in the making."""

    bars: dict[Symbol, list[speech.BarTold]] = field(default_factory=dict)
    problems: dict[Symbol, str] = field(default_factory=dict)  # of those that did not come, in words
    seconds: tuple[float, ...] = ()  # how long the gateway took for each
    whole_seconds: float = 0.0  # and for all of them


class Batches:
    """The engine's end: batches that are under way, by number."""

    def __init__(self) -> None:
        self._number = 0
        self._open: dict[int, tuple[HistoryBatch, asyncio.Future[HistoryBatch]]] = {}

    def begin(self) -> tuple[int, asyncio.Future[HistoryBatch]]:
        """Return the number of a new batch, and what will be it."""
        self._number += 1
        coming: asyncio.Future[HistoryBatch] = asyncio.get_running_loop().create_future()
        self._open[self._number] = HistoryBatch(), coming
        return self._number, coming

    def hear(self, said: speech.BatchTold | speech.BatchEnded) -> None:
        """Take a part, or the end; of a batch that nobody waits for it is dropped."""
        batch, coming = self._open.get(said.number, (None, None))
        if batch is None or coming is None:
            return
        if isinstance(said, speech.BatchEnded):
            batch.seconds, batch.whole_seconds = said.seconds, said.whole_seconds
            del self._open[said.number]
            if not coming.done():
                coming.set_result(batch)
        elif said.problem:
            batch.problems[said.symbol] = said.problem
        else:
            batch.bars.setdefault(said.symbol, []).extend(said.bars)

    def break_off(self) -> None:
        """The process is gone, and all that it was asked."""
        for _, coming in self._open.values():
            if not coming.done():
                coming.set_exception(ConnectionError("the broker's process ended"))
        self._open.clear()
