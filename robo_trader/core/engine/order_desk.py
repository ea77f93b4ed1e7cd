"""From targets to orders: orders what is missing, cancels what stands in the way; risk has the last word."""

from robo_trader.core.domain.commands import CancelOrder, SubmitOrder
from robo_trader.core.domain.events import OrderDenied, OrderUpdated
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.domain.money import ZERO
from robo_trader.core.domain.orders import ApprovedOrder, Order, OrderIntent, Side
from robo_trader.core.engine.account import Account
from robo_trader.core.engine.senses import Market
from robo_trader.core.engine.settings import EngineSettings
from robo_trader.core.execution.planner import Plan, plan_orders
from robo_trader.core.portfolio.netting import Want
from robo_trader.core.risk.controls import cash_needed
from robo_trader.core.risk.gate import assess
from robo_trader.core.risk.limits import Exposure, RiskView


class OrderDesk:
    """Sends and cancels the orders of one account."""

    def __init__(self, settings: EngineSettings, account: Account, market: Market) -> None:
        self._settings = settings
        self._account = account
        self._market = market

    def pursue(self, want: Want, *, is_late: bool) -> bool:
        """Order what is missing to a target; return whether it is reached, or given up, and nothing works for it.

        is_late: whether it is an entry that could not be made in time, which is not made late.
        """
        account, target = self._account, want.target
        position = account.ledger.position(target.symbol).quantity
        working = account.orders.open_for(target.symbol)
        if is_late:
            plan = Plan()
        else:
            price = self._market.price(target.symbol)
            plan = plan_orders(
                target, want.signal, position=position, working=working, price=price, style=self._settings.order_style
            )  # fmt: skip
        for order in plan.cancels:
            self._cancel(order)
        if plan.intent is not None:
            self._order(plan.intent)
        return not working and plan == Plan()

    def _cancel(self, order: Order) -> None:
        account, now = self._account, self._market.last_ended_at
        account.events.append(OrderUpdated(order=account.orders.request_cancel(order.order_id, at=now)))
        account.commands.append(CancelOrder(order_id=order.order_id, occurred_at=now))

    def _order(self, intent: OrderIntent) -> None:
        account, limits = self._account, self._settings.limits
        view = self._risk_view(intent)
        verdict = assess(intent, view, limits, account.orders.next_id())
        if not isinstance(verdict, ApprovedOrder):
            account.tally.violations.update(violation.control.value for violation in verdict)
            account.events.append(OrderDenied(intent=intent, violations=verdict, occurred_at=view.as_of))
            return
        order = account.orders.add(verdict)
        if intent.side is Side.BUY:
            account.ledger.reserve(order.order_id, cash_needed(intent, view, limits))
        account.tally.orders += 1
        account.events.append(OrderUpdated(order=order))
        account.commands.append(SubmitOrder(order=verdict))

    def _risk_view(self, intent: OrderIntent) -> RiskView:
        account, valuation = self._account, self._account.valuation
        assert valuation.session is not None, "no order before the first slice"
        exposures = {symbol: self._exposure(symbol) for symbol in self._exposed(intent)}
        known = (abs(exposure.position) * exposure.price for exposure in exposures.values())
        return RiskView(
            as_of=self._market.last_ended_at,
            session=valuation.session,
            trading_state=account.trading_state,
            equity=valuation.equity,
            session_opening_equity=valuation.session_opening_equity,
            cash=account.ledger.cash,
            reserved=account.ledger.reserved,
            exposures=exposures,
            others_value=valuation.gross_exposure - sum(known, ZERO),
            commissions=self._settings.commissions,
        )

    def _exposed(self, intent: OrderIntent) -> list[Symbol]:
        working = {order.intent.symbol for order in self._account.orders.open.values()}
        return sorted(working | {intent.symbol})

    def _exposure(self, symbol: Symbol) -> Exposure:
        orders, position = self._account.orders, self._account.ledger.position(symbol)
        return Exposure(
            position=position.quantity,
            working_buys=orders.working_shares(symbol, Side.BUY),
            working_sells=orders.working_shares(symbol, Side.SELL),
            price=self._market.price(symbol),
            bars_missed=self._market.bars_missed(symbol),
        )
