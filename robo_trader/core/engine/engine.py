"""The engine: events in, decisions and commands out.

`process` is synchronous and deterministic. It reads no clock, draws no random number, logs nothing and touches
nothing outside: the same inputs lead to the same decisions, commands and state, in any process, at any time.
That is what makes live trading, paper trading, recovery and replay the same program.

At every slice, in this order: refuse faulty bars; open the session; mark to market; move features on; ask the
strategy; size its signals; order what is missing, each order through the risk gate; report the account.
"""

from collections.abc import Iterator
from decimal import Decimal
from math import isnan

from robo_trader.core.domain.bars import Bar, BarFault, BarSlice
from robo_trader.core.domain.commands import CancelOrder, Command, Step, SubmitOrder
from robo_trader.core.domain.events import (
    AccountMarked,
    BarRejected,
    BrokerReport,
    CashBooked,
    DecisionEvent,
    FillBooked,
    InputEvent,
    OrderDenied,
    OrderUpdated,
    ReportQuarantined,
    SessionStarted,
    SignalEmitted,
    SliceClosed,
    TargetSet,
    TradingStateChanged,
)
from robo_trader.core.domain.fills import Fill
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.domain.money import ZERO, shares_from_float
from robo_trader.core.domain.orders import ApprovedOrder, Order, OrderIntent, Side
from robo_trader.core.domain.positions import TradingState
from robo_trader.core.domain.signals import Signal, Target
from robo_trader.core.engine.fingerprint import fingerprint
from robo_trader.core.engine.losses import find_loss
from robo_trader.core.engine.overnight import Overnight
from robo_trader.core.engine.senses import Senses, senses_of
from robo_trader.core.engine.settings import EngineSettings
from robo_trader.core.engine.stop_watch import StopWatch
from robo_trader.core.engine.tally import Tally
from robo_trader.core.engine.valuation import Valuation
from robo_trader.core.execution.order_book import Moved, OrderBook, Quarantined
from robo_trader.core.execution.planner import Plan, plan_orders
from robo_trader.core.execution.transitions import ENDED
from robo_trader.core.ledger.ledger import Ledger
from robo_trader.core.portfolio.sizing import size
from robo_trader.core.risk.controls import cash_needed
from robo_trader.core.risk.gate import assess, trim_shares
from robo_trader.core.risk.limits import Exposure, RiskView


class Engine:
    """One account, one strategy, many symbols."""

    def __init__(self, settings: EngineSettings, senses: Senses | None = None) -> None:
        """senses: how the engine perceives the market; from the bars it is given, if nothing else is said."""
        self._settings = settings
        senses = senses or senses_of(settings)
        self._market, self._panel, self._views = senses.market, senses.panel, senses.views
        self._stops = StopWatch(settings.stops)
        self._overnight = Overnight(settings.borrow_rate)
        self._wanted: dict[Symbol, tuple[Signal, Target]] = {}
        self.unsettled: set[Symbol] = set()  # whose target may not be reached yet
        self.orders = OrderBook()
        self.ledger = Ledger()
        self.valuation = Valuation()
        self.trading_state = TradingState.ACTIVE
        self.tally = Tally()
        self._events: list[DecisionEvent] = []
        self._commands: list[Command] = []

    def process(self, event: InputEvent) -> Step:
        """Take one input; return what was decided and what is to be done, both in order."""
        if isinstance(event, SliceClosed):
            self._close_slice(event.slice)
        elif isinstance(event, SessionStarted):
            self.ledger.deposit(event.opening_cash)
            self.valuation.open_account(event.opening_cash)
        else:
            self._take_report(event)
        step = Step(tuple(self._events), tuple(self._commands))
        self._events.clear()
        self._commands.clear()
        return step

    def state_hash(self) -> str:
        """Return a hash of everything a later decision may depend on, and of the books. Not cheap."""
        return fingerprint((
            self._panel.states, self._views.strengths, self._views.states, self._views.signals_emitted, self._wanted,
            self._stops.states, self._overnight.state(), self.unsettled, self._market.state(), self.orders.open,
            self.orders.ended, self.orders.executions, self.ledger.balances, self.ledger.positions,
            self.ledger.reservations, self.valuation.state(), self.trading_state, self.tally,
        ))  # fmt: skip

    # ---- market ---------------------------------------------------------------------------------

    def _close_slice(self, slice_: BarSlice) -> None:
        if slice_.ended_at < self._market.last_ended_at:
            for bar in slice_.bars:  # decisions of that time are made; a late bar never rewrites one
                self._refuse(bar, BarFault.OUT_OF_ORDER)
            return
        assert self.valuation.peak_equity > 0, "the account was never opened"
        self._settle_overnight(slice_)
        self._market.advance(slice_)
        self.tally.slices = self._market.slices
        sound = list(self._admit(slice_))
        if self.valuation.enter(slice_.session):
            self._reopen()
        self.valuation.mark(self.ledger.cash, *self._market.worth(self.ledger.open_positions()))
        self._watch_losses()
        values = self._panel.update(sound, slice_.session)
        for bar in sound:
            self._watch_stops(bar, values[bar.symbol])
            self._take_view(bar, values[bar.symbol])
        for symbol in sorted(self.unsettled):
            self._pursue(*self._wanted[symbol])
        self._report_account()

    def _settle_overnight(self, slice_: BarSlice) -> None:
        for kind, symbol, amount in self._overnight.movements(
            slice_, self.valuation.session, self.ledger, self._market
        ):
            entry = self.ledger.book_cash(kind.value, amount, f"{kind.value} {symbol} {slice_.session.date}")
            at = slice_.ended_at
            self._events.append(CashBooked(kind=kind, symbol=symbol, amount=amount, entry=entry, occurred_at=at))
        self._overnight.booked.clear()

    def _admit(self, slice_: BarSlice) -> Iterator[Bar]:
        for bar in slice_.bars:
            fault = self._market.admit(bar)
            if fault is None:
                self.tally.bars += 1
                yield bar
            else:
                self._refuse(bar, fault)

    def _refuse(self, bar: Bar, fault: BarFault) -> None:
        self.tally.bars_rejected[fault.value] += 1
        self._events.append(BarRejected(bar=bar, fault=fault, occurred_at=bar.ended_at))

    def _reopen(self) -> None:
        if self.trading_state is TradingState.REDUCING:
            self._enter_state(TradingState.ACTIVE, "a new session begins", at=self._market.last_ended_at)

    def _watch_losses(self) -> None:
        if self.trading_state is TradingState.ACTIVE:
            reason = find_loss(self.valuation, self._settings.limits)
            if reason is not None:
                self._enter_state(TradingState.REDUCING, reason, at=self._market.last_ended_at)

    def _enter_state(self, after: TradingState, reason: str, *, at: int) -> None:
        change = TradingStateChanged(before=self.trading_state, after=after, reason=reason, occurred_at=at)
        self.trading_state = after
        self._events.append(change)

    def _report_account(self) -> None:
        positions, prices = self._market.shown(self.ledger.open_positions())
        mark = self.valuation.summary(self.ledger, as_of=self._market.last_ended_at)
        self._events.append(AccountMarked(mark=mark, positions=positions, prices=prices))

    # ---- from a view to an order ----------------------------------------------------------------

    def _watch_stops(self, bar: Bar, values: tuple[float, ...]) -> None:
        wanted = self._wanted.get(bar.symbol)
        if not self._settings.stops.is_on or wanted is None:
            return
        reached = self._stops.look(bar, self.ledger.position(bar.symbol), values)
        if reached is not None and wanted[1].quantity:
            self._want(self._views.signal(bar, 0.0, reached), bar, ZERO)

    def _take_view(self, bar: Bar, values: tuple[float, ...]) -> None:
        if not values or any(map(isnan, values)):
            return  # a view that could not be sized yet would be lost: none is taken before all is warm
        stops, sizes = len(self._settings.stops.features), len(self._settings.sizer.features)
        split = len(values) - stops - sizes
        signal = self._views.look(bar, values[:split])
        if signal is not None:
            self._want(signal, bar, self._size(signal, bar, values[split : split + sizes]))

    def _want(self, signal: Signal, bar: Bar, quantity: Decimal) -> None:
        self.tally.signals += 1
        price = self._market.price(bar.symbol)
        target = Target(signal_id=signal.signal_id, symbol=signal.symbol, quantity=quantity, reference_price=price)
        self._wanted[bar.symbol] = signal, target
        self.unsettled.add(bar.symbol)
        self._events.append(SignalEmitted(signal=signal))
        self._events.append(TargetSet(target=target, occurred_at=bar.ended_at))

    def _size(self, signal: Signal, bar: Bar, values: tuple[float, ...]) -> Decimal:
        settings, equity, price = self._settings, self.valuation.equity, self._market.price(bar.symbol)
        if equity <= 0:
            return ZERO
        sized = size(settings.sizer, signal.strength, float(equity), bar.close, values)
        side = Side.BUY if sized > 0 else Side.SELL
        dearest = max(price, settings.order_style.limit(price, side) or price)
        return trim_shares(shares_from_float(sized), equity=equity, price=dearest, limits=settings.limits)

    def _pursue(self, signal: Signal, target: Target) -> None:
        now = self._market.last_ended_at
        position = self.ledger.position(target.symbol).quantity
        working = self.orders.open_for(target.symbol)
        if now > signal.expires_at and abs(target.quantity) > abs(position):
            plan = Plan()  # an entry that could not be made in time is not made late
        else:
            price = self._market.price(target.symbol)
            plan = plan_orders(
                target, signal, position=position, working=working, price=price, style=self._settings.order_style
            )  # fmt: skip
        if not working and plan == Plan():
            self.unsettled.discard(target.symbol)
        for order in plan.cancels:
            self._cancel(order)
        if plan.intent is not None:
            self._order(plan.intent)

    def _cancel(self, order: Order) -> None:
        now = self._market.last_ended_at
        self._events.append(OrderUpdated(order=self.orders.request_cancel(order.order_id, at=now)))
        self._commands.append(CancelOrder(order_id=order.order_id, occurred_at=now))

    def _order(self, intent: OrderIntent) -> None:
        view = self._risk_view(intent)
        verdict = assess(intent, view, self._settings.limits, self.orders.next_id())
        if not isinstance(verdict, ApprovedOrder):
            self.tally.violations.update(violation.control.value for violation in verdict)
            self._events.append(OrderDenied(intent=intent, violations=verdict, occurred_at=view.as_of))
            return
        order = self.orders.add(verdict)
        if intent.side is Side.BUY:
            self.ledger.reserve(order.order_id, cash_needed(intent, view, self._settings.limits))
        self.tally.orders += 1
        self._events.append(OrderUpdated(order=order))
        self._commands.append(SubmitOrder(order=verdict))

    def _risk_view(self, intent: OrderIntent) -> RiskView:
        assert self.valuation.session is not None, "no order before the first slice"
        exposures = {symbol: self._exposure(symbol) for symbol in self._exposed(intent)}
        known = (abs(exposure.position) * exposure.price for exposure in exposures.values())
        return RiskView(
            as_of=self._market.last_ended_at,
            session=self.valuation.session,
            trading_state=self.trading_state,
            equity=self.valuation.equity,
            session_opening_equity=self.valuation.session_opening_equity,
            cash=self.ledger.cash,
            reserved=self.ledger.reserved,
            exposures=exposures,
            others_value=self.valuation.gross_exposure - sum(known, ZERO),
            commissions=self._settings.commissions,
        )

    def _exposed(self, intent: OrderIntent) -> list[Symbol]:
        working = {order.intent.symbol for order in self.orders.open.values()}
        return sorted(working | {intent.symbol})

    def _exposure(self, symbol: Symbol) -> Exposure:
        return Exposure(
            position=self.ledger.position(symbol).quantity,
            working_buys=self.orders.working_shares(symbol, Side.BUY),
            working_sells=self.orders.working_shares(symbol, Side.SELL),
            price=self._market.price(symbol),
            bars_missed=self._market.bars_missed(symbol),
        )

    # ---- from a report to the books -------------------------------------------------------------

    def _take_report(self, report: BrokerReport) -> None:
        result = self.orders.apply(report)
        if isinstance(result, Quarantined):
            self._quarantine(report, result)
            return
        self._events.append(OrderUpdated(order=result.order))
        if result.fill is not None:
            self._book(result.fill)
        self._adjust_reservation(result)
        if result.overfilled:
            reason = f"order {report.order_id} filled {result.order.filled} of {result.order.intent.quantity}"
            self._halt(reason, at=report.occurred_at)

    def _quarantine(self, report: BrokerReport, result: Quarantined) -> None:
        self.tally.quarantined += 1
        self._events.append(
            ReportQuarantined(
                kind=type(report).__name__,
                order_id=report.order_id,
                reason=result.reason,
                occurred_at=report.occurred_at,
            )
        )
        if result.breaks_books:
            self._halt(result.reason, at=report.occurred_at)

    def _book(self, fill: Fill) -> None:
        position, realised, entry = self.ledger.book(fill)
        self._overnight.book(fill.symbol, fill.side.sign * fill.quantity)
        self.tally.fills += 1
        if fill.symbol in self._wanted:
            self.unsettled.add(fill.symbol)
        self._events.append(FillBooked(fill=fill, position=position, realised=realised, entry=entry))

    def _adjust_reservation(self, moved: Moved) -> None:
        order = moved.order
        if order.status in ENDED:
            self.ledger.release(order.order_id)
        elif moved.fill is not None:
            before = order.remaining + moved.fill.quantity
            self.ledger.shrink(order.order_id, remaining=order.remaining, before=before)

    def _halt(self, reason: str, *, at: int) -> None:
        if self.trading_state is not TradingState.HALTED:
            self._enter_state(TradingState.HALTED, reason, at=at)
