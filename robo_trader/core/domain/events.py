"""What happened, in the past tense.

Inputs come from outside and are all the engine ever sees; decisions are what it made of them. The journal
holds both, in order. `EVENT_KINDS` is the register by which a stored event finds its class again.
"""

from decimal import Decimal
from enum import Enum

from msgspec import Struct

from robo_trader.core.domain.allotments import Allotment, SharesCrossed
from robo_trader.core.domain.bars import Bar, BarFault, BarSlice, TradingSession
from robo_trader.core.domain.fills import ExecutionId, Fill
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.domain.ledger import Entry
from robo_trader.core.domain.orders import Order, OrderId, OrderIntent
from robo_trader.core.domain.positions import AccountMark, Position, TradingState
from robo_trader.core.domain.quotes import Quote, QuoteFault, TradePrint
from robo_trader.core.domain.signals import Signal, Target
from robo_trader.core.domain.violations import Violation

# ---- inputs -------------------------------------------------------------------------------------


class SessionStarted(Struct, frozen=True, kw_only=True, gc=False):
    """The first event of every journal: the account opens with this cash."""

    occurred_at: int
    account: str
    opening_cash: Decimal


class SliceClosed(Struct, frozen=True, kw_only=True, gc=False):
    """All bars of one moment are in."""

    slice: BarSlice

    @property
    def occurred_at(self) -> int:
        """The end of the bars."""
        return self.slice.ended_at


class QuoteArrived(Struct, frozen=True, kw_only=True, gc=False):
    """The best bid and ask of a symbol changed, within a session."""

    quote: Quote
    session: TradingSession

    @property
    def occurred_at(self) -> int:
        """The time of the quote."""
        return self.quote.at


class TradePrinted(Struct, frozen=True, kw_only=True, gc=False):
    """Shares of a symbol changed hands somewhere, within a session."""

    trade: TradePrint
    session: TradingSession

    @property
    def occurred_at(self) -> int:
        """The time of the print."""
        return self.trade.at


class TimerFired(Struct, frozen=True, kw_only=True, gc=False):
    """A time has come that a strategy asked to be woken at."""

    key: str
    occurred_at: int


class OrderAccepted(Struct, frozen=True, kw_only=True, gc=False):
    """The broker works the order."""

    order_id: OrderId
    broker_order_id: str
    occurred_at: int


class OrderRejected(Struct, frozen=True, kw_only=True, gc=False):
    """The broker refused the order."""

    order_id: OrderId
    reason: str
    occurred_at: int


class OrderExecuted(Struct, frozen=True, kw_only=True, gc=False):
    """The broker executed some or all of the order. `commission` belongs to this execution."""

    execution_id: ExecutionId
    order_id: OrderId
    symbol: Symbol
    quantity: Decimal
    price: Decimal
    commission: Decimal
    occurred_at: int


class OrderCanceled(Struct, frozen=True, kw_only=True, gc=False):
    """The broker took the rest of the order out of the market, as asked."""

    order_id: OrderId
    occurred_at: int


class OrderExpired(Struct, frozen=True, kw_only=True, gc=False):
    """The rest of the order lapsed with its time in force."""

    order_id: OrderId
    occurred_at: int


BrokerReport = OrderAccepted | OrderRejected | OrderExecuted | OrderCanceled | OrderExpired
BROKER_REPORTS = (OrderAccepted, OrderExecuted, OrderExpired, OrderCanceled, OrderRejected)  # the same, for isinstance
BetweenSlices = QuoteArrived | TradePrinted | TimerFired
InputEvent = SessionStarted | SliceClosed | BetweenSlices | BrokerReport

# ---- decisions ----------------------------------------------------------------------------------


class BarRejected(Struct, frozen=True, kw_only=True, gc=False):
    """A bar was refused at the boundary; no feature, strategy or mark has seen it."""

    bar: Bar
    fault: BarFault
    occurred_at: int


class QuoteRejected(Struct, frozen=True, kw_only=True, gc=False):
    """A quote was refused at the boundary; no feature, strategy or mark has seen it."""

    quote: Quote
    fault: QuoteFault
    occurred_at: int


class TradeRejected(Struct, frozen=True, kw_only=True, gc=False):
    """A print was refused at the boundary; no feature or strategy has seen it."""

    trade: TradePrint
    fault: QuoteFault
    occurred_at: int


class TimerSet(Struct, frozen=True, kw_only=True, gc=False):
    """A strategy asked to be woken; an earlier wish under the same key is void."""

    key: str
    wakes_at: int
    occurred_at: int


class SignalEmitted(Struct, frozen=True, kw_only=True, gc=False):
    """A strategy changed its mind about a symbol."""

    signal: Signal

    @property
    def occurred_at(self) -> int:
        """When the view could first be known."""
        return self.signal.as_of


class TargetSet(Struct, frozen=True, kw_only=True, gc=False):
    """The portfolio sized a signal."""

    target: Target
    occurred_at: int


class OrderDenied(Struct, frozen=True, kw_only=True, gc=False):
    """Risk refused an intent; it never became an order."""

    intent: OrderIntent
    violations: tuple[Violation, ...]
    occurred_at: int


class OrderUpdated(Struct, frozen=True, kw_only=True, gc=False):
    """An order was created or moved; the whole order as it is now."""

    order: Order

    @property
    def occurred_at(self) -> int:
        """When the order moved."""
        return self.order.updated_at


class FillBooked(Struct, frozen=True, kw_only=True, gc=False):
    """A fill reached the books: the fill, the position after it, and the balanced entry."""

    fill: Fill
    position: Position
    realised: Decimal
    entry: Entry
    allotments: tuple[Allotment, ...] = ()  # whose it is, where several strategies share the account

    @property
    def occurred_at(self) -> int:
        """When the shares changed hands."""
        return self.fill.occurred_at


class CashKind(Enum):
    """Why cash moved without a trade. The value names the account it is booked against."""

    BORROW_FEE = "borrow_fee"
    DIVIDEND = "dividends"


class CashBooked(Struct, frozen=True, kw_only=True, gc=False):
    """Cash came or went without a trade: `amount` dollars, below 0 if we paid."""

    kind: CashKind
    symbol: Symbol
    amount: Decimal
    entry: Entry
    occurred_at: int


class ReportQuarantined(Struct, frozen=True, kw_only=True, gc=False):
    """A broker's report contradicts what we know; kept, not applied."""

    kind: str
    order_id: OrderId
    reason: str
    occurred_at: int


class TradingStateChanged(Struct, frozen=True, kw_only=True, gc=False):
    """What may be sent changed."""

    before: TradingState
    after: TradingState
    reason: str
    occurred_at: int


class AccountMarked(Struct, frozen=True, kw_only=True, gc=False):
    """The account after a slice, positions at the last close."""

    mark: AccountMark
    positions: tuple[Position, ...]  # open ones
    prices: tuple[Decimal, ...]  # the marks of `positions`, in the same order

    @property
    def occurred_at(self) -> int:
        """The end of the slice."""
        return self.mark.as_of


DecisionEvent = (
    BarRejected
    | QuoteRejected
    | TradeRejected
    | TimerSet
    | SignalEmitted
    | TargetSet
    | OrderDenied
    | OrderUpdated
    | FillBooked
    | SharesCrossed
    | CashBooked
    | ReportQuarantined
    | TradingStateChanged
    | AccountMarked
)
Event = InputEvent | DecisionEvent

EVENT_KINDS: dict[str, type[Event]] = {kind.__name__: kind for kind in Event.__args__}
