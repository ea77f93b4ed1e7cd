"""The market desk: requests and what happens in, messages out.

It is a pure function of what it is shown and asked, in order, if no clock paces it. Times are those of the simulated
market, UTC nanoseconds.

Order counts: when a slice is shown, everybody who keeps histories of its stocks up to date hears their bars before
anybody hears a tick. A client may so take the time of a tick for the sign that the bars that end by then are over.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from robo_trader.core.domain.bars import BarSlice
from robo_trader.core.domain.corporate_actions import CorporateAction, StockSplit, SymbolChange
from robo_trader.core.domain.events import QuoteArrived, TradePrinted
from robo_trader.simulation.gateway.brokerage.contracts import ContractBook
from robo_trader.simulation.gateway.brokerage.doing_requests import do, methods_of
from robo_trader.simulation.gateway.brokerage.outbox import Outbox
from robo_trader.simulation.gateway.brokerage.state import Arming
from robo_trader.simulation.gateway.market.doings import MarketDoings
from robo_trader.simulation.gateway.market.floor import Floor
from robo_trader.simulation.gateway.market.history_desk import HistoryDesk
from robo_trader.simulation.gateway.market.line_desk import LineDesk
from robo_trader.simulation.gateway.market.settings import MarketSettings
from robo_trader.simulation.gateway.market.stream_desk import StreamDesk
from robo_trader.simulation.gateway.market.tape import Strip, Tape
from robo_trader.simulation.gateway.protocol import requests as asks
from robo_trader.simulation.gateway.protocol.messages import Message

MarketEvent = BarSlice | QuoteArrived | TradePrinted | CorporateAction
_Answer = Callable[[int, Any], None]


class Market:
    """What clients see of prices, of all that was shown so far."""

    def __init__(self, settings: MarketSettings) -> None:
        self._floor = Floor(
            settings,
            ContractBook(settings.listings),
            Tape(settings.sessions, settings.past),
            Outbox(Arming()),
        )
        self._histories = HistoryDesk(self._floor)
        self._lines = LineDesk(self._floor)
        self._streams = StreamDesk(self._floor)
        self._answers = self._joined()
        self.doings = MarketDoings(self._floor, self._lines, self._streams)

    def serves(self, request: asks.Request) -> bool:
        """Return whether a request is for this desk."""
        return type(request) in self._answers

    def does(self, name: object) -> bool:
        """Return whether something of this name can happen here."""
        return name in methods_of(MarketDoings)

    def do(self, doing: Mapping[str, Any], at: int) -> object:
        """Let something happen that no client asked for, by name: see MarketDoings. Raises InvalidConfig."""
        self._come_to(at)
        return do(self.doings, doing, at)

    def attach(self, client_id: int, at: int) -> None:
        """Take a client in."""
        self._come_to(at)
        self._floor.outbox.clients.add(client_id)

    def detach(self, client_id: int, at: int) -> None:
        """Let a client go, and with it all it asked for."""
        self._come_to(at)
        self._floor.outbox.clients.discard(client_id)
        for desk in (self._histories, self._lines, self._streams):
            desk.forget(client_id)

    def handle(self, client_id: int, request: asks.Request, at: int) -> None:
        """Answer a request of a client that is attached."""
        self._come_to(at)
        self._answers[type(request)](client_id, request)

    def pass_time(self, at: int) -> None:
        """Come to a time at which nothing happened."""
        self._come_to(at)

    def show(self, event: MarketEvent) -> None:
        """Show bars that ended, a quote, a print, or what a company did to its shares."""
        tape = self._floor.tape
        if isinstance(event, BarSlice):
            self._come_to(event.ended_at)
            shown = [tape.take_bar(bar, event.session) for bar in event.bars]
            self._tell_bars([strip for strip in shown if strip is not None])
        elif isinstance(event, QuoteArrived):
            self._come_to(event.quote.at)
            self._tell_tick(tape.take_quote(event.quote), is_quote=True)
        elif isinstance(event, TradePrinted):
            self._come_to(event.trade.at)
            self._tell_tick(tape.take_print(event.trade, event.session), is_quote=False)
        else:
            self._come_to(event.occurred_at)
            self._restate(event)

    def take_messages(self) -> Sequence[tuple[int, Message]]:
        """Return what is to be sent, and to which client, in order."""
        return self._floor.outbox.take()

    def book(self) -> Mapping[str, Any]:
        """Return the last price and time of each stock, and how much is subscribed to."""
        stocks = {
            str(strip.symbol): {"price": strip.last_price, "at": strip.last_at, "bars": len(strip.bars)}
            for strip in self._floor.tape.strips()
        }
        subscribed = {
            "histories": len(self._histories.askers),
            "lines": len(self._lines.askers),
            "streams": len(self._streams.askers),
        }
        return {"stocks": stocks, "subscriptions": subscribed}

    def _tell_bars(self, strips: list[Strip]) -> None:
        self._histories.follow_bars(strips)  # all of them first
        self._lines.follow_bars(strips)

    def _tell_tick(self, strip: Strip | None, *, is_quote: bool) -> None:
        if strip is not None:
            for desk in (self._histories, self._streams, self._lines):
                desk.follow_tick(strip, is_quote=is_quote)

    def _restate(self, action: CorporateAction) -> None:
        at = action.occurred_at
        if isinstance(action, StockSplit):
            self._floor.tape.split(action.symbol, action.new, action.old, at=at)
        elif isinstance(action, SymbolChange) and self._floor.contracts.knows(action.symbol):
            self._floor.contracts.rename(action.symbol, action.new_symbol)
            self._floor.tape.rename(action.symbol, action.new_symbol, at=at)

    def _come_to(self, at: int) -> None:
        self._floor.now = max(self._floor.now, at)
        for desk in (self._histories, self._streams, self._lines):
            desk.pass_time()

    def _within_lines(self, answer: _Answer) -> _Answer:
        """Return the same answer, but for one subscription too many."""

        def answer_if_free(client_id: int, asked: Any) -> None:  # noqa: ANN401 - the table decides the type
            taken = len(self._lines.askers) + len(self._streams.askers)
            if taken >= self._floor.settings.lines_max:
                self._floor.complain((client_id, asked.request_id), 101, "Max number of tickers has been reached")
            else:
                answer(client_id, asked)

        return answer_if_free

    def _joined(self) -> dict[type[asks.Request], _Answer]:
        histories, lines, streams = self._histories, self._lines, self._streams
        return {
            asks.HistoricalData: histories.tell_bars,
            asks.CancelHistoricalData: histories.cancel,
            asks.HeadTimestamp: histories.tell_head,
            asks.CancelHeadTimestamp: lambda _, __: None,  # it was answered at once
            asks.HistoricalTicks: histories.tell_ticks,
            asks.MarketDataTypeChoice: lines.choose_kind,
            asks.MarketData: self._within_lines(lines.open),
            asks.CancelMarketData: lines.cancel,
            asks.RealTimeBars: self._within_lines(streams.open_bars),
            asks.CancelRealTimeBars: streams.cancel_bars,
            asks.TickByTick: self._within_lines(streams.open_ticks),
            asks.CancelTickByTick: streams.cancel_ticks,
        }
