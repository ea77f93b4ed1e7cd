"""The order desk that works targets over time: a parent order for what is missing, and children by its algorithm.

A parent is asked what to do at every slice, at every quote of its symbol, and when one of its children ends. Each child
passes the risk gate as every order does. The parent ends when it is filled, when its target changes, when trading is
halted (or reducing, for an entry), or when its time is up and nothing works for it any more. What a stop leaves, and
what protection leaves, is never worked: it goes at once, and a parent that works the same way already is hurried.
"""

from collections.abc import Sequence
from decimal import Decimal

from msgspec.structs import replace

from robo_trader.core.domain.bars import Bar, TradingSession
from robo_trader.core.domain.commands import ModifyOrder
from robo_trader.core.domain.events import BetweenSlices, OrderUpdated, ParentOrderUpdated, QuoteArrived, TradePrinted
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.domain.order_reports import BrokerReport, OrderCanceled
from robo_trader.core.domain.orders import BUY, SELL, Order, OrderId, OrderIntent, OrderTerms, OrderType, TimeInForce
from robo_trader.core.domain.parent_orders import Algorithm, ParentOrder, ParentOrderId, ParentStatus
from robo_trader.core.domain.positions import TradingState
from robo_trader.core.domain.quotes import Quote
from robo_trader.core.engine.account import Account
from robo_trader.core.engine.order_desk import OrderDesk
from robo_trader.core.engine.quoted_market import QuotedMarket
from robo_trader.core.engine.senses import Market
from robo_trader.core.engine.settings import EngineSettings
from robo_trader.core.execution.activity import MINUTE_NANOS, Activity
from robo_trader.core.execution.choice import Conditions, choose
from robo_trader.core.execution.policy import ExecutionPolicy
from robo_trader.core.execution.working import Progress, Seen, Work, next_work, progress, slices_begun
from robo_trader.core.portfolio.netting import Want
from robo_trader.core.risk.limits import RiskLimits
from robo_trader.core.risk.order_sizes import cash_needed
from robo_trader.core.rules.schedules import volume_until

_WORKING, _CROSSING = ParentStatus.WORKING, ParentStatus.CROSSING
_ACTIVE = TradingState.ACTIVE
_CANCELING, _DONE = ParentStatus.CANCELING, ParentStatus.DONE


class WorkedOrderDesk(OrderDesk):
    """Works the targets of one account."""

    def __init__(self, settings: EngineSettings, account: Account, market: Market, policy: ExecutionPolicy) -> None:
        super().__init__(settings, account, market)
        self._policy = policy
        self._style = settings.order_style
        self._commissions = settings.commissions
        self._activity = Activity(policy.profile_sessions)
        self.parents: dict[Symbol, ParentOrder] = {}  # that are not done
        self._last_id = 0
        self._given_up: dict[Symbol, tuple[str, Decimal]] = {}  # signal and target of what was canceled unfilled
        self._bar_nanos: dict[Symbol, int] = {}  # length of the last bar

    # ---- what happens ------------------------------------------------------------------------------------

    def observe(self, bars: Sequence[Bar], session: TradingSession) -> None:
        """Take in the sound bars of a slice."""
        for bar in bars:
            self._activity.see_bar(bar, session)
            self._bar_nanos[bar.symbol] = bar.ended_at - bar.started_at

    def observe_between(self, event: BetweenSlices) -> set[Symbol]:
        """Take in what happened between two slices; return the symbols whose parent is to be asked now."""
        if isinstance(event, TradePrinted):
            self._activity.see_print(event.trade, event.session)
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
                self._end_if_over(parent, self._progress(parent))

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
        if self._given_up.get(symbol) == (target.signal_id, target.quantity) and position != target.quantity:
            return symbol not in self._account.open_signals and not self._account.orders.targeting(symbol)
        self._given_up.pop(symbol, None)
        working = self._account.orders.targeting(symbol)
        if working or is_late or position == target.quantity or not self._may_work(want, position):
            return super().pursue(want, is_late=is_late)
        return self._begin(want, position)

    def state(self) -> tuple[object, ...]:
        """Return what the state hash covers."""
        return self.parents, self._last_id, self._given_up, self._bar_nanos, self._activity.state()

    # ---- the life of a parent ----------------------------------------------------------------------------

    def _may_work(self, want: Want, position: Decimal) -> bool:
        return not want.signal.is_stop and self._is_allowed(_is_exit(want.target.quantity - position, position))

    def _is_allowed(self, is_exit: bool) -> bool:  # noqa: FBT001 - a property of the parent
        state = self._account.trading_state
        return state is _ACTIVE or (state is TradingState.REDUCING and is_exit)

    def _begin(self, want: Want, position: Decimal) -> bool:
        """Begin to work what is missing, if the session is open, and at once if that suits it better."""
        session, now = self._session(), self._market.last_ended_at
        if now >= session.closes_at:
            return False  # what is decided at the close is worked from the next open on
        target, missing = want.target, want.target.quantity - position
        found = self._conditions(target.symbol, abs(missing), session)
        algorithm, why = choose(found, self._policy)
        if algorithm is Algorithm.AT_ONCE:
            return super().pursue(want, is_late=False)
        last = self._last_moment(target.symbol, session)
        span = self._policy.patience if algorithm is Algorithm.PASSIVE else self._policy.window
        self._last_id += 1
        parent = ParentOrder(
            parent_id=ParentOrderId(self._last_id), signal_id=target.signal_id, strategy=want.signal.strategy,
            symbol=target.symbol, side=BUY if missing > 0 else SELL, quantity=abs(missing), target=target.quantity,
            is_exit=_is_exit(missing, position), algorithm=algorithm, why=why, begins_at=now,
            ends_at=min(now + span, last), arrival_price=self._market.price(target.symbol),
            half_spread_bps=found.half_spread_bps, unit_impact_bps=found.impact_bps(1.0),
            modelled_bps=found.cost_bps(self._policy.impact.coefficient),
            traded_before=self._activity.traded(target.symbol),
        )  # fmt: skip
        self._record(parent)
        self._tend(target.symbol)
        return False

    def _keep(self, parent: ParentOrder, want: Want, position: Decimal) -> None:
        """Go on with a parent, unless what is wanted is another thing by now."""
        come = self._progress(parent)
        if position + parent.side.sign * (parent.quantity - come.filled) != want.target.quantity:
            self._turn(parent, _CANCELING, "the target changed")
        elif want.signal.is_stop and parent.status is _WORKING:
            self._turn(parent, _CROSSING, "a stop hurries it")
        self._tend(parent.symbol)

    def _tend(self, symbol: Symbol) -> None:
        """Let a parent do what is due; nothing leaves while its symbol is paused over a corporate action."""
        if symbol in self._account.paused:
            return
        parent = self._judged(self.parents[symbol])
        come = self._progress(parent)
        if self._end_if_over(parent, come):
            return
        work = next_work(parent, come, self._seen(symbol), self._policy)
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
            return self._turn(parent, _CANCELING, f"trading state is {self._account.trading_state.value}")
        session = self._session()
        if now >= session.closes_at or parent.begins_at < session.opens_at:
            return self._turn(parent, _CANCELING, "its session is over")
        if parent.status is _WORKING and now >= parent.ends_at:
            crosses = self._policy.crosses_rest or parent.is_exit or parent.algorithm is Algorithm.PASSIVE
            return self._turn(parent, _CROSSING if crosses else _CANCELING, "its time is up")
        return parent

    def _turn(self, parent: ParentOrder, status: ParentStatus, reason: str) -> ParentOrder:
        if parent.status is status:
            return parent
        now = self._market.last_ended_at
        since = now if status is _CROSSING else parent.crossing_since
        turned = replace(parent, status=status, reason=reason, crossing_since=since)
        return self._record(turned)

    def _end_if_over(self, parent: ParentOrder, come: Progress) -> bool:
        """End a parent that nothing works for any more, and that wants nothing more; return whether it has ended."""
        if come.working or (come.left > 0 and parent.status is not _CANCELING):
            return False
        children = [self._child(order_id) for order_id in parent.children]
        value = sum((order.filled_value for order in children), Decimal(0))
        reason = "filled" if come.left <= 0 else parent.reason
        done = replace(parent, status=_DONE, filled=come.filled, filled_value=value, reason=reason)
        self._record(done)
        del self.parents[parent.symbol]
        if parent.status is _CANCELING and parent.reason == "its time is up" and come.left > 0:
            self._given_up[parent.symbol] = parent.signal_id, parent.target
        return True

    def _record(self, parent: ParentOrder) -> ParentOrder:
        noted = replace(parent, updated_at=self._market.last_ended_at)
        self.parents[parent.symbol] = noted
        self._account.events.append(ParentOrderUpdated(parent=noted))
        return noted

    # ---- its children ------------------------------------------------------------------------------------

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
        number = slices_begun(parent, self._seen(symbol), self._policy) if was_placed else parent.slice_number
        self.parents[symbol] = replace(parent, children=children, slice_number=number, released_at=now)

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
        account, now = self._account, self._market.last_ended_at
        remaining = order.remaining_at_worst
        if not parent.is_exit and remaining * limit > self._limits_of(parent).order_notional(account.valuation.equity):
            return
        terms = OrderTerms(quantity=order.intent.quantity, limit_price=limit)
        if not self.may_replace(order, terms):
            return
        if order.intent.side is BUY and not self._reserve_more(order, self._limits_of(parent), limit, remaining):
            return
        self._note_change(order, at=now, is_replace=True)
        account.events.append(OrderUpdated(order=account.orders.request_modify(order.order_id, terms, at=now)))
        account.commands.append(ModifyOrder(order_id=order.order_id, terms=terms, occurred_at=now))
        self.parents[parent.symbol] = replace(parent, modifies=parent.modifies + 1)

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

    # ---- what it goes by ---------------------------------------------------------------------------------

    def _progress(self, parent: ParentOrder) -> Progress:
        children = [self._child(order_id) for order_id in parent.children]
        return progress(parent, children, [order.order_id in self._account.orders.open for order in children])

    def _child(self, order_id: OrderId) -> Order:
        order = self._account.orders.order(order_id)
        assert order is not None, order_id
        return order

    def _session(self) -> TradingSession:
        session = self._account.valuation.session
        assert session is not None, "nothing is ordered before the first slice"
        return session

    def _quote(self, symbol: Symbol) -> Quote | None:
        return self._market.quotes.get(symbol) if isinstance(self._market, QuotedMarket) else None

    def _step(self, symbol: Symbol) -> int:
        """Return how long it takes until the symbol's parent is asked again: 0 where quotes come."""
        return 0 if self._quote(symbol) is not None else self._bar_nanos.get(symbol, 0)

    def _last_moment(self, symbol: Symbol, session: TradingSession) -> int:
        """Return until when something may be worked: a bar at least is left for what is crossed then."""
        return session.closes_at - max(self._policy.close_margin, self._step(symbol))

    def _seen(self, symbol: Symbol) -> Seen:
        return Seen(
            now=self._market.last_ended_at,
            price=self._market.price(symbol),
            quote=self._quote(symbol),
            opens_at=self._session().opens_at,
            step=self._step(symbol),
            traded=self._activity.traded(symbol),
            profile=self._activity.profile(symbol),
        )

    def _conditions(self, symbol: Symbol, quantity: Decimal, session: TradingSession) -> Conditions:
        now, quote = self._market.last_ended_at, self._quote(symbol)
        last, profile = self._last_moment(symbol, session), self._activity.profile(symbol)
        half_spread = self._policy.impact.half_spread_bps
        if quote is not None:
            half_spread = (quote.ask - quote.bid) / (quote.ask + quote.bid) * 10_000
        begins, ends = now - session.opens_at, min(now + self._policy.window, last) - session.opens_at
        usual = volume_until(profile, MINUTE_NANOS, ends) - volume_until(profile, MINUTE_NANOS, begins)
        return Conditions(
            quantity=float(quantity),
            daily_volume=self._activity.daily_volume(symbol),
            daily_volatility=self._activity.daily_volatility(symbol),
            half_spread_bps=half_spread,
            window_volume=max(0.0, usual),
            time_left=last - now,
        )


def _is_exit(missing: Decimal, position: Decimal) -> bool:
    """Return whether shares that are missing to a target take some away of those that are held."""
    return missing * position < 0
