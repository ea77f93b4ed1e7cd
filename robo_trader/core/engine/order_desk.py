"""From targets to orders: orders what is missing, cancels what stands in the way; risk has the last word."""

from decimal import Decimal

from msgspec.structs import replace

from robo_trader.core.domain.commands import CancelOrder, ModifyOrder, SubmitOrder
from robo_trader.core.domain.events import OrderDenied, OrderUpdated
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.domain.money import ZERO
from robo_trader.core.domain.orders import BUY, ApprovedOrder, Order, OrderIntent, OrderPurpose, OrderTerms, Side
from robo_trader.core.domain.positions import TradingState
from robo_trader.core.domain.violations import Control, Violation
from robo_trader.core.engine.account import Account
from robo_trader.core.engine.arming_desk import why_not_armed
from robo_trader.core.engine.exposures import Exposures
from robo_trader.core.engine.order_facts import OrderFactFinder
from robo_trader.core.engine.portfolio_watch import PortfolioWatch
from robo_trader.core.engine.safeguards import Safeguards
from robo_trader.core.engine.senses import Market
from robo_trader.core.engine.settings import EngineSettings
from robo_trader.core.execution.planner import plan_orders
from robo_trader.core.portfolio.netting import Want
from robo_trader.core.risk.exposures import reduces
from robo_trader.core.risk.limits import NO_FACTS, RiskView
from robo_trader.core.risk.order_sizes import cash_needed
from robo_trader.core.risk.portfolio_facts import PortfolioFacts

_HELD_BACK = frozenset(
    {Control.CIRCUIT_BREAKER, Control.ARMING, Control.MARKET_DATA, Control.EXCHANGE_HALT, Control.CLOCK}
)  # an order they refuse was no mistake of a strategy


class OrderDesk:
    """Sends and cancels the orders of one account."""

    def __init__(self, settings: EngineSettings, account: Account, market: Market) -> None:
        self._settings = settings
        self._account = account
        self._market = market
        self._has_legs = settings.protection is not None
        self._facts = OrderFactFinder(account, market)
        self.portfolio: PortfolioWatch | None = None  # where a limit of the whole portfolio is on
        self._at = 0
        self._exposures: Exposures | None = None  # of the slice at hand, once an order is to be made
        self.answer: Order | OrderDenied | None = None  # to what was missing of the target pursued last

    def look_afresh(self, *, at: int = 0) -> None:
        """Forget what was seen of the market and the books: due before the first target of every slice.

        at: the time of a report that is answered at once, if it is later than the last slice.
        """
        self._exposures = None
        self._at = at

    @property
    def _now(self) -> int:
        return max(self._market.last_ended_at, self._at)

    def pursue(self, want: Want, *, is_late: bool) -> bool:
        """Order what is missing to a target; return whether it is reached, or given up, and nothing works for it.

        is_late: whether it is an entry that could not be made in time, which is not made late.
        """
        self.answer = None
        account, target = self._account, want.target
        position = want.held  # what others traded in the account is not in it, and is never traded away
        working = account.orders.targeting(target.symbol)
        if is_late or (not working and position == target.quantity):
            return not working
        plan = plan_orders(
            target, want.signal, position=position, working=working, price=self._market.price(target.symbol),
            style=self._settings.order_style,
        )  # fmt: skip
        for order in plan.cancels:
            self.cancel(order)
        if plan.intent is not None:
            self.place(self._beside_leg(plan.intent, position) if self._has_legs else plan.intent)
        return not working and plan.intent is None

    def cancel(self, order: Order) -> None:
        """Ask for the end of an open order."""
        account, now = self._account, self._now
        self._note_change(order, at=now, is_replace=False)
        account.events.append(OrderUpdated(order=account.orders.request_cancel(order.order_id, at=now)))
        account.commands.append(CancelOrder(order_id=order.order_id, occurred_at=now))

    def modify(self, order: Order, terms: OrderTerms) -> None:
        """Ask for other terms of a protective order. They reserve nothing: such an order only takes shares away."""
        assert order.intent.purpose is OrderPurpose.PROTECTION, order
        self._request(order, terms)

    def may_replace(self, order: Order, terms: OrderTerms) -> bool:
        """Return whether risk lets an open order's terms change; the first refusal is told.

        A protective order is not asked about: it must follow its position, however often that changes.
        """
        account, guards, intent = self._account, self._account.safeguards, order.intent
        gate = account.limits.rules_for(intent.strategy, intent.symbol).gate
        if guards is None or not gate.holds_replaces:
            return True
        moved = replace(
            intent, quantity=terms.quantity, limit_price=terms.limit_price, stop_price=terms.stop_price
        )  # fmt: skip
        view = self._risk_view(moved, self._exposures or Exposures(account, self._market), ZERO, None)
        facts = replace(view.facts, replaces=guards.changes.replaces(order.order_id))
        violations = gate.assess_replace(moved, replace(view, facts=facts))
        if violations and guards.changes.is_first_refusal(order.order_id):
            account.tally.violations.update(violation.control.value for violation in violations)
            account.events.append(OrderDenied(intent=moved, violations=violations, occurred_at=view.as_of))
        return not violations

    def _request(self, order: Order, terms: OrderTerms) -> None:
        account, now = self._account, self._now
        self._note_change(order, at=now, is_replace=True)
        account.events.append(OrderUpdated(order=account.orders.request_modify(order.order_id, terms, at=now)))
        account.commands.append(ModifyOrder(order_id=order.order_id, terms=terms, occurred_at=now))

    def _note_change(self, order: Order, *, at: int, is_replace: bool) -> None:
        account = self._account
        if account.safeguards is not None:
            warning = account.safeguards.note_change(order.order_id, at=at, is_replace=is_replace)
            if warning is not None:
                account.events.append(warning)

    def place(self, intent: OrderIntent) -> bool:
        """Send an order, if risk lets it pass; return whether it did."""
        account = self._account
        intent = account.contracts.conform(intent)
        rules = account.limits.rules_for(intent.strategy, intent.symbol)
        if self._exposures is None:
            self._exposures = Exposures(account, self._market)
        exposures = self._exposures
        exposures.see(intent)
        needed, is_protective = ZERO, intent.purpose is OrderPurpose.PROTECTION
        if intent.side is BUY and not is_protective:
            needed = cash_needed(intent, self._settings.commissions, rules.limits)
        watch = self.portfolio if rules.gate.weighs_portfolio and not is_protective else None
        view = self._risk_view(intent, exposures, needed, None if watch is None else watch.facts(intent))
        verdict = rules.gate.assess(intent, view, account.orders.next_id())
        if account.safeguards is not None and not is_protective:
            self._note(account.safeguards, intent, view, verdict)
        if not isinstance(verdict, ApprovedOrder):
            account.tally.violations.update(violation.control.value for violation in verdict)
            self.answer = OrderDenied(intent=intent, violations=verdict, occurred_at=view.as_of)
            account.events.append(self.answer)
            exposures.leave(intent.symbol)
            return False
        self.answer = order = account.orders.add(verdict)
        if needed:
            account.ledger.reserve(order.order_id, needed)
        account.tally.orders += 1
        account.events.append(OrderUpdated(order=order))
        account.commands.append(SubmitOrder(order=verdict))
        return True

    def group_for(self, symbol: Symbol, side: Side) -> str:
        """Return the group of the orders that may end one position: what one of them fills, the others lose."""
        orders = self._account.orders
        groups = (order.intent.oca_group for order in orders.open_for(symbol) if order.intent.side is side)
        return next(filter(None, groups), f"{symbol}-{orders.next_id()}")

    def _beside_leg(self, intent: OrderIntent, position: Decimal) -> OrderIntent:
        """Return an exit as one of the group of the leg it makes needless; an entry as it is."""
        if position * intent.side.sign >= 0:
            return intent
        return replace(intent, oca_group=self.group_for(intent.symbol, intent.side))

    def _note(
        self, guards: Safeguards, intent: OrderIntent, view: RiskView, verdict: ApprovedOrder | tuple[Violation, ...]
    ) -> None:
        """Tell the controls that remember what became of an order. A protective one uses up nothing of any limit."""
        account = self._account
        account.events.extend(guards.take_changes())  # a breaker whose cool-down was over
        if isinstance(verdict, ApprovedOrder):
            guards.note_order(verdict.order_id, intent, at=view.as_of, is_entry=not reduces(intent, view))
            account.events.extend(guards.take_changes())
            return
        waits = any(violation.control in _HELD_BACK for violation in verdict)
        if account.trading_state is TradingState.ACTIVE and not waits:  # else what is held back by design would halt
            emergency = guards.note_refusal(at=view.as_of)
            if emergency is not None:
                account.halt(emergency, at=view.as_of)

    def _risk_view(
        self, intent: OrderIntent, exposures: Exposures, needed: Decimal, portfolio: PortfolioFacts | None
    ) -> RiskView:
        account, valuation, guards = self._account, self._account.valuation, self._account.safeguards
        assert valuation.session is not None, "no order before the first slice"
        return RiskView(
            as_of=self._now,
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
            blocks=account.blocks.of(intent.symbol),
            portfolio=portfolio,
            net_value=valuation.net_exposure,
            week_opening_equity=valuation.week_opening_equity,
            facts=NO_FACTS if guards is None else self._facts.find(guards, intent, exposures),
            clock_ahead=account.clock_ahead,
            unarmed=why_not_armed(account, now=self._now),
        )
