"""Bars as the gateway tells them: history first, then the bar that is being made, again and again until it is over."""

import asyncio
from typing import TYPE_CHECKING

from robo_trader.adapters.brokers.interactive_brokers import speech
from robo_trader.adapters.brokers.interactive_brokers.translation import stock
from robo_trader.core.domain.bars import NANOS_PER_SECOND
from robo_trader.core.domain.instruments import Symbol

if TYPE_CHECKING:
    from collections.abc import Callable

    from ib_async.objects import BarData

    from robo_trader.adapters.brokers.interactive_brokers.wire import GatewayWire

LAST_TIME = 45  # the kind of tick that names the time of the last trade
RETRY_SECONDS = 10.0  # after a refused history: the gateway counts questions
_REFUSED = frozenset({162, 200, 321, 322, 366, 2105})


class MarketWatch:
    """Keeps a history up to date and a line of ticks for each symbol, over reconnects."""

    def __init__(self, wire: "GatewayWire", say: "Callable[[object], None]") -> None:
        self._wire = wire
        self._say = say
        self._wanted: speech.WatchMarket | None = None
        self._symbols: dict[int, Symbol] = {}  # by number of the question, on this connection
        self._rows: dict[int, list[speech.BarTold]] = {}
        self._time = 0
        self._tasks: set[asyncio.Future[None]] = set()

    async def watch(self, wanted: speech.WatchMarket) -> None:
        """Ask for some symbols from now on; asked again after every reconnect."""
        self._wanted = wanted
        if self._wire.is_open:
            await self.subscribe()

    async def subscribe(self) -> None:
        """Ask anew: on a new connection, and where the gateway says that it lost what was asked for."""
        self._symbols.clear()
        self._rows.clear()
        if self._wanted is not None:
            for symbol in self._wanted.symbols:
                await self._ask(self._wanted, symbol)

    def hear_bar(self, number: int, bar: "BarData") -> None:
        """Take a bar of a history."""
        if number in self._symbols:
            self._rows[number].append(_told(bar))

    def hear_end(self, number: int) -> None:
        """Take the end of a history."""
        symbol = self._symbols.get(number)
        if symbol is not None:
            rows, self._rows[number] = self._rows[number], []
            self._say(speech.BarsTold(symbol=symbol, bars=tuple(rows), is_history=True))

    def hear_update(self, number: int, bar: "BarData") -> None:
        """Take the bar that is being made."""
        symbol = self._symbols.get(number)
        if symbol is not None:
            self._say(speech.BarsTold(symbol=symbol, bars=(_told(bar),), is_history=False))

    def hear_tick(self, number: int, kind: int, value: str) -> None:
        """Take a text of the line of ticks: the time of the last trade is the market's time."""
        if number in self._symbols and kind == LAST_TIME and value.isdigit():
            at = int(value) * NANOS_PER_SECOND
            if at > self._time:
                self._time = at
                self._say(speech.TimeTold(at=at))

    def hear_error(self, number: int, code: int) -> None:
        """Ask again, later, for what was refused."""
        symbol = self._symbols.get(number)
        if symbol is not None and code in _REFUSED and self._wanted is not None:
            del self._symbols[number]
            wanted = self._wanted
            asyncio.get_running_loop().call_later(RETRY_SECONDS, self._retry, wanted, symbol)

    def _retry(self, wanted: speech.WatchMarket, symbol: Symbol) -> None:
        if wanted is self._wanted and symbol not in self._symbols.values() and self._wire.is_open:
            self._tasks.add(task := asyncio.ensure_future(self._ask(wanted, symbol)))
            task.add_done_callback(self._tasks.discard)

    async def _ask(self, wanted: speech.WatchMarket, symbol: Symbol) -> None:
        contract = stock(symbol)
        history, ticks = self._wire.number(), self._wire.number()
        self._symbols[history] = self._symbols[ticks] = symbol
        self._rows[history] = []
        await self._wire.keep_history(history, contract, wanted.bar_size, wanted.duration)
        await self._wire.keep_ticks(ticks, contract)


def _told(bar: "BarData") -> speech.BarTold:
    return speech.BarTold(
        date=str(bar.date), open=bar.open, high=bar.high, low=bar.low, close=bar.close, volume=bar.volume
    )
