"""The engine: events in, decisions and commands out.

`process` is synchronous and deterministic. It reads no clock, draws no random number, logs nothing and touches
nothing outside: the same inputs lead to the same decisions, commands and state, in any process, at any time.
That is what makes live trading, paper trading, recovery and replay the same program.

At every slice, in this order: refuse faulty bars; open the session; mark to market; move features on; ask the
strategy; size its signals; order what is missing, each order through the risk gate; report the account.
A strategy in event form is also told what happens between slices: quotes, prints, timers and its fills.
"""

from collections.abc import Iterable
from decimal import Decimal

from robo_trader.core.domain.bars import Bar, BarFault, BarSlice
from robo_trader.core.domain.commands import Step
from robo_trader.core.domain.events import (
    BROKER_REPORTS,
    AccountMarked,
    BarRejected,
    BetweenSlices,
    CashBooked,
    InputEvent,
    SessionStarted,
    SliceClosed,
    TimerFired,
)
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.domain.positions import TradingState
from robo_trader.core.engine.account import Account
from robo_trader.core.engine.event_desk import EventDesk
from robo_trader.core.engine.fingerprint import fingerprint
from robo_trader.core.engine.losses import find_loss
from robo_trader.core.engine.order_desk import OrderDesk
from robo_trader.core.engine.overnight import Overnight
from robo_trader.core.engine.report_desk import ReportDesk
from robo_trader.core.engine.senses import Senses, senses_of
from robo_trader.core.engine.settings import EngineSettings
from robo_trader.core.engine.strategy_desk import StrategyDesk

_ACTIVE = TradingState.ACTIVE  # as BUY: quicker by its own name


class Engine:
    """One account, its strategies, many symbols."""

    def __init__(self, settings: EngineSettings, senses: Senses | None = None) -> None:
        """senses: how the engine perceives the market; from the bars it is given, if nothing else is said."""
        senses = senses or senses_of(settings)
        self._settings = settings
        self._market, self._panel = senses.market, senses.panel
        self._overnight = Overnight(settings.borrow_rate)
        self.account = Account()
        self._strategy = StrategyDesk(settings, self.account, senses.market, senses.views)
        self._events = self._strategy.event_desk
        if self._events is not None:
            self._events.revalue = self._mark
        self._orders = OrderDesk(settings, self.account, senses.market)
        self._reports = ReportDesk(self.account, self._overnight, self._strategy)

    @property
    def unsettled(self) -> set[Symbol]:
        """The symbols whose target may not be reached yet."""
        return self._strategy.unsettled

    def process(self, event: InputEvent) -> Step:
        """Take one input; return what was decided and what is to be done, both in order."""
        if isinstance(event, SliceClosed):
            self._close_slice(event.slice)
        elif isinstance(event, BROKER_REPORTS):
            fill = self._reports.take(event)
            if self._events is not None:
                self._events.hear(event, fill)
        elif isinstance(event, SessionStarted):
            self.account.ledger.deposit(event.opening_cash)
            self.account.valuation.open_account(event.opening_cash)
        else:
            self._take_between(event)
        return self.account.take_step()

    def due_timer(self, before: int) -> TimerFired | None:
        """Return the first timer that is due before a time, to be processed next; None if there is none."""
        return None if self._events is None else self._events.due_timer(before)

    def held_symbols(self) -> set[Symbol]:
        """Return the symbols that the account, or a strategy of it, holds."""
        return {position.symbol for position in self.account.ledger.open_positions()} | self._strategy.held_symbols()

    def closing_prices(self) -> dict[Symbol, Decimal]:
        """Return the last price of each of `held_symbols`, dollars a share."""
        return {symbol: self._market.price(symbol) for symbol in sorted(self.held_symbols())}

    def state_hash(self) -> str:
        """Return a hash of everything a later decision may depend on, and of the books. Not cheap."""
        return fingerprint((
            self._panel.states, self._strategy.state(), self._overnight.state(), self._market.state(),
            self.account.state(),
        ))  # fmt: skip

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
                self._overnight.booked.clear()  # else its first slice may bring dividends, and asks what was held
            desk.market.come_to(event)
            if account.valuation.enter(session):
                self._reopen()
        else:
            return
        desk.tell(event)
        if desk.due:
            self._mark()
            self._pursue(self._take_due(desk))

    def _close_slice(self, slice_: BarSlice) -> None:
        if slice_.ended_at < self._market.last_ended_at:
            for bar in slice_.bars:  # decisions of that time are made; a late bar never rewrites one
                self._refuse(bar, BarFault.OUT_OF_ORDER)
            return
        account = self.account
        assert account.valuation.peak_equity > 0, "the account was never opened"
        self._settle_overnight(slice_)
        self._overnight.booked.clear()
        self._market.advance(slice_)
        account.tally.slices = self._market.slices
        sound = self._admit(slice_)
        if account.valuation.enter(slice_.session):
            self._reopen()
        self._mark()
        values = self._panel.update(sound, slice_.session)
        for bar in sound:
            self._strategy.consider(bar, values[bar.symbol])
        if self._events is not None:
            self._take_due(self._events)  # pursued with all others
        self._pursue(sorted(self._strategy.unsettled))
        self._report_account()

    def _settle_overnight(self, slice_: BarSlice) -> None:
        account, at = self.account, slice_.ended_at
        for kind, symbol, amount in self._overnight.movements(
            slice_, account.valuation.session, account.ledger, self._market
        ):
            entry = account.ledger.book_cash(kind.value, amount, f"{kind.value} {symbol} {slice_.session.date}")
            account.events.append(CashBooked(kind=kind, symbol=symbol, amount=amount, entry=entry, occurred_at=at))

    def _admit(self, slice_: BarSlice) -> list[Bar]:
        sound = []
        for bar in slice_.bars:
            fault = self._market.admit(bar)
            if fault is None:
                sound.append(bar)
            else:
                self._refuse(bar, fault)
        self.account.tally.bars += len(sound)
        return sound

    def _refuse(self, bar: Bar, fault: BarFault) -> None:
        self.account.tally.bars_rejected[fault.value] += 1
        self.account.events.append(BarRejected(bar=bar, fault=fault, occurred_at=bar.ended_at))

    def _reopen(self) -> None:
        if self.account.trading_state is TradingState.REDUCING:
            self.account.enter_state(TradingState.ACTIVE, "a new session begins", at=self._market.last_ended_at)

    def _mark(self) -> None:
        """Value the account at the last prices, and see whether it has lost too much."""
        ledger = self.account.ledger
        self.account.valuation.mark(ledger.cash, *self._market.worth(ledger))
        self._watch_losses()

    def _watch_losses(self) -> None:
        if self.account.trading_state is _ACTIVE:
            reason = find_loss(self.account.valuation, self._settings.limits)
            if reason is not None:
                self.account.enter_state(TradingState.REDUCING, reason, at=self._market.last_ended_at)

    def _take_due(self, desk: EventDesk) -> list[Symbol]:
        """Return the symbols whose target is to be pursued now; until they reach it they are unsettled."""
        due = sorted(desk.due)
        self._strategy.unsettled.update(due)
        desk.due.clear()
        return due

    def _pursue(self, symbols: Iterable[Symbol]) -> None:
        desk, now = self._strategy, self._market.last_ended_at
        self._orders.look_afresh()
        for symbol in symbols:
            want = desk.wanted(symbol, now=now)
            if self._orders.pursue(want, is_late=want.is_late(now) and not desk.is_shared):
                desk.unsettled.discard(symbol)

    def _report_account(self) -> None:
        account = self.account
        shown = self._market.shown(account.ledger)
        if shown is not None:
            mark = account.valuation.summary(account.ledger, as_of=self._market.last_ended_at)
            account.events.append(AccountMarked(mark=mark, positions=shown[0], prices=shown[1]))
