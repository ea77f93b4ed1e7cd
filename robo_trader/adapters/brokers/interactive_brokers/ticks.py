"""Quotes and prints as the gateway tells them, and whether they come at all.

Each symbol has a line (`reqMktData`), which also says whether data is live, and whether trading is halted. As many
symbols as the login may have get streams of single ticks besides (`reqTickByTickData`): a line shows what stands there
a few times a second, a stream every change. Both are stamped with the time they are heard at: a line tells no time of
a quote, and a stream whole seconds. What stood there before a subscription began is not passed on as if it were new.
"""

import asyncio
import contextlib
import time
from collections import Counter
from typing import TYPE_CHECKING

from robo_trader.adapters.brokers.interactive_brokers import speech
from robo_trader.adapters.brokers.interactive_brokers.codes import CodeKind, meaning
from robo_trader.adapters.brokers.interactive_brokers.quote_line import HALTED, RT_VOLUME, QuoteLine
from robo_trader.adapters.brokers.interactive_brokers.record_queue import RecordQueue
from robo_trader.adapters.brokers.interactive_brokers.symbol_data import SymbolData
from robo_trader.adapters.brokers.interactive_brokers.translation import stock
from robo_trader.core.domain.bars import NANOS_PER_SECOND
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.domain.market_data import DataState, MarketDataChanged
from robo_trader.core.domain.quotes import Quote, TradePrint
from robo_trader.core.market.quote_checks import find_quote_fault, find_trade_fault

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from robo_trader.adapters.brokers.interactive_brokers.clock import MarketClock
    from robo_trader.adapters.brokers.interactive_brokers.wire import GatewayWire

BATCH = 1_000  # records told at once
FUTURE_MAX = 2 * NANOS_PER_SECOND  # of a tick's own time beyond ours: times are whole seconds, clocks a second apart
LOOKS = 4  # within the silence that is too long
PRINTS_WANTED = "233"
BID_ASK, ALL_LAST = "BidAsk", "AllLast"
_REFUSED = frozenset({10190, 10189, 10187})  # of streams: the line has to do


class TickWatch:
    """Makes quotes and prints of ticks, and tells how things stand with each symbol."""

    def __init__(
        self, wire: "GatewayWire", clock: "MarketClock", say: "Callable[[object], None]",
        seconds: "Callable[[], float]" = time.monotonic,
    ) -> None:  # fmt: skip
        """seconds: a clock that never goes back."""
        self._wire, self._clock, self._say, self._seconds = wire, clock, say, seconds
        self._wanted: speech.WatchMarket | None = None
        self._lines: dict[int, QuoteLine] = {}  # by number of the question, on this connection
        self._streams: dict[int, tuple[Symbol, str]] = {}  # likewise, with what is streamed
        self._data: dict[Symbol, SymbolData] = {}
        self._told: dict[Symbol, DataState | None] = {}
        self._queue = RecordQueue()
        self._refused: Counter[str] = Counter()
        self._may_tell = True  # the engine has dealt with what it was told last
        self._latest = 0  # of all records, UTC ns
        self._look: asyncio.TimerHandle | None = None
        self._tasks: set[asyncio.Future[None]] = set()

    # ---- subscriptions ---------------------------------------------------------------------------------

    def begin(self, wanted: speech.WatchMarket) -> None:
        """Begin anew, on a new connection or the same: nothing is known to flow."""
        self.end()
        self._wanted = wanted
        now = self._seconds()
        self._data = {symbol: SymbolData(asked_at=now) for symbol in wanted.symbols}
        self._told = dict.fromkeys(wanted.symbols)
        if wanted.ticks.are_any:
            for symbol in wanted.symbols:
                self._review(symbol)
            self._look_later()

    def end(self) -> None:
        """The subscriptions are gone, and what they told is of the past."""
        if self._look is not None:
            self._look.cancel()
            self._look = None
        for task in self._tasks:
            task.cancel()
        self._lines.clear()
        self._streams.clear()
        self._queue.clear()
        self._wanted = None

    async def open_line(self, symbol: Symbol) -> int:
        """Ask for a symbol's line of ticks; return the number of the question."""
        assert self._wanted is not None
        number = self._wire.number()
        self._lines[number] = QuoteLine(symbol)
        generic = PRINTS_WANTED if self._wanted.ticks.prints and symbol not in self._streamed(ALL_LAST) else ""
        await self._wire.keep_ticks(number, stock(symbol), generic)
        return number

    async def open_streams(self) -> None:
        """Ask for single ticks of as many symbols as may have them, quotes before prints."""
        wanted = self._wanted
        if wanted is None:
            return
        kinds = [
            kind for kind, is_wanted in ((BID_ASK, wanted.ticks.quotes), (ALL_LAST, wanted.ticks.prints)) if is_wanted
        ]
        pairs = [(symbol, kind) for kind in kinds for symbol in wanted.symbols]
        for symbol, kind in pairs[: wanted.ticks.streams_max]:
            number = self._wire.number()
            self._streams[number] = (symbol, kind)
            await self._wire.keep_stream(number, stock(symbol), kind)

    def has_line(self, number: int) -> bool:
        """Return whether a number is a line's, on this connection."""
        return number in self._lines

    def numbers(self) -> tuple[list[int], list[int]]:
        """Return the numbers of lines and of streams."""
        return list(self._lines), list(self._streams)

    # ---- what is heard ---------------------------------------------------------------------------------

    def hear_price(self, number: int, kind: int, price: float, size: float) -> None:
        """Take a price of a line."""
        line = self._lines.get(number)
        if line is not None:
            line.hear_price(kind, price, size)

    def hear_size(self, number: int, kind: int, size: float) -> None:
        """Take a size of a line."""
        line = self._lines.get(number)
        if line is not None:
            line.hear_size(kind, size)

    def hear_text(self, number: int, kind: int, value: str) -> None:
        """Take a text of a line: one kind of them tells a print."""
        line = self._lines.get(number)
        if line is None or kind != RT_VOLUME or self._wanted is None or not self._wanted.ticks.prints:
            return
        if line.symbol in self._streamed(ALL_LAST):
            return
        found = line.hear_volume(value, 0)
        if found is not None:
            trade, at = found
            self._take_print(line.symbol, at, trade.price, trade.size)

    def hear_number(self, number: int, kind: int, value: float) -> None:
        """Take a number of a line: one kind of them tells whether trading is halted."""
        line = self._lines.get(number)
        if line is not None and kind == HALTED:
            self._data[line.symbol].hear_halt(value)
            self._review(line.symbol)

    def hear_kind(self, number: int, kind: int) -> None:
        """Take which kind of data a line has from now on."""
        line = self._lines.get(number)
        if line is not None:
            self._data[line.symbol].kind = kind
            self._review(line.symbol)

    def hear_stream_quote(self, number: int, at: int, bid: float, ask: float, bid_size: float, ask_size: float) -> None:
        """Take a quote of a stream. at: its own time, whole seconds since 1970."""
        symbol, _ = self._streams.get(number, (None, ""))
        if symbol is not None:
            stamp = self._stamp(at * NANOS_PER_SECOND)
            if stamp is not None:
                self._take_quote(Quote(symbol, stamp, bid, ask, bid_size, ask_size))

    def hear_stream_print(self, number: int, at: int, price: float, size: float) -> None:
        """Take a print of a stream. at: as above."""
        symbol, _ = self._streams.get(number, (None, ""))
        if symbol is not None:
            self._take_print(symbol, at * NANOS_PER_SECOND, price, size)

    def hear_error(self, number: int, code: int, text: str) -> None:
        """Take what the gateway says of a subscription."""
        if number in self._streams:
            if meaning(code).kind is not CodeKind.NOTICE or code in _REFUSED:
                symbol, _ = self._streams.pop(number)  # the line has to do
                self._say(speech.AlarmRaised(words=f"{symbol}: no single ticks, {code}: {text}"))
            return
        line = self._lines.get(number)
        if line is not None and meaning(code).kind in {CodeKind.DATA, CodeKind.REJECTS, CodeKind.LOGIN}:
            self._data[line.symbol].trouble = f"{code}: {text}"
            self._review(line.symbol, has_news=True)

    # ---- what is told ----------------------------------------------------------------------------------

    def flush(self) -> None:
        """All that came together was heard: make quotes of the lines it changed, and tell."""
        for line in self._lines.values():
            if line.is_new:
                self._take_line(line)
        self._tell()

    def tell_more(self) -> None:
        """The engine has dealt with what it was told."""
        self._may_tell = True
        self._tell()

    def tell_all(self) -> None:
        """Tell all that waits, though the engine may not be ready for it: something follows that is later."""
        self.flush()
        while len(self._queue):
            self._tell_batch()

    def _tell(self) -> None:
        if self._may_tell and len(self._queue):
            self._tell_batch()

    def _tell_batch(self) -> None:
        quotes, prints = self._queue.take(BATCH)
        self._may_tell = False
        self._say(
            speech.RecordsTold(
                quotes=quotes, prints=prints, conflated=self._queue.conflated, dropped=self._queue.dropped,
                refused=dict(self._refused),
            )
        )  # fmt: skip

    # ---- inside ----------------------------------------------------------------------------------------

    def _take_line(self, line: QuoteLine) -> None:
        line.is_new = False
        wanted = self._wanted
        if wanted is None or not wanted.ticks.are_any or line.symbol in self._streamed(BID_ASK):
            return
        quote = line.quote(self._stamped())
        if not line.has_board:
            line.has_board = find_quote_fault(quote, quote.at) is None
            return
        self._take_quote(quote)

    def _take_quote(self, quote: Quote) -> None:
        fault = find_quote_fault(quote, quote.at)
        if fault is not None:
            self._refused[fault.value] += 1
            return
        self._note_flow(quote.symbol)
        if self._wanted is not None and self._wanted.ticks.quotes:
            self._queue.add_quote(quote)

    def _take_print(self, symbol: Symbol, at: int, price: float, size: float) -> None:
        stamp = self._stamp(at)
        if stamp is None:
            return
        trade = TradePrint(symbol, stamp, price, size)
        fault = find_trade_fault(trade, stamp)
        if fault is not None:
            self._refused[fault.value] += 1
            return
        if self._wanted is not None and not self._wanted.ticks.quotes:
            self._note_flow(symbol)  # where quotes are wanted, it is they that must flow
        self._queue.add_print(trade)

    def _note_flow(self, symbol: Symbol) -> None:
        data = self._data[symbol]
        data.heard_at, data.trouble = self._seconds(), ""
        if self._told[symbol] is not DataState.FLOWING:
            self._review(symbol)

    def _stamp(self, at: int) -> int | None:
        """Return the time to stamp a tick with, None for one whose own time (UTC ns) cannot be."""
        clock, wanted = self._clock, self._wanted
        if clock.is_simulated:
            clock.note(at)
        elif at > clock.now() + FUTURE_MAX:
            self._refused["FUTURE"] += 1
            return None
        elif wanted is not None and at < clock.now() - int((wanted.ticks.silence_seconds + 1) * NANOS_PER_SECOND):
            self._refused["LATE"] += 1
            return None
        return self._stamped()

    def _stamped(self) -> int:
        self._latest = max(self._latest, self._clock.now())
        return self._latest

    def _streamed(self, kind: str) -> set[Symbol]:
        return {symbol for symbol, streamed in self._streams.values() if streamed == kind}

    def _review(self, symbol: Symbol, *, has_news: bool = False) -> None:
        """Tell how things stand with a symbol, where that has changed. has_news: or the reason has."""
        wanted = self._wanted
        if wanted is None:
            return
        state, reason = self._data[symbol].verdict(
            self._seconds(), wanted.ticks.silence_seconds if wanted.ticks.are_any else None
        )
        before = self._told[symbol]
        is_usual = before is None and state is DataState.FLOWING and not wanted.ticks.are_any
        if (has_news or state is not before) and not is_usual:
            self._told[symbol] = state
            self._say(MarketDataChanged(symbol=symbol, state=state, reason=reason, occurred_at=self._clock.now()))

    def _look_later(self) -> None:
        assert self._wanted is not None
        delay = self._wanted.ticks.silence_seconds / LOOKS
        self._look = asyncio.get_running_loop().call_later(delay, self._look_round)

    def _look_round(self) -> None:
        """See whose silence is too long by now; who has been silent for long is asked for anew."""
        assert self._wanted is not None
        now, patience = self._seconds(), self._wanted.ticks.renew_seconds
        for symbol, data in self._data.items():
            self._review(symbol)
            silent_since = max(data.asked_at, data.heard_at or 0.0)
            if self._told[symbol] is DataState.SILENT and now - silent_since > patience:
                data.asked_at = now
                self._do(self._renew(symbol))
        self._look_later()

    async def _renew(self, symbol: Symbol) -> None:
        numbers = [number for number, line in self._lines.items() if line.symbol == symbol]
        for number in numbers:
            del self._lines[number]
            await self._wire.drop_ticks(number)
            await self.open_line(symbol)
        for number, (streamed, kind) in list(self._streams.items()):
            if streamed == symbol:
                del self._streams[number]
                await self._wire.drop_stream(number)
                anew = self._wire.number()
                self._streams[anew] = (symbol, kind)
                await self._wire.keep_stream(anew, stock(symbol), kind)

    def _do(self, work: "Coroutine[object, object, None]") -> None:
        async def until_the_line_is_gone() -> None:
            with contextlib.suppress(ConnectionError):  # the next connection asks for all
                await work

        self._tasks.add(task := asyncio.ensure_future(until_the_line_is_gone()))
        task.add_done_callback(self._tasks.discard)
