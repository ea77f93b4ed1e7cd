"""Bars of five seconds, and every single tick: where the feed has prints or quotes."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from robo_trader.core.domain.bars import NANOS_PER_SECOND, Bar
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.domain.money import exact_from_float, price_from_float
from robo_trader.simulation.gateway.market.bar_sums import join
from robo_trader.simulation.gateway.market.floor import Asker, Floor
from robo_trader.simulation.gateway.market.history_asked import BAR_KINDS
from robo_trader.simulation.gateway.market.line_desk import DUPLICATE, NOT_SUBSCRIBED
from robo_trader.simulation.gateway.market.settings import MarketAccess
from robo_trader.simulation.gateway.market.tape import TRADES, Strip
from robo_trader.simulation.gateway.protocol import requests as asks
from robo_trader.simulation.gateway.protocol.market_messages import RealTimeBar, TickByTickMessage
from robo_trader.simulation.gateway.protocol.values import Contract, WireTick

BAR_NANOS = 5 * NANOS_PER_SECOND
TICK_KINDS = {"Last": 1, "AllLast": 2, "BidAsk": 3, "MidPoint": 4}
BID_ASK, _MIDPOINT = 3, 4


@dataclass(slots=True)
class _BarStream:
    asker: Asker
    strip: Strip
    what: str
    begun_at: int = 0
    pieces: list[Bar] = field(default_factory=list)


@dataclass(slots=True)
class _TickStream:
    asker: Asker
    strip: Strip
    kind: int


class StreamDesk:
    """Everybody's real-time bars and tick-by-tick streams."""

    def __init__(self, floor: Floor) -> None:
        self._floor = floor
        self._bars: dict[Asker, _BarStream] = {}
        self._ticks: dict[Asker, _TickStream] = {}

    @property
    def askers(self) -> list[Asker]:
        """Who has streams."""
        return [*self._bars, *self._ticks]

    def askers_of(self, symbols: set[Symbol], kind: int) -> list[Asker]:
        """Return who has streams of a kind of some stocks."""
        ticks = self._ticks.items()
        return [asker for asker, stream in ticks if stream.strip.symbol in symbols and stream.kind == kind]

    def forget(self, client_id: int) -> None:
        """Tell a client nothing more."""
        self._bars = {asker: one for asker, one in self._bars.items() if asker[0] != client_id}
        self._ticks = {asker: one for asker, one in self._ticks.items() if asker[0] != client_id}

    def open_bars(self, client_id: int, asked: asks.RealTimeBars) -> None:
        """Tell bars of five seconds from now on."""
        asker, what = (client_id, asked.request_id), asked.what_to_show.upper()
        strip = self._strip(asker, asked.contract)
        if strip is None:
            return
        if what not in BAR_KINDS:
            self._floor.complain(asker, 321, f"Error validating request.-'bO' : cause - {what!r} is not shown here")
        else:
            self._bars[asker] = _BarStream(asker, strip, what)

    def cancel_bars(self, client_id: int, asked: asks.CancelRealTimeBars) -> None:
        """Tell them no more."""
        if self._bars.pop((client_id, asked.request_id), None) is None:
            self._not_found((client_id, asked.request_id))

    def open_ticks(self, client_id: int, asked: asks.TickByTick) -> None:
        """Tell every tick of a kind from now on."""
        asker, kind = (client_id, asked.request_id), TICK_KINDS.get(asked.kind)
        strip = self._strip(asker, asked.contract)
        if strip is None:
            return
        if kind is None:
            self._floor.complain(
                asker, 321, f"Error validating request.-'bT' : cause - no ticks are called {asked.kind!r}"
            )
        elif len(self._ticks) >= self._floor.settings.tick_streams_max:
            self._floor.complain(asker, 10190, "Max number of tick-by-tick requests has been reached.")
        else:
            self._ticks[asker] = _TickStream(asker, strip, kind)

    def cancel_ticks(self, client_id: int, asked: asks.CancelTickByTick) -> None:
        """Tell them no more."""
        if self._ticks.pop((client_id, asked.request_id), None) is None:
            self._not_found((client_id, asked.request_id))

    def follow_tick(self, strip: Strip, *, is_quote: bool) -> None:
        """A print or a quote was shown."""
        self.pass_time()
        for stream in () if strip.symbol in self._floor.frozen else self._ticks.values():
            if stream.strip is strip and is_quote == (stream.kind in {BID_ASK, _MIDPOINT}):
                tick = _quote_tick(stream) if is_quote else _trade_tick(stream)
                message = TickByTickMessage(request_id=stream.asker[1], kind=stream.kind, tick=tick)
                self._floor.outbox.say(stream.asker[0], message)
        for bars in self._bars.values():
            if bars.strip is strip and is_quote == (bars.what != TRADES):
                bars.pieces += _last_piece(bars)
                bars.begun_at = bars.begun_at or bars.pieces[-1].started_at // BAR_NANOS * BAR_NANOS

    def pass_time(self) -> None:
        """Tell the bars whose five seconds are over."""
        for bars in self._bars.values():
            if bars.pieces and bars.begun_at + BAR_NANOS <= self._floor.now:
                bar = join(bars.pieces, bars.begun_at, are_trades=bars.what == TRADES)
                bars.pieces, bars.begun_at = [], 0
                self._floor.outbox.say(bars.asker[0], RealTimeBar(request_id=bars.asker[1], bar=bar))

    def _strip(self, asker: Asker, contract: Contract) -> Strip | None:
        """Return the stock, None once the client was told why it does not get it."""
        strip = self._floor.strip_of(asker, contract)
        refusal = None
        if asker in self._bars or asker in self._ticks:
            refusal = DUPLICATE
        elif self._floor.settings.access is not MarketAccess.LIVE:
            refusal = NOT_SUBSCRIBED
        if strip is not None and refusal is not None:
            self._floor.complain(asker, refusal.code, refusal.text)
            return None
        return strip

    def _not_found(self, asker: Asker) -> None:
        self._floor.complain(asker, 300, f"Can't find EId with tickerId:{asker[1]}")


def _last_piece(bars: _BarStream) -> Iterable[Bar]:
    ticks = bars.strip.prints if bars.what == TRADES else bars.strip.quotes
    at = ticks[-1].at
    return list(bars.strip.pieces(bars.what, start=at, end=at, is_below_bars=True, half_spread=0.0))[-1:]


def _trade_tick(stream: _TickStream) -> WireTick:
    trade = stream.strip.prints[-1]
    return WireTick(
        at=trade.at, price=exact_from_float(trade.price), size=exact_from_float(trade.size), exchange="SMART"
    )


def _quote_tick(stream: _TickStream) -> WireTick:
    quote = stream.strip.quotes[-1]
    if stream.kind == _MIDPOINT:
        return WireTick(at=quote.at, price=price_from_float((quote.bid + quote.ask) / 2), size=Decimal(0))
    return WireTick(
        at=quote.at, bid=exact_from_float(quote.bid), ask=exact_from_float(quote.ask),
        bid_size=exact_from_float(quote.bid_size), ask_size=exact_from_float(quote.ask_size),
    )  # fmt: skip
