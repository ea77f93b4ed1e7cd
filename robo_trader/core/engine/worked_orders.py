"""The order desk that works targets over time: a parent order for what is missing, and children by its algorithm.

A parent is asked what to do at every slice, at every quote of its symbol, and when one of its children ends. Each child
passes the risk gate as every order does. The parent ends when it is filled, when its target changes, when trading is
halted (or reducing, for an entry), or when its time is up and nothing works for it any more. What a stop leaves, and
what protection leaves, is never worked: it goes at once, and a parent that works the same way already is hurried.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from msgspec.structs import replace

from robo_trader.core.domain.bars import Bar, TradingSession
from robo_trader.core.domain.events import BetweenSlices, QuoteArrived, TradePrinted
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.domain.order_reports import BrokerReport, OrderCanceled
from robo_trader.core.domain.orders import BUY, SELL, Order, OrderIntent, OrderTerms, OrderType, TimeInForce
from robo_trader.core.domain.parent_orders import Algorithm, ParentOrder, ParentStatus
from robo_trader.core.domain.positions import TradingState
from robo_trader.core.engine.account import Account
from robo_trader.core.engine.execution_view import ExecutionView
from robo_trader.core.engine.order_desk import OrderDesk
from robo_trader.core.engine.parent_book import TIME_IS_UP, ParentBook
from robo_trader.core.engine.senses import Market
from robo_trader.core.engine.settings import EngineSettings
from robo_trader.core.execution.choice import choose
from robo_trader.core.execution.policy import ExecutionPolicy
from robo_trader.core.execution.working import Progress, Work, next_work, slices_begun
from robo_trader.core.portfolio.netting import Want
from robo_trader.core.risk.limits import RiskLimits
from robo_trader.core.risk.order_sizes import cash_needed

_WORKING, _CROSSING = ParentStatus.WORKING, ParentStatus.CROSSING
_CANCELING, _ACTIVE = ParentStatus.CANCELING, TradingState.ACTIVE


class WorkedOrderDesk(OrderDesk):
    """Works the targets of one account."""

    def __init__(self, settings: EngineSettings, account: Account, market: Market, policy: ExecutionPolicy) -> None:
        super().__init__(settings, account, market)
        self._policy = policy
        self._style = settings.order_style
        self._commissions = settings.commissions
        self._book = ParentBook(account, market)
        self._view = ExecutionView(policy, account, market)

    @property
    def parents(self) -> Mapping[Symbol, ParentOrder]:
        """The parents that are not done."""
        return self._book.parents

    # ---- what happens ------------------------------------------------------------------------------------

    def observe(self, bars: Sequence[Bar], session: TradingSession) -> None:
        """Take in the sound bars of a slice."""
        self._view.see_bars(bars, session)

    def observe_between(self, event: BetweenSlices) -> set[Symbol]:
        """Take in what happened between two slices; return the symbols whose parent is to be asked now."""
        if isinstance(event, TradePrinted):
            self._view.see_print(event)
        elif isinstance(event, QuoteArrived) and event.quote.symbol in self.parents:
            return {event.quote.symbol}
        return set()

    def hear(self, report: BrokerReport) -> None:
        """Look after the parent of an order that was reported on, after the report was booked."""
        if not self.parents:
            return
        self.look_afresh()
        if self._account.trading_state is not _ACTIVE:
            for one in list(self.parents.values()):
                if not self._is_allowed(one.is_exit):
                    self._tend(one.symbol)
        order = self._account.orders.order(report.order_id)
        parent = None if order is None else self.parents.get(order.intent.symbol)
        if parent is not None and report.order_id in parent.children:
            if isinstance(report, OrderCanceled) and parent.status is not _WORKING:
                self._tend(parent.symbol)  # what is crossed need not wait for the next slice
            else:
                self._book.end_if_over(parent, self._book.progress(parent))

    def pursue(self, want: Want, *, is_late: bool) -> bool:
        """As OrderDesk.pursue; what is missing is worked by a parent order."""
        self.answer = None
        symbol, target = want.target.symbol, want.target
        position = want.held  # what others traded in the account is not in it
        parent = self.parents.get(symbol)
        if parent is not None:
            self._keep(parent, want, position)
            if symbol in self.parents:
                return False
        if self._book.is_given_up(target) and position != target.quantity:
            return symbol not in self._account.open_signals and not self._account.orders.targeting(symbol)
        self._book.forget(symbol)
        working = self._account.orders.targeting(symbol)
        if working or is_late or position == target.quantity or not self._may_work(want, position):
            return super().pursue(want, is_late=is_late)
        return self._begin(want, position)

    def state(self) -> tuple[object, ...]:
        """Return what the state hash covers."""
        return *self._book.state(), *self._view.state()

    # ---- its parents -------------------------------------------------------------------------------------

    def _may_work(self, want: Want, position: Decimal) -> bool:
        return not want.signal.is_stop and self._is_allowed(_is_exit(want.target.quantity - position, position))

    def _is_allowed(self, is_exit: bool) -> bool:  # noqa: FBT001 - a property of the parent
        state = self._account.trading_state
        return state is _ACTIVE or (state is TradingState.REDUCING and is_exit)

    def _begin(self, want: Want, position: Decimal) -> bool:
        """Begin to work what is missing, if the session is open, and at once if that suits it better."""
        target, missing = want.target, want.target.quantity - position
        symbol, now = target.symbol, self._market.last_ended_at
        if now >= self._view.session.closes_at:
            return False  # what is decided at the close is worked from the next open on
        found = self._view.conditions(symbol, abs(missing))
        algorithm, why = choose(found, self._policy)
        if algorithm is Algorithm.AT_ONCE:
            return super().pursue(want, is_late=False)
        span = self._policy.patience if algorithm is Algorithm.PASSIVE else self._policy.window
        parent = ParentOrder(
            parent_id=self._book.next_id(), signal_id=target.signal_id, strategy=want.signal.strategy,
            symbol=symbol, side=BUY if missing > 0 else SELL, quantity=abs(missing), target=target.quantity,
            is_exit=_is_exit(missing, position), algorithm=algorithm, why=why, begins_at=now,
            ends_at=min(now + span, self._view.last_moment(symbol)), arrival_price=self._market.price(symbol),
            half_spread_bps=found.half_spread_bps, unit_impact_bps=found.impact_bps(1.0),
            modelled_bps=found.cost_bps(self._policy.impact.coefficient),
            traded_before=self._view.seen(symbol).traded,
        )  # fmt: skip
        self._book.record(parent)
        self._tend(symbol)
        return False

    def _keep(self, parent: ParentOrder, want: Want, position: Decimal) -> None:
        """Go on with a parent, unless what is wanted is another thing by now."""
        come = self._book.progress(parent)
        if position + parent.side.sign * (parent.quantity - come.filled) != want.target.quantity:
            self._book.turn(parent, _CANCELING, "the target changed")
        elif want.signal.is_stop and parent.status is _WORKING:
            self._book.turn(parent, _CROSSING, "a stop hurries it")
        self._tend(parent.symbol)

    def _tend(self, symbol: Symbol) -> None:
        """Let a parent do what is due; nothing leaves while its symbol is paused over a corporate action."""
        if symbol in self._account.paused:
            return
        parent = self._judged(self.parents[symbol])
        come = self._book.progress(parent)
        if self._book.end_if_over(parent, come):
            return
        work = next_work(parent, come, self._view.seen(symbol), self._policy)
        for order in work.cancels:
            self.cancel(order)
        if work.moved is not None:
            self._move_limit(parent, work.moved, work.limit)
        elif work.release and not (come.working and self._has_legs and parent.is_exit):
            # Of two exits that share a group with a leg, what one fills the other would lose: one at a time.
            self._release(parent, come, work)

    def _judged(self, parent: ParentOrder) -> ParentOrder:
        """Return the parent in the state that the account, the time and the session leave it."""
        now = self._market.last_ended_at
        if parent.status is _CANCELING:
            return parent
        if not self._is_allowed(parent.is_exit):
            return self._book.turn(parent, _CANCELING, f"trading state is {self._account.trading_state.value}")
        session = self._view.session
        if now >= session.closes_at or parent.begins_at < session.opens_at:
            return self._book.turn(parent, _CANCELING, "its session is over")
        if parent.status is _WORKING and now >= parent.ends_at:
            crosses = self._policy.crosses_rest or parent.is_exit or parent.algorithm is Algorithm.PASSIVE
            return self._book.turn(parent, _CROSSING if crosses else _CANCELING, TIME_IS_UP)
        return parent

    # ---- their children ----------------------------------------------------------------------------------

    def _release(self, parent: ParentOrder, come: Progress, work: Work) -> None:
        assert 0 < work.release <= come.left, (parent, work)
        symbol, now = parent.symbol, self._market.last_ended_at
        price = self._market.price(symbol)
        limit = self._style.limit(price, parent.side) if work.limit is None else work.limit
        intent = OrderIntent(
            signal_id=parent.signal_id, strategy=parent.strategy, symbol=symbol, side=parent.side,
            quantity=self._cut(work.release, parent, price if limit is None else limit),
            order_type=OrderType.MARKET if limit is None else OrderType.LIMIT, limit_price=limit,
            time_in_force=TimeInForce.DAY, reference_price=price,
        )  # fmt: skip
        position = self._account.ledger.position(symbol).quantity
        was_placed = self.place(self._beside_leg(intent, position) if self._has_legs else intent)
        children = parent.children
        if was_placed:
            assert isinstance(self.answer, Order)
            children = (*children, self.answer.order_id)
        number = slices_begun(parent, self._view.seen(symbol), self._policy) if was_placed else parent.slice_number
        self._book.keep(replace(parent, children=children, slice_number=number, released_at=now))

    def _cut(self, shares: Decimal, parent: ParentOrder, price: Decimal) -> Decimal:
        """Return shares cut to what one order of an entry may be worth by now; the others follow. At least one is left.

        Prices have moved since the target was held against that limit, and what is crossed may be all of it.
        """
        if parent.is_exit:
            return shares
        most = self._limits_of(parent).order_notional(self._account.valuation.equity) // price
        return max(min(shares, most), Decimal(1))

    def _move_limit(self, parent: ParentOrder, order: Order, limit: Decimal | None) -> None:
        """Ask for another limit, where cash and the limit on an order allow it; what it reserves grows first."""
        assert limit is not None
        limit = self._account.contracts.on_tick(parent.symbol, limit, parent.side)
        if limit == order.intent.limit_price:
            return
        equity, remaining = self._account.valuation.equity, order.remaining_at_worst
        if not parent.is_exit and remaining * limit > self._limits_of(parent).order_notional(equity):
            return
        terms = OrderTerms(quantity=order.intent.quantity, limit_price=limit)
        if not self.may_replace(order, terms):
            return
        if order.intent.side is BUY and not self._reserve_more(order, self._limits_of(parent), limit, remaining):
            return
        self._request(order, terms)
        self._book.keep(replace(parent, modifies=parent.modifies + 1))

    def _reserve_more(self, order: Order, limits: RiskLimits, limit: Decimal, remaining: Decimal) -> bool:
        ledger = self._account.ledger
        as_moved = replace(order.intent, quantity=remaining, limit_price=limit)
        more = cash_needed(as_moved, self._commissions, limits) - ledger.reserved_for(order.order_id)
        if more > ledger.cash - ledger.reserved:
            return False
        if more > 0:
            ledger.reserve_more(order.order_id, more)
        return True

    def _limits_of(self, parent: ParentOrder) -> RiskLimits:
        return self._account.limits.rules_for(parent.strategy, parent.symbol).limits


def _is_exit(missing: Decimal, position: Decimal) -> bool:
    """Return whether shares that are missing to a target take some away of those that are held."""
    return missing * position < 0
