"""A brokerage, clients of it, and what they were told.

The stage of tests/builders: AAPL at 100 dollars, hours of Monday 4 March 2024 and the days after it; no slippage and
no commission unless a test asks for them.
"""

# ruff: noqa: ANN401 - what builders take by name, they hand on

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, TypeVar

from robo_trader.core.domain.events import QuoteArrived, TradePrinted
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.domain.quotes import TradePrint
from robo_trader.core.market.commissions import CommissionSchedule
from robo_trader.core.market.sessions import SessionTable
from robo_trader.simulation.gateway.brokerage.brokerage import Brokerage
from robo_trader.simulation.gateway.brokerage.settings import BrokerageSettings, Listing
from robo_trader.simulation.gateway.protocol import order_messages as says
from robo_trader.simulation.gateway.protocol.account_messages import ErrorMessage
from robo_trader.simulation.gateway.protocol.messages import Message
from robo_trader.simulation.gateway.protocol.requests import CancelOrder, PlaceOrder, Request
from robo_trader.simulation.gateway.protocol.values import Contract, OrderTicket
from robo_trader.simulation.venue.venue import VenueSettings
from tests.builders import DAY, FREE, OPEN, Exact, a_quote, a_session
from tests.unit.simulation.venue.showing import an_hour

M = TypeVar("M", bound=Message)
ACCOUNT = "DU1234567"
AAPL_CONTRACT = Contract(symbol="AAPL", exchange="SMART")
MONDAY_TO_FRIDAY = SessionTable([a_session(day=day) for day in range(5)])


def firm_settings(
    *, commissions: CommissionSchedule = FREE, cash: Exact = 100_000, participation: float = 0.1, **more: Any
) -> BrokerageSettings:  # fmt: skip
    venue = VenueSettings(slippage_bps=0.0, participation_max=participation, commissions=commissions)
    listings = tuple(
        Listing(symbol=Symbol(symbol), name=name)
        for symbol, name in (("AAPL", "APPLE INC"), ("MSFT", "MICROSOFT CORP"), ("SPY", "SPDR S&P 500"), ("BRK.B", ""))
    )
    return BrokerageSettings(
        venue=venue, sessions=MONDAY_TO_FRIDAY, listings=listings, opening_cash=Decimal(cash), **more
    )


def a_ticket(
    action: str = "BUY",
    quantity: Exact = 100,
    order_type: str = "MKT",
    *,
    limit: Exact | None = None,
    aux: Exact | None = None,
    **more: Any,
) -> OrderTicket:
    return OrderTicket(
        action=action,
        quantity=Decimal(quantity),
        order_type=order_type,
        limit_price=None if limit is None else Decimal(limit),
        aux_price=None if aux is None else Decimal(aux),
        **more,
    )


class Firm:
    """A brokerage with some clients, whose time stands still until it is told otherwise."""

    def __init__(self, *clients: int, at: int = OPEN, brokerage: Brokerage | None = None, **settings: Any) -> None:
        self.brokerage = brokerage or Brokerage(firm_settings(**settings))
        self.doings = self.brokerage.doings
        self.at = at
        for client in clients or (1,):
            self.brokerage.attach(client, at)
        self.greeting = self.brokerage.take_messages()

    def ask(self, request: Request, client: int = 1) -> list[Message]:
        """Ask for something; return what that client is told at once."""
        self.brokerage.handle(client, request, self.at)
        return self.told(client)

    def place(self, ticket: OrderTicket, order_id: int = 1, client: int = 1, symbol: str = "AAPL") -> list[Message]:
        contract = Contract(symbol=symbol, exchange="SMART")
        return self.ask(PlaceOrder(order_id=order_id, contract=contract, ticket=ticket), client)

    def cancel(self, order_id: int = 1, client: int = 1) -> list[Message]:
        return self.ask(CancelOrder(order_id=order_id), client)

    def hour(self, number: int, *, client: int = 1, day: int = 0, **prices: Any) -> list[Message]:
        """Show an hour's bar; return what a client is told."""
        slice_ = an_hour(number, session=a_session(day=day), **prices)
        self.at = max(self.at, slice_.ended_at)
        self.brokerage.show(slice_)
        return self.told(client)

    def quote(self, at: int, **quote: Any) -> list[Message]:
        self.at = at
        session = a_session(day=(at - OPEN) // DAY)
        self.brokerage.show(QuoteArrived(quote=a_quote(at=at, **quote), session=session))
        return self.told(1)

    def trade(self, price: float, symbol: str = "AAPL") -> list[Message]:
        """Let the market print a price."""
        printed = TradePrint(Symbol(symbol), self.at, price, 100.0)
        self.brokerage.show(TradePrinted(trade=printed, session=a_session(day=(self.at - OPEN) // DAY)))
        return self.told(1)

    def told(self, client: int = 1) -> list[Message]:
        """What a client was told since this was last asked of anybody."""
        return [message for to, message in self.brokerage.take_messages() if to == client]

    def all_told(self) -> Sequence[tuple[int, Message]]:
        return self.brokerage.take_messages()

    def order(self, order_id: int = 1, client: int = 1) -> dict[str, Any]:
        """The order as the book has it."""
        rows = [row for row in self.rows("orders") if (row["client_id"], row["order_id"]) == (client, order_id)]
        return rows[-1]

    def rows(self, part: str) -> list[dict[str, Any]]:
        found: Any = self.brokerage.book()[part]
        return list(found)

    def restarted(self) -> "Firm":
        """The same firm after its process ended and another began; the clients have connected again."""
        clients = sorted(self.brokerage._outbox.clients)
        revived = Brokerage.restore(self.brokerage._settings, self.brokerage.snapshot())
        return Firm(*clients, at=self.at, brokerage=revived)


def short(message: Message) -> str:
    """A message in a few words."""
    match message:
        case says.OpenOrder(state=state):
            charged = "" if state.commission is None else f" {state.commission}"
            return f"openOrder {state.status}{charged}"
        case says.OrderStatusMessage(status=status, filled=filled, remaining=remaining):
            return f"orderStatus {status} {filled}/{filled + remaining}"
        case says.ExecutionDetails(request_id=request_id, execution=execution):
            return f"execDetails {request_id} {execution.side} {execution.shares} at {execution.price}"
        case says.CommissionReport(commission=commission):
            return f"commission {commission}"
        case ErrorMessage(about=about, code=code):
            return f"error {about} {code}"
    return type(message).__name__


def words(messages: Sequence[Message]) -> list[str]:
    return [short(message) for message in messages]


def find(messages: Sequence[Message], kind: type[M]) -> list[M]:
    """Messages of one class."""
    return [message for message in messages if isinstance(message, kind)]


def numbers(*values: Decimal | None) -> tuple[float, ...]:
    """Decimals to be compared with plain numbers; none of them may be unset."""
    return tuple(float(value) for value in values if value is not None)


def codes(messages: Sequence[Message]) -> list[int]:
    return [message.code for message in messages if isinstance(message, ErrorMessage)]
