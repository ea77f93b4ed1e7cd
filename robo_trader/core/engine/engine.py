"""The engine: events in, decisions and commands out.

`process` is synchronous and deterministic. It reads no clock, draws no random number, logs nothing and touches
nothing outside: the same inputs lead to the same decisions, commands and state, in any process, at any time.
That is what makes live trading, paper trading, recovery and replay the same program.

At every slice, in this order: refuse faulty bars; open the session; mark to market; move features on; ask the
strategy; size its signals; order what is missing, each order through the risk gate; report the account.
A strategy in event form is also told what happens between slices: quotes, prints, timers and its fills.
"""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from robo_trader.core.domain.arming import ArmingChanged
from robo_trader.core.domain.bars import Bar, BarFault, BarSlice
from robo_trader.core.domain.broker_link import BrokerLinkChanged, LinkState
from robo_trader.core.domain.broker_words import BROKER_WORDS, BrokerWord
from robo_trader.core.domain.clocks import ClocksCompared
from robo_trader.core.domain.commands import Step
from robo_trader.core.domain.contracts import ContractReported
from robo_trader.core.domain.events import (
    INSTRUCTIONS,
    BarRejected,
    BetweenSlices,
    InputEvent,
    Instructed,
    InstructionGiven,
    PolicyChanged,
    QuoteArrived,
    SessionStarted,
    SliceClosed,
    TimerFired,
    TradePrinted,
)
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.domain.market_data import MarketDataChanged
from robo_trader.core.domain.order_reports import BROKER_REPORTS, BrokerReport
from robo_trader.core.domain.parent_orders import ParentOrder
from robo_trader.core.domain.releases import ReleaseInstructed
from robo_trader.core.domain.shutdown import ShutdownBegun
from robo_trader.core.domain.statements import ForeignExecution, StatementReceived
from robo_trader.core.domain.strategy_modes import StrategyInstructed
from robo_trader.core.domain.warm_up import HistoryShown
from robo_trader.core.engine.account import Account
from robo_trader.core.engine.action_desk import ActionDesk
from robo_trader.core.engine.arming_desk import follow_arming
from robo_trader.core.engine.contract_desk import accept_released, take_contract
from robo_trader.core.engine.data_desk import follow_data
from robo_trader.core.engine.event_desk import EventDesk
from robo_trader.core.engine.fingerprint import fingerprint
from robo_trader.core.engine.foreign_desk import ForeignDesk
from robo_trader.core.engine.instruction_desk import obey
from robo_trader.core.engine.limit_book import LimitBook
from robo_trader.core.engine.link_desk import follow_link
from robo_trader.core.engine.marking_desk import MarkingDesk
from robo_trader.core.engine.order_desk import OrderDesk
from robo_trader.core.engine.outcome_desk import OutcomeDesk
from robo_trader.core.engine.overnight import Overnight, book_movement
from robo_trader.core.engine.portfolio_watch import PortfolioWatch
from robo_trader.core.engine.protection_desk import ProtectionDesk
from robo_trader.core.engine.reconciliation_desk import ReconciliationDesk
from robo_trader.core.engine.release_desk import ReleaseDesk
from robo_trader.core.engine.report_desk import ReportDesk
from robo_trader.core.engine.senses import Senses, senses_of
from robo_trader.core.engine.settings import EngineSettings
from robo_trader.core.engine.shutdown_desk import shut_down
from robo_trader.core.engine.strategy_desk import StrategyDesk
from robo_trader.core.engine.worked_orders import WorkedOrderDesk


class Engine:
    """One account, its strategies, many symbols."""

    def __init__(self, settings: EngineSettings, senses: Senses | None = None) -> None:
        """senses: how the engine perceives the market; from the bars it is given, if nothing else is said."""
        senses = senses or senses_of(settings)
        self._settings = settings
        self._market, self._panel = senses.market, senses.panel
        self._overnight = Overnight(settings.borrow_rate)
        self.account = Account(LimitBook(settings.limits), needs_arming=settings.needs_arming)
        self._strategy = StrategyDesk(settings, self.account, senses.market, senses.views)
        allotments, ownership = self._strategy.allotments, self._strategy.ownership
        self._marking = MarkingDesk(self.account, senses.market, ownership)
        self._events = self._strategy.event_desk
        if self._events is not None:
            self._events.revalue = self._marking.mark
        self._worked: WorkedOrderDesk | None = None
        if settings.execution is not None:
            self._worked = WorkedOrderDesk(settings, self.account, senses.market, settings.execution)
        self._orders = self._worked or OrderDesk(settings, self.account, senses.market)
        self._outcomes = OutcomeDesk(self.account)
        self._portfolio: PortfolioWatch | None = None
        self._reports = ReportDesk(self.account, self._overnight, self._strategy)
        self._protection: ProtectionDesk | None = None
        if settings.protection is not None:
            self._protection = ProtectionDesk(
                settings.protection, self.account, senses.market, self._strategy, self._orders
            )
        self._foreign = ForeignDesk(self.account, self._reports, allotments, ownership, senses.market)
        self._reconciliation = ReconciliationDesk(settings, self.account, self._foreign, self._take_report)
        self._releases = ReleaseDesk(
            self.account, self._reconciliation, self._foreign, allotments, ownership, senses.market
        )  # fmt: skip
        self._actions = ActionDesk(
            self.account, senses, self._strategy, self._orders, self._overnight, settings.symbols,
            awaits_statement=settings.actions_await_statement, protection=self._protection,
        )  # fmt: skip
        self._watch_portfolio()

    @property
    def unsettled(self) -> set[Symbol]:
        """The symbols whose target may not be reached yet."""
        return self._strategy.unsettled

    @property
    def parent_orders(self) -> Mapping[Symbol, ParentOrder]:
        """The parent orders that are worked now; none where all is ordered at once."""
        return {} if self._worked is None else self._worked.parents

    def process(self, event: InputEvent) -> Step:
        """Take one input; return what was decided and what is to be done, both in order."""
        if isinstance(event, SliceClosed):
            self._close_slice(event.slice)
        elif isinstance(event, BROKER_REPORTS):
            self._take_report(event)
        elif isinstance(event, SessionStarted):
            self.account.ledger.deposit(event.opening_cash)
            self.account.valuation.open_account(event.opening_cash)
        elif isinstance(event, StatementReceived):
            self._reconciliation.take(event)
            self._actions.hear(event)
        elif isinstance(event, ForeignExecution):
            self._foreign.take(event.execution)
        elif isinstance(event, INSTRUCTIONS):
            self._follow(event)
        elif isinstance(event, (QuoteArrived, TradePrinted, TimerFired)):
            self._take_between(event)
        elif isinstance(event, BROKER_WORDS):
            self._follow_broker(event)
        elif isinstance(event, HistoryShown):
            self._remember(event.slice)
        else:
            self._actions.take(event)
        return self.account.take_step()

    def due_timer(self, before: int) -> TimerFired | None:
        """Return the first timer that is due before a time, to be processed next; None if there is none."""
        return None if self._events is None else self._events.due_timer(before)

    def held_symbols(self) -> set[Symbol]:
        """Return the symbols that the account, or a strategy of it, holds."""
        own = {position.symbol for position in self.account.ledger.open_positions()}
        return own | self._strategy.ownership.symbols()

    def closing_prices(self) -> dict[Symbol, Decimal]:
        """Return the last price of each of `held_symbols`, dollars a share."""
        return {symbol: self._market.price(symbol) for symbol in sorted(self.held_symbols())}

    def state_hash(self) -> str:
        """Return a hash of everything a later decision may depend on, and of the books. Not cheap."""
        return fingerprint((
            self._panel.states, self._strategy.state(), self._overnight.state(), self._market.state(),
            self.account.state(), self._reconciliation.state(),
            None if self._protection is None else self._protection.state(),
            None if self._worked is None else self._worked.state(),
            None if self._portfolio is None else self._portfolio.state(), self._actions.state(),
        ))  # fmt: skip

    def _take_report(self, report: BrokerReport) -> None:
        fill = self._reports.take(report)
        if self._events is not None:
            self._events.hear(report, fill)
        if self._worked is not None:
            self._worked.hear(report)
        if self._protection is not None:
            self._protect(self._protection, report)

    def _follow_broker(self, event: BrokerWord) -> None:
        if isinstance(event, ContractReported):
            take_contract(event, self.account)
        elif isinstance(event, MarketDataChanged):
            follow_data(event, self.account)
        elif isinstance(event, ClocksCompared):
            self.account.clock_ahead = event.ahead_nanos
        else:
            self._follow_link(event)

    def _follow_link(self, event: BrokerLinkChanged) -> None:
        follow_link(event, self.account, self._settings.symbols)
        if self._protection is not None and event.state is LinkState.READY:
            self._protect(self._protection, event)

    def _follow(self, event: Instructed) -> None:
        """Take what an operator asks for, or what is told of the account from outside."""
        if isinstance(event, StrategyInstructed):
            self._strategy.oversight.instruct(event)
            self._pursue(sorted(self._strategy.unsettled))
        elif isinstance(event, PolicyChanged):
            self._take_policy(event)
        elif isinstance(event, InstructionGiven):
            obey(event, self.account)
        elif isinstance(event, ReleaseInstructed):
            self._releases.obey(event)
            accept_released(event.symbol, self.account)
        elif isinstance(event, ArmingChanged):
            follow_arming(event, self.account)
        elif isinstance(event, ShutdownBegun):
            shut_down(event, self.account)
        elif self.account.safeguards is not None:
            self.account.safeguards.note_facts(event)

    def _take_policy(self, event: PolicyChanged) -> None:
        """Put a policy in force, and let everything that remembers for a limit go by the new ones."""
        account = self.account
        account.events.extend(account.limits.take(event))
        account.follow_limits(at=event.occurred_at)
        self._marking.follow_limits()
        self._watch_portfolio()

    def _watch_portfolio(self) -> None:
        """Begin to watch the portfolio as a whole once a limit of it is on; what was before is not known."""
        if self._portfolio is None and self.account.limits.watches_portfolio:
            model = self._settings.portfolio_model
            self._portfolio = PortfolioWatch(model, self.account, self._market, self._strategy)
            self._orders.portfolio = self._actions.portfolio = self._portfolio

    def _take_between(self, event: BetweenSlices) -> None:
        """Tell a strategy in event form what happened between two slices, and pursue what it wants of it at once."""
        desk, account = self._events, self.account
        assert desk is not None, "a rule is asked at the close of bars only"
        if isinstance(event, TimerFired):
            desk.market.come_to(event)
        elif desk.admits(event):
            known, session = account.valuation.session, event.session
            if known is None or known.date != session.date:
                self._settle_overnight(BarSlice(ended_at=event.occurred_at, session=session, bars=()))
            elif desk.market.has_slice_of(session):
                self._overnight.forget()  # else its first slice may bring dividends, and asks what was held
            desk.market.come_to(event)
            if account.paused and isinstance(event, QuoteArrived):
                self._actions.look([event.quote.symbol], at=event.occurred_at)
            self._marking.enter(session)
        else:
            return
        desk.tell(event)
        if self._worked is not None:
            desk.due.update(self._worked.observe_between(event))
        if desk.due:
            self._marking.mark()
            self._pursue(self._take_due(desk))

    def _close_slice(self, slice_: BarSlice) -> None:
        if self._is_late(slice_):
            return
        account = self.account
        assert account.valuation.peak_equity > 0, "the account was never opened"
        self._settle_overnight(slice_)
        self._overnight.forget()
        self._review_strategies(slice_)
        self._market.advance(slice_)
        account.tally.slices = self._market.slices
        sound = self._admit(slice_)
        self._marking.enter(slice_.session)
        self._observe(slice_, sound)
        values = self._panel.update(sound, slice_.session)
        self._strategy.consider(sound, values)
        if self._events is not None:
            self._take_due(self._events)  # pursued with all others
        self._pursue(sorted(self._strategy.unsettled))
        if self._protection is not None:
            self._protection.look_round()
            self._leave_unprotected(self._protection)
        self._marking.report()

    def _is_late(self, slice_: BarSlice) -> bool:
        """Refuse the bars of a slice that lies before what is known; return whether it does."""
        if slice_.ended_at >= self._market.last_ended_at:
            return False
        for bar in slice_.bars:  # decisions of that time are made; a late bar never rewrites one
            self._refuse(bar, BarFault.OUT_OF_ORDER)
        return True

    def _remember(self, slice_: BarSlice) -> None:
        """Let all that remembers bars see those that are history; nobody is asked what to do about them."""
        if self._is_late(slice_):
            return
        account = self.account
        self._market.advance(slice_)
        sound = self._admit(slice_)
        if account.safeguards is not None:
            account.safeguards.note_bars(sound)
        if self._portfolio is not None:
            self._portfolio.take(slice_, sound)
        self._panel.update(sound, slice_.session)

    def _observe(self, slice_: BarSlice, sound: Sequence[Bar]) -> None:
        """Let those see the bars of a slice who remember some of it, before anything is decided."""
        account = self.account
        if account.paused:
            self._actions.look([bar.symbol for bar in sound], at=slice_.ended_at)
        if account.safeguards is not None:
            account.safeguards.note_bars(sound)
        self._marking.mark()
        if self._portfolio is not None:
            self._portfolio.take(slice_, sound)
        if self._worked is not None:
            self._worked.observe(sound, slice_.session)

    def _protect(self, desk: ProtectionDesk, report: BrokerReport | BrokerLinkChanged) -> None:
        self._orders.look_afresh(at=report.occurred_at)
        if isinstance(report, BrokerLinkChanged):
            desk.look_round()  # what was filled or lost while he was away could not be guarded
        else:
            desk.hear(report)
        self._leave_unprotected(desk)

    def _leave_unprotected(self, desk: ProtectionDesk) -> None:
        """Leave at once what could not be protected."""
        if desk.due:
            self._pursue(sorted(desk.due))
            desk.due.clear()

    def _settle_overnight(self, slice_: BarSlice) -> None:
        account, at = self.account, slice_.ended_at
        session = account.valuation.session
        for movement in self._overnight.movements(slice_, session, account.ledger, self._market):
            book_movement(account, self._strategy.ownership, self._overnight, movement, slice_.session.date, at=at)

    def _review_strategies(self, slice_: BarSlice) -> None:
        """Look at the strategies once a session is over: at the first slice of the next, and at the last prices."""
        before = self.account.valuation.session
        if before is not None and before.date != slice_.session.date:
            self._strategy.oversight.end_session(before.date, at=slice_.ended_at)

    def _admit(self, slice_: BarSlice) -> Sequence[Bar]:
        sound, refused = self._market.admit(slice_.bars)
        for bar, fault in refused:
            self._refuse(bar, fault)
        self.account.tally.bars += len(sound)
        return sound

    def _refuse(self, bar: Bar, fault: BarFault) -> None:
        self.account.tally.bars_rejected[fault.value] += 1
        self.account.events.append(BarRejected(bar=bar, fault=fault, occurred_at=bar.ended_at))

    def _take_due(self, desk: EventDesk) -> list[Symbol]:
        """Return the symbols whose target is to be pursued now; until they reach it they are unsettled."""
        due = sorted(desk.due)
        self._strategy.unsettled.update(due)
        desk.due.clear()
        return due

    def _pursue(self, symbols: Iterable[Symbol]) -> None:
        desk, now = self._strategy, self._market.last_ended_at
        self._orders.look_afresh()
        paused = self.account.paused
        for symbol in symbols:
            if paused and symbol in paused:
                continue
            want = desk.wanted(symbol, now=now)
            if self._orders.pursue(want, is_late=want.is_late(now) and not desk.is_shared):
                desk.unsettled.discard(symbol)
            if symbol in self.account.open_signals:
                self._outcomes.settle(desk.wants(symbol, want), want, self._orders.answer, now=now)
