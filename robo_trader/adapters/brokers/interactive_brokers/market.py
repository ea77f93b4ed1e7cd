"""Bars as the gateway tells them: history first, then the bar that is being made, again and again until it is over.

After every connection all symbols are asked for anew, and the engine is told when the last of their histories is there:
whoever saw one symbol's past before another's would take moments for whole that are not.

The connection that trades keeps a short history up to date, whose bars and ticks come in one order. What lies before it
is asked of the pool at the same time.
"""

import asyncio
import contextlib
from typing import TYPE_CHECKING

from robo_trader.adapters.brokers.interactive_brokers import speech
from robo_trader.adapters.brokers.interactive_brokers.answers import NoAnswerError, RequestRefusedError
from robo_trader.adapters.brokers.interactive_brokers.circuit_breaker import HISTORY_ERROR, is_too_quick
from robo_trader.adapters.brokers.interactive_brokers.contracts import ContractWatch
from robo_trader.adapters.brokers.interactive_brokers.history_batch import ROWS_MAX, row_of
from robo_trader.adapters.brokers.interactive_brokers.history_line import TimedAnswer
from robo_trader.adapters.brokers.interactive_brokers.history_turns import STREAMS_MAX, HistoryQuestion
from robo_trader.adapters.brokers.interactive_brokers.seam import Seam
from robo_trader.adapters.brokers.interactive_brokers.ticks import TickWatch
from robo_trader.adapters.brokers.interactive_brokers.translation import UnreadableError, stock
from robo_trader.core.domain.bars import NANOS_PER_SECOND
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.market.bar_sizes import BarSize

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Sequence
    from typing import Any

    from ib_async.objects import BarData

    from robo_trader.adapters.brokers.interactive_brokers.clock import MarketClock
    from robo_trader.adapters.brokers.interactive_brokers.errands import Errands
    from robo_trader.adapters.brokers.interactive_brokers.history_pool import HistoryPool
    from robo_trader.adapters.brokers.interactive_brokers.wire import GatewayWire

LAST_TIME = 45  # the kind of tick that names the time of the last trade
HISTORY_SECONDS = 30.0  # a history that has not come by then is missing, and the others are told without it
_REFUSED = frozenset({162, 200, 321, 322, 366, 2105})
_FAILURES = (NoAnswerError, RequestRefusedError, ConnectionError, UnreadableError)


class MarketWatch:
    """Keeps a history up to date and a line of ticks for each symbol, over reconnects."""

    def __init__(
        self, wire: "GatewayWire", clock: "MarketClock", say: "Callable[[object], None]", errands: "Errands"
    ) -> None:
        self._wire = wire
        self._clock = clock
        self._say = say
        self._errands = errands
        self.contracts = ContractWatch(wire, clock, say)
        self.pool: HistoryPool  # set by whoever joins them
        self.retry_seconds = 10.0  # after a refused history: the gateway counts questions
        self._wanted: speech.WatchMarket | None = None
        self._is_begun = False  # on this connection
        self._histories: dict[int, Symbol] = {}  # by number of the question, on this connection
        self.ticks = TickWatch(wire, clock, say)
        self._rows: dict[int, list[speech.BarTold]] = {}
        self._unwanted: list[int] = []  # numbers of histories that are still to be dropped
        self._unwanted_lines: list[int] = []
        self._unwanted_streams: list[int] = []
        self._awaited: set[Symbol] = set()  # their histories are under way
        self._seams: dict[Symbol, Seam] = {}  # of symbols whose past and stream are not both there
        self._seconds: list[float] = []  # how long histories took
        self._asked_at = self._told_at = 0.0  # the first of them, and the last, by the loop's clock
        self._time = 0
        self._deadline: asyncio.TimerHandle | None = None
        self._running: set[asyncio.Task[None]] = set()

    async def watch(self, wanted: speech.WatchMarket) -> None:
        """Ask for some symbols from now on, on this connection and all that follow."""
        self._wanted = wanted
        if self._is_begun:
            self.renew()

    def begin(self) -> None:
        """Ask on a new connection."""
        self._is_begun = True
        self.pool.wake()
        self._start(self._subscribe)

    def end(self) -> None:
        """The connection is gone, and every question with it."""
        self._is_begun = False
        self._forget()
        self._unwanted.clear()
        self._unwanted_lines.clear()
        self._unwanted_streams.clear()

    def renew(self) -> None:
        """Ask anew on the same connection: the gateway was away itself, and bars may have ended meanwhile."""
        lines, streams = self.ticks.numbers()
        self._unwanted += self._histories
        self._unwanted_lines += lines
        self._unwanted_streams += streams
        self._forget()
        self._start(self._drop_and_subscribe)

    def hear_bar(self, number: int, bar: "BarData") -> None:
        """Take a bar of a history."""
        if number in self._histories:
            self._rows[number].append(row_of(bar))

    def hear_end(self, number: int) -> None:
        """Take the end of a history."""
        symbol = self._histories.get(number)
        if symbol is None:
            return
        rows, self._rows[number] = self._rows[number], []
        seam = self._seams.get(symbol)
        if seam is not None:
            seam.take_stream(rows)
            self._join(symbol, seam)

    def hear_update(self, number: int, bar: "BarData") -> None:
        """Take the bar that is being made."""
        symbol = self._histories.get(number)
        if symbol is None:
            return
        seam = self._seams.get(symbol)
        if seam is None:
            self._say(speech.BarsTold(symbol=symbol, bars=(row_of(bar),)))
        elif seam.has_begun:
            seam.take_update(row_of(bar))

    def hear_tick(self, number: int, kind: int, value: str) -> None:
        """Take a text of the line of ticks: the time of the last trade is the market's time."""
        self.ticks.hear_text(number, kind, value)
        if self.ticks.has_line(number) and kind == LAST_TIME and value.isdecimal():
            at = int(value) * NANOS_PER_SECOND
            self._clock.hear(at)
            if at > self._time:
                self._time = at
                if self._clock.is_simulated:
                    self.ticks.tell_all()  # bars that end by then may be closed now, after what came before
                self._say(speech.TimeTold(at=at))

    def hear_error(self, number: int, code: int, text: str = "") -> None:
        """Ask again, later, for a history that was refused, or ended."""
        self.ticks.hear_error(number, code, text)
        self.contracts.hear_error(number, code)
        if code not in _REFUSED or self._wanted is None:
            return
        symbol = self._histories.pop(number, None)
        if symbol is not None:
            self._start(self._retry, symbol)
            self._await_no_more(symbol)

    def _start(self, work: "Callable[..., Coroutine[Any, Any, None]]", *about: object) -> None:
        """Do something beside the session, until the connection ends or everything is asked for anew."""

        async def unless_gone() -> None:
            with contextlib.suppress(ConnectionError):  # the next connection asks for all
                await work(*about)

        task = self._errands.start(unless_gone())
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _retry(self, symbol: Symbol) -> None:
        await asyncio.sleep(self.retry_seconds)
        if self._wanted is not None and symbol not in self._histories.values():
            self._ask_past(symbol)
            await self._ask_history(self._wanted, symbol)

    async def _drop_and_subscribe(self) -> None:
        while self._unwanted:
            await self._wire.drop_history(self._unwanted[-1])
            self._unwanted.pop()
        while self._unwanted_lines:
            await self._wire.drop_ticks(self._unwanted_lines[-1])
            self._unwanted_lines.pop()
        while self._unwanted_streams:
            await self._wire.drop_stream(self._unwanted_streams[-1])
            self._unwanted_streams.pop()
        await self._subscribe()

    async def _subscribe(self) -> None:
        wanted = self._wanted
        if wanted is None:
            return
        if len(wanted.symbols) > STREAMS_MAX:
            words = (
                f"{len(wanted.symbols)} symbols are to be followed; Interactive Brokers lets {STREAMS_MAX}, and refuses"
            )
            self._say(speech.AlarmRaised(words=f"{words} the others' bars"))
        self._awaited = set(wanted.symbols)
        self._asked_at = self._told_at = asyncio.get_running_loop().time()
        self._deadline = asyncio.get_running_loop().call_later(HISTORY_SECONDS, self._release)
        self.ticks.begin(wanted)
        for symbol in wanted.symbols:
            self._ask_past(symbol)
        for symbol in wanted.symbols:
            await self._ask_history(wanted, symbol)
        for symbol in wanted.symbols:
            await self.ticks.open_line(symbol)
        await self.ticks.open_streams()
        for symbol in wanted.symbols:
            await self.contracts.ask(symbol)

    def _ask_past(self, symbol: Symbol) -> None:
        seam = self._seams[symbol] = Seam()
        self._start(self._fetch, symbol, seam)

    async def _ask_history(self, wanted: speech.WatchMarket, symbol: Symbol) -> None:
        number = self._wire.number()
        self._histories[number] = symbol
        self._rows[number] = []
        await self._wire.keep_history(number, stock(symbol), wanted.bar_size, _short(wanted.bar_size))

    async def _fetch(self, symbol: Symbol, seam: Seam) -> None:
        """Get what lies before a stream, again and again until it is there, or no longer wanted."""
        wanted = self._wanted
        assert wanted is not None, symbol
        while self._seams.get(symbol) is seam:
            is_sure = seam.has_begun
            try:
                told = await _past(self.pool, HistoryQuestion(symbol, wanted.bar_size, wanted.duration))
                rows = [row_of(bar) for bar in told.rows]
            except _FAILURES as error:
                words = f"no history of {symbol}: {error}; asked for again in {self.retry_seconds:g} seconds"
                self._say(speech.AlarmRaised(words=words))
                self._await_no_more(symbol)
                await asyncio.sleep(self.retry_seconds)
                continue
            if self._seams.get(symbol) is seam:
                if rows:
                    self._seconds.append(told.seconds)
                    self._told_at = asyncio.get_running_loop().time()
                self._take_past(symbol, seam, rows, is_sure=is_sure)
            return

    def _take_past(self, symbol: Symbol, seam: Seam, rows: "Sequence[speech.BarTold]", *, is_sure: bool) -> None:
        if is_sure and not rows:
            self._say(speech.AlarmRaised(words=f"the gateway has no history of {symbol}: features begin without"))
        seam.take_past(rows, is_sure=is_sure)
        self._join(symbol, seam)

    def _join(self, symbol: Symbol, seam: Seam) -> None:
        """Tell past and stream once both are there."""
        if seam.has_gap:
            self._start(self._fetch, symbol, seam)
            return
        rows = seam.joined()
        if rows is not None:
            del self._seams[symbol]
            self._complete(symbol, rows)

    def _complete(self, symbol: Symbol, rows: "Sequence[speech.BarTold]") -> None:
        """Tell a history that is whole."""
        for first in range(0, max(1, len(rows)), ROWS_MAX):
            self._say(speech.BarsTold(symbol=symbol, bars=tuple(rows[first : first + ROWS_MAX])))
        self._await_no_more(symbol)

    def _await_no_more(self, symbol: Symbol) -> None:
        if self._awaited:
            self._awaited.discard(symbol)
            if not self._awaited:
                self._release()

    def _release(self) -> None:
        """Tell that what was held back may be used."""
        self._awaited.clear()
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
        seconds, self._seconds = tuple(self._seconds), []
        whole = self._told_at - self._asked_at
        self._say(speech.HistoryTold(at=self._clock.now(), seconds=seconds, whole_seconds=whole))

    def _forget(self) -> None:
        self.contracts.forget()
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
        for task in self._running:
            task.cancel()
        for kept in (self._histories, self._rows, self._awaited, self._seams, self._seconds):
            kept.clear()
        self.ticks.end()


async def _past(pool: "HistoryPool", question: HistoryQuestion) -> TimedAnswer:
    """Return a history; an empty one where the gateway says that there is none."""
    try:
        return await pool.history(question)
    except RequestRefusedError as error:
        if error.code != HISTORY_ERROR or is_too_quick(error):
            raise
        return TimedAnswer([], 0.0)


def _short(bar_size: str) -> str:
    """Return how much of the past a stream begins with: the session at hand, and that before it where bars are days."""
    return "2 D" if bar_size == BarSize.DAY_1.value else "1 D"
