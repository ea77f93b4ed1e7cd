"""From targets to orders: orders what is missing, cancels what stands in the way; risk has the last word."""

from decimal import Decimal

from robo_trader.core.domain.commands import CancelOrder, SubmitOrder
from robo_trader.core.domain.events import OrderDenied, OrderUpdated
from robo_trader.core.domain.money import ZERO
from robo_trader.core.domain.orders import BUY, ApprovedOrder, Order, OrderIntent
from robo_trader.core.engine.account import Account
from robo_trader.core.engine.exposures import Exposures
from robo_trader.core.engine.senses import Market
from robo_trader.core.engine.settings import EngineSettings
from robo_trader.core.execution.planner import plan_orders
from robo_trader.core.portfolio.netting import Want
from robo_trader.core.risk.controls import cash_needed
from robo_trader.core.risk.gate import assess
from robo_trader.core.risk.limits import RiskView


class OrderDesk:
    """Sends and cancels the orders of one account."""

    def __init__(self, settings: EngineSettings, account: Account, market: Market) -> None:
        self._settings = settings
        self._account = account
        self._market = market
        self._exposures: Exposures | None = None  # of the slice at hand, once an order is to be made

    def look_afresh(self) -> None:
        """Forget what was seen of the market and the books: due before the first target of every slice."""
        self._exposures = None

    def pursue(self, want: Want, *, is_late: bool) -> bool:
        """Order what is missing to a target; return whether it is reached, or given up, and nothing works for it.

        is_late: whether it is an entry that could not be made in time, which is not made late.
        """
        account, target = self._account, want.target
        position = account.ledger.position(target.symbol).quantity
        working = account.orders.open_for(target.symbol)
        if is_late or (not working and position == target.quantity):
            return not working
        plan = plan_orders(
            target, want.signal, position=position, working=working, price=self._market.price(target.symbol),
            style=self._settings.order_style,
        )  # fmt: skip
        for order in plan.cancels:
            self._cancel(order)
        if plan.intent is not None:
            self._order(plan.intent)
        return not working and plan.intent is None

    def _cancel(self, order: Order) -> None:
        account, now = self._account, self._market.last_ended_at
        account.events.append(OrderUpdated(order=account.orders.request_cancel(order.order_id, at=now)))
        account.commands.append(CancelOrder(order_id=order.order_id, occurred_at=now))

    def _order(self, intent: OrderIntent) -> None:
        account, limits = self._account, self._settings.limits
        if self._exposures is None:
            self._exposures = Exposures(account, self._market)
        exposures = self._exposures
        exposures.see(intent.symbol)
        needed = cash_needed(intent, self._settings.commissions, limits) if intent.side is BUY else ZERO
        view = self._risk_view(exposures, needed)
        verdict = assess(intent, view, limits, account.orders.next_id())
        if not isinstance(verdict, ApprovedOrder):
            account.tally.violations.update(violation.control.value for violation in verdict)
            account.events.append(OrderDenied(intent=intent, violations=verdict, occurred_at=view.as_of))
            exposures.leave(intent.symbol)
            return
        order = account.orders.add(verdict)
        if needed:
            account.ledger.reserve(order.order_id, needed)
        account.tally.orders += 1
        account.events.append(OrderUpdated(order=order))
        account.commands.append(SubmitOrder(order=verdict))

    def _risk_view(self, exposures: Exposures, needed: Decimal) -> RiskView:
        account, valuation = self._account, self._account.valuation
        assert valuation.session is not None, "no order before the first slice"
        return RiskView(
            as_of=self._market.last_ended_at,
            session=valuation.session,
            trading_state=account.trading_state,
            equity=valuation.equity,
            session_opening_equity=valuation.session_opening_equity,
            cash=account.ledger.cash,
            reserved=account.ledger.reserved,
            exposures=exposures.seen,
            others_value=exposures.others_value,
            commissions=self._settings.commissions,
            cash_needed=needed,
        )
