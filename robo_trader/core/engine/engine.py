"""The engine: events in, decisions and commands out.

`process` is synchronous and deterministic. It reads no clock, draws no random number, logs nothing and touches
nothing outside: the same inputs lead to the same decisions, commands and state, in any process, at any time.
That is what makes live trading, paper trading, recovery and replay the same program.

At every slice, in this order: refuse faulty bars; open the session; mark to market; move features on; ask the
strategy; size its signals; order what is missing, each order through the risk gate; report the account.
"""

from collections.abc import Iterator
from math import isnan

from robo_trader.core.domain.bars import Bar, BarFault, BarSlice
from robo_trader.core.domain.commands import CancelOrder, Command, Step, SubmitOrder
from robo_trader.core.domain.events import (
    AccountMarked,
    BarRejected,
    BrokerReport,
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
from robo_trader.core.engine.market_view import MarketView
from robo_trader.core.engine.settings import EngineSettings
from robo_trader.core.engine.tally import Tally
from robo_trader.core.engine.valuation import Valuation
from robo_trader.core.execution.order_book import Moved, OrderBook, Quarantined
from robo_trader.core.execution.planner import plan_orders
from robo_trader.core.execution.transitions import ENDED
from robo_trader.core.features.panel import FeaturePanel
from robo_trader.core.ledger.ledger import Ledger
from robo_trader.core.risk.controls import cash_needed
from robo_trader.core.risk.gate import assess, trim_shares
from robo_trader.core.risk.limits import Exposure, RiskView
from robo_trader.core.strategies.views import StrategyViews


class Engine:
    """One account, one strategy, many symbols."""

    def __init__(self, settings: EngineSettings) -> None:
        self._settings = settings
        self._panel = FeaturePanel((*settings.strategy.features, *settings.sizer.features))
        self._views = StrategyViews(settings.strategy, signal_lifetime=settings.signal_lifetime)
        self._wanted: dict[Symbol, tuple[Signal, Target]] = {}
        self._market = MarketView(settings.symbols)
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
            self._panel.states, self._views.strengths, self._views.signals_emitted, self._wanted,
            self._market.state(), self.orders.open, self.orders.ended, self.orders.executions,
            self.ledger.balances, self.ledger.positions, self.ledger.reservations,
            self.valuation.state(), self.trading_state, self.tally,
        ))  # fmt: skip

    # ---- market ---------------------------------------------------------------------------------

    def _close_slice(self, slice_: BarSlice) -> None:
        if slice_.ended_at < self._market.last_ended_at:
            for bar in slice_.bars:  # decisions of that time are made; a late bar never rewrites one
                self._refuse(bar, BarFault.OUT_OF_ORDER)
            return
        assert self.valuation.peak_equity > 0, "the account was never opened"
        self._market.advance(slice_)
        self.tally.slices = self._market.slices
        sound = list(self._admit(slice_))
        if self.valuation.enter(slice_.session):
            self._reopen()
        self.valuation.mark(self.ledger, self._market.prices)
        self._watch_daily_loss()
        for bar in sound:
            self._take_view(bar)
        for signal, target in sorted(self._wanted.values(), key=_symbol_of):
            self._pursue(signal, target)
        self._report_account()

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

    def _watch_daily_loss(self) -> None:
        opening = self.valuation.session_opening_equity
        loss = opening - self.valuation.equity
        limit = self._settings.limits.daily_loss_fraction * opening
        if loss > limit and self.trading_state is TradingState.ACTIVE:
            reason = f"lost {loss:.2f} USD of {limit:.2f} USD allowed in a session"
            self._enter_state(TradingState.REDUCING, reason, at=self._market.last_ended_at)

    def _enter_state(self, after: TradingState, reason: str, *, at: int) -> None:
        change = TradingStateChanged(before=self.trading_state, after=after, reason=reason, occurred_at=at)
        self.trading_state = after
        self._events.append(change)

    def _report_account(self) -> None:
        positions = self.ledger.open_positions()
        prices = tuple(self._market.prices[position.symbol] for position in positions)
        mark = self.valuation.summary(self.ledger, self._market.prices, as_of=self._market.last_ended_at)
        self._events.append(AccountMarked(mark=mark, positions=positions, prices=prices))

    # ---- from a view to an order ----------------------------------------------------------------

    def _take_view(self, bar: Bar) -> None:
        values = self._panel.update(bar)
        if any(map(isnan, values)):
            return  # a view that could not be sized yet would be lost: none is taken before all is warm
        split = len(self._settings.strategy.features)
        signal = self._views.look(bar, values[:split])
        if signal is None:
            return
        self.tally.signals += 1
        target = self._size(signal, bar, values[split:])
        self._wanted[bar.symbol] = signal, target
        self._events.append(SignalEmitted(signal=signal))
        self._events.append(TargetSet(target=target, occurred_at=bar.ended_at))

    def _size(self, signal: Signal, bar: Bar, values: tuple[float, ...]) -> Target:
        settings, equity, price = self._settings, self.valuation.equity, self._market.prices[bar.symbol]
        quantity = ZERO
        if equity > 0:
            sized = settings.sizer.shares(signal.strength, float(equity), bar.close, *values)
            side = Side.BUY if sized > 0 else Side.SELL
            dearest = max(price, settings.order_style.limit(price, side) or price)
            quantity = trim_shares(shares_from_float(sized), equity=equity, price=dearest, limits=settings.limits)
        return Target(signal_id=signal.signal_id, symbol=signal.symbol, quantity=quantity, reference_price=price)

    def _pursue(self, signal: Signal, target: Target) -> None:
        now = self._market.last_ended_at
        position = self.ledger.position(target.symbol).quantity
        if now > signal.expires_at and abs(target.quantity) > abs(position):
            return  # an entry that could not be made in time is not made late
        plan = plan_orders(
            target,
            signal,
            position=position,
            working=self.orders.open_for(target.symbol),
            price=self._market.prices[target.symbol],
            style=self._settings.order_style,
        )
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
        return RiskView(
            as_of=self._market.last_ended_at,
            session=self.valuation.session,
            trading_state=self.trading_state,
            equity=self.valuation.equity,
            session_opening_equity=self.valuation.session_opening_equity,
            cash=self.ledger.cash,
            reserved=self.ledger.reserved,
            exposures={symbol: self._exposure(symbol) for symbol in self._exposed(intent)},
            commissions=self._settings.commissions,
        )

    def _exposed(self, intent: OrderIntent) -> list[Symbol]:
        held = {position.symbol for position in self.ledger.open_positions()}
        working = {order.intent.symbol for order in self.orders.open.values()}
        return sorted(held | working | {intent.symbol})

    def _exposure(self, symbol: Symbol) -> Exposure:
        return Exposure(
            position=self.ledger.position(symbol).quantity,
            working_buys=self.orders.working_shares(symbol, Side.BUY),
            working_sells=self.orders.working_shares(symbol, Side.SELL),
            price=self._market.prices[symbol],
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
        self.tally.fills += 1
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


def _symbol_of(wanted: tuple[Signal, Target]) -> Symbol:
    return wanted[0].symbol
