"""What happened, in the past tense.

Inputs come from outside and are all the engine ever sees; decisions are what it made of them. The journal
holds both, in order. `EVENT_KINDS` is the register by which a stored event finds its class again.
"""

from decimal import Decimal
from enum import Enum

from msgspec import Struct

from robo_trader.core.domain.action_events import (
    CorporateActionApplied,
    CorporateActionRefused,
    SymbolPaused,
    SymbolResumed,
)
from robo_trader.core.domain.allotments import Allotment, CashAllotment, SharesCrossed
from robo_trader.core.domain.arming import ArmingChanged
from robo_trader.core.domain.bars import Bar, BarFault, BarSlice, TradingSession
from robo_trader.core.domain.broker_words import BrokerWord
from robo_trader.core.domain.corporate_actions import CorporateAction
from robo_trader.core.domain.discrepancies import (
    DiscrepancyFound,
    DiscrepancyResolved,
    SymbolBlocked,
    SymbolReleased,
)
from robo_trader.core.domain.fills import Fill
from robo_trader.core.domain.instructions import InstructionKind
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.domain.ledger import Entry
from robo_trader.core.domain.order_reports import BrokerReport
from robo_trader.core.domain.orders import Order, OrderId, OrderIntent
from robo_trader.core.domain.outcomes import SignalSettled
from robo_trader.core.domain.parent_orders import ParentOrder
from robo_trader.core.domain.policies import LimitChange, Policy
from robo_trader.core.domain.positions import AccountMark, Position, TradingState
from robo_trader.core.domain.protection_events import ProtectionFailed
from robo_trader.core.domain.quotes import Quote, QuoteFault, TradePrint
from robo_trader.core.domain.releases import ReleaseAnswer, ReleaseInstructed
from robo_trader.core.domain.risk_facts import FactsReported
from robo_trader.core.domain.shutdown import ShutdownBegun
from robo_trader.core.domain.signals import Signal, Sizing, Target
from robo_trader.core.domain.statements import ForeignExecution, StatementReceived
from robo_trader.core.domain.strategy_modes import StrategiesReviewed, StrategyInstructed, StrategyModeChanged
from robo_trader.core.domain.violations import BreakerState, OrderRatioExceeded, Violation
from robo_trader.core.domain.warm_up import HistoryShown

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


class PolicyChanged(Struct, frozen=True, kw_only=True, gc=False):
    """The risk policy was read, or read again. Without an actor it may only tighten what is in force."""

    policy: Policy
    actor: str | None  # who answers for what it loosens
    reason: str
    occurred_at: int


class InstructionGiven(Struct, frozen=True, kw_only=True, gc=False):
    """An operator asked for another trading state, having seen `expected`; if it is another by now, nothing changes."""

    kind: InstructionKind
    actor: str
    reason: str
    expected: TradingState
    occurred_at: int


BetweenSlices = QuoteArrived | TradePrinted | TimerFired
BrokerClaim = StatementReceived | ForeignExecution  # of the account, rather than of one of our orders
Instructed = (
    PolicyChanged | InstructionGiven | FactsReported | StrategyInstructed | ReleaseInstructed | ArmingChanged
    | ShutdownBegun
)  # fmt: skip
INSTRUCTIONS = (
    PolicyChanged, InstructionGiven, FactsReported, StrategyInstructed, ReleaseInstructed, ArmingChanged, ShutdownBegun,
)  # fmt: skip  # the same as a tuple
FromBroker = BrokerReport | BrokerClaim | BrokerWord | FactsReported
FromMarket = SliceClosed | HistoryShown | BetweenSlices | CorporateAction
InputEvent = SessionStarted | FromMarket | FromBroker | Instructed

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
    sizing: Sizing | None = None  # none where there was nothing to size: the signal leaves, or equity is gone


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


class ParentOrderUpdated(Struct, frozen=True, kw_only=True, gc=False):
    """A parent order began, turned, or ended; the whole parent as it is now. Children are orders as every other."""

    parent: ParentOrder

    @property
    def occurred_at(self) -> int:
        """When it turned."""
        return self.parent.updated_at


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


class FillRestated(Struct, frozen=True, kw_only=True, gc=False):
    """The broker corrected an execution that was booked; the books are as if it had come so in the first place."""

    fill: Fill  # as it counts now; of 0 shares after a bust
    before: Fill
    position: Position
    realised: Decimal  # what it stands for now, what it changed of later fills included
    entry: Entry
    allotments: tuple[Allotment, ...] = ()  # whose it is now, where several strategies share the account
    allotments_before: tuple[Allotment, ...] = ()

    @property
    def occurred_at(self) -> int:
        """When the broker said so."""
        return self.fill.occurred_at


class CashKind(Enum):
    """Why cash moved without a trade. The value names the account it is booked against."""

    BORROW_FEE = "borrow_fee"
    DIVIDEND = "dividends"
    RECONCILIATION = "reconciliation"  # the broker's cash was adopted


class CashBooked(Struct, frozen=True, kw_only=True, gc=False):
    """Cash came or went without a trade: `amount` dollars, below 0 if we paid.

    It is 0 where it only passes between strategies: who is long of what another is short of is paid by it.
    """

    kind: CashKind
    symbol: Symbol | None  # None where it belongs to no symbol
    amount: Decimal
    entry: Entry
    occurred_at: int
    allotments: tuple[CashAllotment, ...] = ()  # whose it is, where several strategies share the account


class ReportQuarantined(Struct, frozen=True, kw_only=True, gc=False):
    """A broker's report contradicts what we know; kept, not applied."""

    kind: str
    order_id: OrderId
    reason: str
    occurred_at: int


class PositionUnprotected(Struct, frozen=True, kw_only=True, gc=False):
    """Shares are held that no working protective order stands for."""

    symbol: Symbol
    shares: Decimal
    waiver: str  # why the symbol needs none, if it does not
    occurred_at: int


class PositionProtected(Struct, frozen=True, kw_only=True, gc=False):
    """All shares of a symbol are protected again, or gone."""

    symbol: Symbol
    unprotected_nanos: int  # how long they were not
    occurred_at: int


class TradingStateChanged(Struct, frozen=True, kw_only=True, gc=False):
    """What may be sent changed."""

    before: TradingState
    after: TradingState
    reason: str
    occurred_at: int
    actor: str = ""  # who asked for it; empty where the program did


class InstructionRefused(Struct, frozen=True, kw_only=True, gc=False):
    """An operator's instruction changed nothing."""

    instruction: InstructionGiven
    reason: str
    occurred_at: int


class BreakerChanged(Struct, frozen=True, kw_only=True, gc=False):
    """A circuit breaker opened, is tried, or closed. `value` went beyond `limit`, both in `unit`."""

    name: str
    before: BreakerState
    after: BreakerState
    reason: str
    limit: Decimal
    value: Decimal
    unit: str
    open_until: int  # UTC nanoseconds, 0 unless it is open
    occurred_at: int


class LimitChanged(Struct, frozen=True, kw_only=True, gc=False):
    """A limit of the policy came into force, or another value of it did."""

    change: LimitChange
    actor: str | None
    reason: str
    occurred_at: int


class LooseningRefused(Struct, frozen=True, kw_only=True, gc=False):
    """A policy would have loosened a limit, and nobody answered for it: `change.before` stays in force."""

    change: LimitChange
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
    BarRejected | QuoteRejected | TradeRejected | TimerSet | StrategyModeChanged | StrategiesReviewed
    | SignalEmitted | TargetSet | SignalSettled | OrderDenied | OrderUpdated | ParentOrderUpdated | FillBooked
    | FillRestated | SharesCrossed | CashBooked | CorporateActionApplied | CorporateActionRefused | SymbolPaused
    | SymbolResumed | ReportQuarantined | PositionUnprotected | PositionProtected | ProtectionFailed
    | TradingStateChanged | LimitChanged | LooseningRefused | InstructionRefused | BreakerChanged
    | OrderRatioExceeded | AccountMarked | DiscrepancyFound | DiscrepancyResolved | SymbolBlocked | SymbolReleased
    | ReleaseAnswer
)  # fmt: skip
Event = InputEvent | DecisionEvent

EVENT_KINDS: dict[str, type[Event]] = {kind.__name__: kind for kind in Event.__args__}
