"""Bars as the gateway tells them: history first, then the bar that is being made, again and again until it is over.

After every connection all symbols are asked for anew. What comes is held back until the last of their histories is
there: whoever saw one symbol's past before another's would take moments for whole that are not.
"""

import asyncio
import contextlib
from typing import TYPE_CHECKING

from robo_trader.adapters.brokers.interactive_brokers import speech
from robo_trader.adapters.brokers.interactive_brokers.contracts import ContractWatch
from robo_trader.adapters.brokers.interactive_brokers.translation import stock
from robo_trader.core.domain.bars import NANOS_PER_SECOND
from robo_trader.core.domain.instruments import Symbol

if TYPE_CHECKING:
    from collections.abc import Callable

    from ib_async.objects import BarData

    from robo_trader.adapters.brokers.interactive_brokers.clock import MarketClock
    from robo_trader.adapters.brokers.interactive_brokers.wire import GatewayWire

LAST_TIME = 45  # the kind of tick that names the time of the last trade
RETRY_SECONDS = 10.0  # after a refused history: the gateway counts questions
HISTORY_SECONDS = 30.0  # a history that has not come by then is missing, and the others are told without it
_REFUSED = frozenset({162, 200, 321, 322, 366, 2105})


class MarketWatch:
    """Keeps a history up to date and a line of ticks for each symbol, over reconnects."""

    def __init__(self, wire: "GatewayWire", clock: "MarketClock", say: "Callable[[object], None]") -> None:
        self._wire = wire
        self._clock = clock
        self._say = say
        self.contracts = ContractWatch(wire, clock, say)
        self._wanted: speech.WatchMarket | None = None
        self._is_begun = False  # on this connection
        self._histories: dict[int, Symbol] = {}  # by number of the question, on this connection
        self._lines: dict[int, Symbol] = {}
        self._rows: dict[int, list[speech.BarTold]] = {}
        self._awaited: set[Symbol] = set()  # their histories are under way
        self._held: list[speech.BarsTold] = []  # until the last of them is there
        self._time = 0
        self._deadline: asyncio.TimerHandle | None = None
        self._tasks: set[asyncio.Future[None]] = set()

    async def watch(self, wanted: speech.WatchMarket) -> None:
        """Ask for some symbols from now on, on this connection and all that follow."""
        self._wanted = wanted
        if self._is_begun:
            with contextlib.suppress(ConnectionError):  # the next connection asks for all
                await self.renew()

    async def begin(self) -> None:
        """Ask on a new connection."""
        self._is_begun = True
        await self._subscribe()

    def end(self) -> None:
        """The connection is gone, and every question with it."""
        self._is_begun = False
        self._forget()

    async def renew(self) -> None:
        """Ask anew on the same connection: the gateway was away itself, and bars may have ended meanwhile."""
        histories, lines = list(self._histories), list(self._lines)
        self._forget()
        for number in histories:
            await self._wire.drop_history(number)
        for number in lines:
            await self._wire.drop_ticks(number)
        await self._subscribe()

    def hear_bar(self, number: int, bar: "BarData") -> None:
        """Take a bar of a history."""
        if number in self._histories:
            self._rows[number].append(_told(bar))

    def hear_end(self, number: int) -> None:
        """Take the end of a history."""
        symbol = self._histories.get(number)
        if symbol is not None:
            rows, self._rows[number] = self._rows[number], []
            self._tell(speech.BarsTold(symbol=symbol, bars=tuple(rows)))
            self._await_no_more(symbol)

    def hear_update(self, number: int, bar: "BarData") -> None:
        """Take the bar that is being made."""
        symbol = self._histories.get(number)
        if symbol is not None:
            self._tell(speech.BarsTold(symbol=symbol, bars=(_told(bar),)))

    def hear_tick(self, number: int, kind: int, value: str) -> None:
        """Take a text of the line of ticks: the time of the last trade is the market's time."""
        if number in self._lines and kind == LAST_TIME and value.isdigit():
            at = int(value) * NANOS_PER_SECOND
            self._clock.note(at)
            if at > self._time:
                self._time = at
                self._say(speech.TimeTold(at=at))

    def hear_error(self, number: int, code: int) -> None:
        """Ask again, later, for a history that was refused, or ended."""
        self.contracts.hear_error(number, code)
        if code not in _REFUSED or self._wanted is None:
            return
        symbol = self._histories.pop(number, None)
        if symbol is not None:
            asyncio.get_running_loop().call_later(RETRY_SECONDS, self._retry, self._wanted, symbol)
            self._await_no_more(symbol)

    def _retry(self, wanted: speech.WatchMarket, symbol: Symbol) -> None:
        if wanted is self._wanted and self._is_begun and symbol not in self._histories.values():
            self._tasks.add(task := asyncio.ensure_future(self._ask_again(wanted, symbol)))
            task.add_done_callback(self._tasks.discard)

    async def _ask_again(self, wanted: speech.WatchMarket, symbol: Symbol) -> None:
        with contextlib.suppress(ConnectionError):  # the next connection asks for all
            await self._ask_history(wanted, symbol)

    async def _subscribe(self) -> None:
        wanted = self._wanted
        if wanted is None:
            return
        self._awaited = set(wanted.symbols)
        self._deadline = asyncio.get_running_loop().call_later(HISTORY_SECONDS, self._release)
        for symbol in wanted.symbols:
            await self._ask_history(wanted, symbol)
            number = self._wire.number()
            self._lines[number] = symbol
            await self._wire.keep_ticks(number, stock(symbol))
        for symbol in wanted.symbols:
            await self.contracts.ask(symbol)

    async def _ask_history(self, wanted: speech.WatchMarket, symbol: Symbol) -> None:
        number = self._wire.number()
        self._histories[number] = symbol
        self._rows[number] = []
        await self._wire.keep_history(number, stock(symbol), wanted.bar_size, wanted.duration)

    def _await_no_more(self, symbol: Symbol) -> None:
        if self._awaited:
            self._awaited.discard(symbol)
            if not self._awaited:
                self._release()

    def _tell(self, told: speech.BarsTold) -> None:
        """Tell bars, or hold them back."""
        if self._awaited:
            self._held.append(told)
        else:
            self._say(told)

    def _release(self) -> None:
        """Tell what was held back."""
        self._awaited.clear()
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
        held, self._held = self._held, []
        self._say(speech.HistoryTold(parts=tuple(held), at=self._clock.now()))

    def _forget(self) -> None:
        self.contracts.forget()
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
        for kept in (self._histories, self._lines, self._rows, self._awaited, self._held):
            kept.clear()


def _told(bar: "BarData") -> speech.BarTold:
    return speech.BarTold(
        date=str(bar.date), open=bar.open, high=bar.high, low=bar.low, close=bar.close, volume=bar.volume
    )
