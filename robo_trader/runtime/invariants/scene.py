"""All that the checks of one run share: what was seen so far, and the event at hand."""

from collections import Counter
from decimal import Decimal

from msgspec.structs import replace

from robo_trader.core.domain.bars import Bar
from robo_trader.core.domain.commands import Step
from robo_trader.core.domain.events import BarRejected, InputEvent, SliceClosed
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.domain.money import ZERO
from robo_trader.core.domain.order_reports import BrokerReport
from robo_trader.core.domain.orders import BUY, Order, OrderId, OrderIntent, OrderPurpose, OrderType
from robo_trader.core.domain.positions import TradingState
from robo_trader.core.domain.statements import StatedExecution
from robo_trader.core.domain.warm_up import HistoryShown
from robo_trader.core.engine.account import Account
from robo_trader.core.engine.settings import EngineSettings
from robo_trader.core.ledger.sub_accounts import SubAccounts
from robo_trader.core.market.sessions import SessionTable
from robo_trader.runtime.invariants.books_seen import BooksSeen
from robo_trader.runtime.invariants.broken import InvariantBroken
from robo_trader.runtime.invariants.market_seen import MarketSeen
from robo_trader.runtime.invariants.orders_seen import KnownOrder, OrdersSeen
from robo_trader.runtime.invariants.reports_seen import Effect, ReportsSeen

_SLACK = Decimal("0.0001")  # dollars: what rounding a few reservations can amount to


class Scene:
    """What an outsider knows. `account` and `sub_accounts` are the engine's own; None where there is only a record."""

    def __init__(
        self,
        settings: EngineSettings,
        account: Account | None = None,
        sub_accounts: SubAccounts | None = None,
        sessions: SessionTable | None = None,
    ) -> None:
        """sessions: the exchange's calendar, if it is known."""
        self.settings = settings
        self.account = account
        self.sub_accounts = sub_accounts
        self.sessions = sessions
        self.symbols = frozenset(settings.symbols)  # that are traded
        self.names: dict[Symbol, Symbol] = {}  # what symbols are called that were renamed
        self.actions: set[tuple[str, Symbol, str]] = set()  # corporate ones that took effect
        self.paused: set[Symbol] = set()
        self.blocked: set[tuple[Symbol, str]] = set()  # with causes
        self.unseen: set[tuple[Symbol, str]] = set()  # likewise: symbols whose market is not seen as it is now
        self.absences: dict[OrderId, int] = {}  # UNKNOWN orders, and when a whole statement first missed them
        self.stated_shares: dict[Symbol, Decimal] = {}  # signed, by the last statement that told of positions
        self.is_held_back = False  # whether a person asked to reduce
        self.is_shared = len(settings.sleeves) > 1
        self.counts: Counter[str] = Counter()  # by invariant, how often it was held against something
        self.orders, self.reports = OrdersSeen(), ReportsSeen(self.name_now)
        self.books, self.market = BooksSeen(), MarketSeen()
        self.state = TradingState.ACTIVE
        self.armed_until = 0  # UTC ns; what a person allowed with real money
        self.set_aside = 0  # reports
        self.timers: dict[str, int] = {}
        self.opening_equity = ZERO  # of the session, dollars
        self.marked = (ZERO, ZERO)  # equity and gross exposure as the last slice ended
        self.contracts: dict[Symbol, int] = {}  # the broker's id of each symbol's
        self.ticks: dict[Symbol, tuple[tuple[Decimal, Decimal], ...]] = {}  # from a price on, its step: dollars
        self.clock_ahead = 0  # nanoseconds that the broker's is ahead of ours
        self.held_bare: set[Symbol] = set()  # their stops failed twice, and the settings let them stay
        # Of the step at hand:
        self.number = 0
        self.event: InputEvent | None = None
        self.step = Step((), ())
        self.report: BrokerReport | None = None  # the event itself, or what a statement stands in for
        self.effect: Effect | None = None  # of the report; None if it is none, or of a kind nothing is known of
        self.foreign: StatedExecution | None = None  # whose effect it is, if it is no order's of ours
        self.report_told = 0  # times that the engine told what became of the report
        self.shares_told = 0  # times that it booked what the report brought
        self.sent: dict[OrderId, OrderIntent] = {}
        self.refused_legs: set[Symbol] = set()
        self._worth: tuple[Decimal, Decimal] | None = None

    def begin(self, event: InputEvent, step: Step) -> None:
        """Come to the next event."""
        self.number += 1
        self.event, self.step = event, step
        self.report, self.effect, self.foreign, self._worth = None, None, None, None
        self.report_told = self.shares_told = 0
        if self.sent:
            self.sent = {}
        if self.refused_legs:
            self.refused_legs = set()
        if self.books.changed:
            self.books.changed = set()

    def hold(self, code: str, holds: bool, finding: str, *numbers: object) -> None:  # noqa: FBT001 - reads as a sentence
        """Count that an invariant was looked at. Raises InvariantBroken if it does not hold.

        finding: what is wrong, with a place `{}` for each of `numbers`.
        """
        self.counts[code] += 1
        if not holds:
            raise InvariantBroken(code, finding.format(*numbers), number=self.number, event=self.event)

    def name_now(self, symbol: Symbol) -> Symbol:
        """Return what a symbol is called today."""
        while symbol in self.names:
            symbol = self.names[symbol]
        return symbol

    def worth(self) -> tuple[Decimal, Decimal]:
        """Return equity and gross exposure as risk must see them now: a report does not move the marks."""
        if isinstance(self.event, SliceClosed) or self.market.is_quoted:
            if self._worth is None:
                self._worth = self.books.worth(self.market.prices)
            return self._worth
        return self.marked

    def forget_worth(self) -> None:
        """Cash has moved: value the account anew when next asked."""
        self._worth = None

    def needed(self, intent: OrderIntent) -> Decimal:
        """Return the dollars that an order must reserve: nothing for a sale, nor for what guards a position."""
        if intent.side is not BUY or intent.purpose is OrderPurpose.PROTECTION:
            return ZERO
        value = intent.quantity * (intent.limit_price or intent.reference_price)
        if intent.order_type is OrderType.MARKET:
            value += value * self.settings.limits.cash_buffer_fraction
        return value + self.settings.commissions.charge(intent.quantity, value, is_sale=False)

    def reserved(self, known: KnownOrder) -> tuple[Decimal, Decimal]:
        """Return the dollars an order must hold back now, and how far rounding may take them from it."""
        first = known.first_quantity
        if not known.needed or not known.is_working or not first:
            return ZERO, ZERO
        return known.needed * max(known.left, ZERO) / first, _SLACK * (known.changes + 1)

    def reserve_for_terms(self, known: KnownOrder, order: Order) -> None:
        """An order is asked to work under other terms: what they need is held back as well, if it is more."""
        terms, left = order.modify_requested, known.left
        if terms is None or left <= 0 or not known.needed:
            return
        needed = self.needed(replace(order.intent, quantity=left, limit_price=terms.limit_price))
        due, _ = self.reserved(known)
        if needed > due:
            known.needed, known.first_quantity = needed, left

    def sound_bars(self, event: SliceClosed | HistoryShown) -> list[Bar]:
        """Return the bars of a slice that the engine did not refuse."""
        refused = [decision.bar for decision in self.step.events if isinstance(decision, BarRejected)]
        bars = list(event.slice.bars)
        for bar in refused:
            if bar in bars:
                bars.remove(bar)
        return bars
