"""A market, clients of it, and what they were told.

The stage of tests/builders.py: AAPL at 100 dollars, minutes of Monday 4 March 2024 and the days after it.
"""

# ruff: noqa: ANN401 - what builders take by name, they hand on

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, TypeVar

from robo_trader.core.domain.bars import BarSlice
from robo_trader.core.domain.events import TradePrinted
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.domain.quotes import TradePrint
from robo_trader.core.market.bar_sizes import BarSize
from robo_trader.core.market.sessions import SessionTable
from robo_trader.simulation.gateway.brokerage.settings import Listing
from robo_trader.simulation.gateway.market.market import Market, MarketEvent
from robo_trader.simulation.gateway.market.settings import MarketSettings
from robo_trader.simulation.gateway.protocol.account_messages import ErrorMessage
from robo_trader.simulation.gateway.protocol.market_messages import HistoricalBars, HistoricalBarUpdate
from robo_trader.simulation.gateway.protocol.messages import Message
from robo_trader.simulation.gateway.protocol.requests import HistoricalData, MarketData, Request
from robo_trader.simulation.gateway.protocol.values import Contract, WireBar
from tests.builders import DAY, MINUTE, OPEN, a_bar, a_quote, a_session, a_slice, an_arrival

M = TypeVar("M", bound=Message)
SECOND = 1_000_000_000
SESSIONS = SessionTable([a_session(day=day) for day in range(60)])
LISTINGS = tuple(Listing(symbol=Symbol(symbol)) for symbol in ("AAPL", "MSFT"))


def contract(symbol: str = "AAPL") -> Contract:
    return Contract(symbol=symbol, exchange="SMART")


def history(
    size: str = "1 min", duration: str = "1 D", *, request_id: int = 1, symbol: str = "AAPL", **more: Any
) -> HistoricalData:
    fields: dict[str, Any] = {"end": "", "what_to_show": "TRADES", "regular_hours": True, "date_format": 2}
    return HistoricalData(
        request_id=request_id, contract=contract(symbol), bar_size=size, duration=duration, **(fields | more)
    )


def a_minute(number: int, *symbols: str, **prices: Any) -> BarSlice:
    """The slice of a minute after Monday's open: 300 shares from 100 + number to a quarter above."""
    start = OPEN + number * MINUTE
    usual = {"open": 100.0 + number, "close": 100.25 + number, "volume": 300.0}
    bars = [
        a_bar(symbol=symbol, started_at=start, ended_at=start + MINUTE, **(usual | prices))
        for symbol in symbols or ("AAPL",)
    ]
    return a_slice(*bars, session=a_session(day=number * MINUTE // DAY))


class Exchange:
    """A market with some clients, whose time stands still until something is shown."""

    def __init__(self, *clients: int, at: int = OPEN, **settings: Any) -> None:
        chosen: dict[str, Any] = {"sessions": SESSIONS, "listings": LISTINGS, "bar_size": BarSize.MINUTE_1} | settings
        self.market = Market(MarketSettings(**chosen))
        self.at = at
        for client in clients or (1,):
            self.market.attach(client, at)

    def ask(self, request: Request, client: int = 1) -> list[Message]:
        """Ask for something; return what that client is told at once."""
        assert self.market.serves(request)
        self.market.handle(client, request, self.at)
        return [message for to, message in self.market.take_messages() if to == client]

    def show(self, *events: MarketEvent) -> Sequence[tuple[int, Message]]:
        """Show the market; return what is said, and to whom."""
        for event in events:
            self.at = max(self.at, event.ended_at if isinstance(event, BarSlice) else event.occurred_at)
            self.market.show(event)
        return self.market.take_messages()

    def show_minutes(self, first: int, last: int, *symbols: str) -> Sequence[tuple[int, Message]]:
        return self.show(*(a_minute(number, *symbols) for number in range(first, last)))

    def print(self, at: int, price: float, size: float = 50.0) -> Sequence[tuple[int, Message]]:
        return self.show(TradePrinted(trade=TradePrint(Symbol("AAPL"), at, price, size), session=a_session()))

    def quote(self, at: int, bid: float, ask: float) -> Sequence[tuple[int, Message]]:
        return self.show(an_arrival(a_quote(at=at, bid=bid, ask=ask)))

    def wait(self, at: int) -> Sequence[tuple[int, Message]]:
        self.at = at
        self.market.pass_time(at)
        return self.market.take_messages()

    def bars(self, size: str = "1 min", duration: str = "1 D", **more: Any) -> tuple[WireBar, ...]:
        """The bars of a history; there must be some."""
        [told] = self.ask(history(size, duration, **more))
        assert isinstance(told, HistoricalBars), told
        return told.bars

    def refusal(self, request: Request, client: int = 1) -> int:
        """The code of the one error that answers a question."""
        [told] = self.ask(request, client)
        assert isinstance(told, ErrorMessage), told
        assert told.about == getattr(request, "request_id", -1)
        return told.code


def line(request_id: int = 1, symbol: str = "AAPL", **more: Any) -> MarketData:
    return MarketData(request_id=request_id, contract=contract(symbol), **more)


def closes(bars: Sequence[WireBar]) -> list[float]:
    return [float(bar.close) for bar in bars]


def only(kind: type[M], said: Sequence[tuple[int, Message]]) -> list[M]:
    return [message for _, message in said if isinstance(message, kind)]


def updates(said: Sequence[tuple[int, Message]]) -> list[WireBar]:
    return [message.bar for message in only(HistoricalBarUpdate, said)]


def plain(*numbers: Decimal | int | None) -> tuple[float, ...]:
    """Numbers as a test writes them; every one must be there."""
    assert None not in numbers, numbers
    return tuple(float(number) for number in numbers if number is not None)
