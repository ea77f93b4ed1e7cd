"""Sees to it that every open share has a resting protective order at the broker.

A leg is placed as soon as a fill opens a position, grows with it at once, and follows the strategies' stops bar by
bar. Exits share a group with it: what one fills, the other loses. A leg that is refused, canceled by anybody but us,
or lapses is placed once more; if that fails, too, the position is left at the market, unless the policy holds it.
Each failure is told. While the broker cannot be reached none can be placed; that is no failure, and once he is back
every position is looked at. One that the broker works without a stop price guards nothing: it is canceled, and counts
as lost. A leg that fills tells the strategies to want nothing of the symbol. How long shares stood unprotected is
counted.

After a slice only those symbols are looked at of which something has changed since: what was found in order once, and
is the same still, is in order. Fills, orders and stops each tell whose have changed.
"""

from decimal import Decimal

from robo_trader.core.domain.events import PositionProtected, PositionUnprotected
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.domain.order_reports import BrokerReport, ModifyRejected
from robo_trader.core.domain.orders import (
    Order,
    OrderId,
    OrderIntent,
    OrderPurpose,
    OrderStatus,
    OrderType,
    TimeInForce,
)
from robo_trader.core.domain.positions import Position
from robo_trader.core.domain.protection_events import ProtectionAnswer, ProtectionFailed
from robo_trader.core.domain.violations import Control
from robo_trader.core.engine.account import Account
from robo_trader.core.engine.order_desk import OrderDesk
from robo_trader.core.engine.senses import Market
from robo_trader.core.engine.strategy_desk import StrategyDesk
from robo_trader.core.execution.transitions import ENDED
from robo_trader.core.risk.protection import (
    ProtectionPolicy,
    better_terms,
    can_guard,
    protective_price,
    side_of_leg,
    unprotected_shares,
)

_ATTEMPTS = 2  # a leg is placed, and placed once more
_ALIVE = (OrderStatus.WORKING, OrderStatus.PARTIALLY_FILLED)


class ProtectionDesk:
    """The legs of one account."""

    def __init__(
        self, policy: ProtectionPolicy, account: Account, market: Market, strategies: StrategyDesk, orders: OrderDesk
    ) -> None:
        self._policy = policy
        self._account = account
        self._market = market
        self._strategies = strategies
        self._orders = orders
        self._failures: dict[Symbol, int] = {}
        self._exposed_since: dict[Symbol, int] = {}
        self.due: set[Symbol] = set()  # positions to be left now
        self._unsettled: set[Symbol] = set()  # to be looked at after the next slice whether anything changes or not
        self._fills_read = self._orders_read = 0  # of the changes that ledger and orders keep

    def hear(self, report: BrokerReport) -> None:
        """Take in a report that was booked."""
        account = self._account
        order = account.orders.order(report.order_id)
        if order is None:
            return
        symbol = order.intent.symbol
        is_leg = order.intent.purpose is OrderPurpose.PROTECTION
        if is_leg and symbol not in account.paused and self._is_lost(order):
            reason = order.reason or f"it is {order.status.value.lower()}"
            self._fail(account.ledger.position(symbol), reason, order_id=order.order_id, at=report.occurred_at)
        if isinstance(report, ModifyRejected):
            self._unsettled.add(symbol)  # asked again at once it would be refused again, and so on
            return
        self._tend(symbol, report.occurred_at, may_shrink=False)

    def look_round(self) -> None:
        """See to every position and every leg of which something may have changed, after a slice."""
        account, at = self._account, self._market.last_ended_at
        for symbol in sorted(self._take_changed()):
            leg = account.orders.leg_for(symbol)
            if leg is None and not account.ledger.position(symbol).quantity:
                continue
            self._tend(symbol, at, may_shrink=True)
            if leg is None or symbol in account.paused:
                self._unsettled.add(symbol)

    def _take_changed(self) -> set[Symbol]:
        """Return the symbols whose position, orders or stops have changed since the last call, and unsettled ones."""
        fills, orders = self._account.ledger.changed, self._account.orders.changed
        changed, self._unsettled = self._unsettled, set()
        changed.update(fills[self._fills_read :], orders[self._orders_read :], self._strategies.take_moved_stops())
        self._fills_read, self._orders_read = len(fills), len(orders)
        return changed

    def rename(self, symbol: Symbol, new_symbol: Symbol) -> None:
        """Know what was known of a symbol under its new name."""
        if symbol in self._failures:
            self._failures[new_symbol] = self._failures.pop(symbol)
        if symbol in self._exposed_since:
            self._exposed_since[new_symbol] = self._exposed_since.pop(symbol)

    def state(self) -> tuple[object, ...]:
        """Return what the state hash covers."""
        return self._failures, self._exposed_since

    def _is_lost(self, leg: Order) -> bool:
        """Return whether a leg ended that should not have: we let none go whose shares are still held."""
        position = self._account.ledger.position(leg.intent.symbol)
        is_over = leg.status in ENDED and leg.status is not OrderStatus.FILLED
        return is_over and bool(position.quantity) and leg.intent.side is side_of_leg(position)

    def _tend(self, symbol: Symbol, at: int, *, may_shrink: bool) -> None:
        account = self._account
        position, leg = account.ledger.position(symbol), account.orders.leg_for(symbol)
        if not position.quantity:
            self._failures.pop(symbol, None)
            if leg is not None and may_shrink and not leg.cancel_requested:
                self._orders.cancel(leg)
        elif symbol in self._account.paused:
            pass  # a leg comes back when the broker is known to count its shares as we do
        elif symbol not in self._policy.waivers and not self._strategies.ownership.unassigned(symbol):
            self._protect(position, leg, may_shrink=may_shrink)  # else shares of others are among them: it is blocked
        self._count_exposure(symbol, at)

    def _protect(self, position: Position, leg: Order | None, *, may_shrink: bool) -> None:
        symbol = position.symbol
        price = protective_price(position, self._strategies.stop_levels(symbol, position), self._policy)
        price = self._account.contracts.on_tick(symbol, price, side_of_leg(position))
        if leg is None:
            self._place(position, price)
        elif not can_guard(leg, position):
            if not leg.cancel_requested:
                self._orders.cancel(leg)
        elif leg.status in _ALIVE and leg.modify_requested is None and not leg.cancel_requested:
            terms = better_terms(position, leg, price, self._policy, may_shrink=may_shrink)
            if terms is not None:
                self._orders.modify(leg, terms)

    def _place(self, position: Position, price: Decimal) -> None:
        symbol, at = position.symbol, self._market.last_ended_at
        if self._failures.get(symbol, 0) >= _ATTEMPTS:
            if self._policy.flattens:
                self._strategies.leave(position, "stop: no protective order would rest at the broker", at=at)
                self.due.add(symbol)
            return
        spoken = self._strategies.signal_of(position)
        intent = OrderIntent(
            signal_id=spoken.signal_id,
            strategy=spoken.strategy,
            symbol=symbol,
            side=side_of_leg(position),
            quantity=abs(position.quantity),
            order_type=OrderType.STOP,
            limit_price=None,
            time_in_force=TimeInForce.GTC,
            reference_price=self._market.price(symbol),
            stop_price=price,
            purpose=OrderPurpose.PROTECTION,
            oca_group=self._orders.group_for(symbol, side_of_leg(position)),
        )
        if not self._orders.place(intent) and not self._is_away(symbol):
            self._fail(position, "risk let none out", order_id=None, at=at)

    def _is_away(self, symbol: Symbol) -> bool:
        """Return whether the broker cannot be reached: what is held back meanwhile is placed once he is back."""
        return any(block.control is Control.BROKER_LINK for block in self._account.blocks.of(symbol))

    def _fail(self, position: Position, reason: str, *, order_id: OrderId | None, at: int) -> None:
        """Count a leg that does not rest, and tell what follows."""
        symbol, policy = position.symbol, self._policy
        self._failures[symbol] = self._failures.get(symbol, 0) + 1
        if symbol in policy.waivers:
            return  # it needed none
        answer = ProtectionAnswer.PLACED_AGAIN
        if self._failures[symbol] >= _ATTEMPTS:
            answer = ProtectionAnswer.LEFT if policy.flattens else ProtectionAnswer.HELD
        failed = ProtectionFailed(
            symbol=symbol, order_id=order_id, shares=position.quantity, reason=reason, answer=answer, occurred_at=at
        )
        self._account.events.append(failed)

    def _count_exposure(self, symbol: Symbol, at: int) -> None:
        account = self._account
        position, leg = account.ledger.position(symbol), account.orders.leg_for(symbol)
        shares = unprotected_shares(position, leg if leg is not None and leg.status in _ALIVE else None)
        since = self._exposed_since.get(symbol)
        if shares and since is None:
            self._exposed_since[symbol] = at
            reason = self._policy.waivers.get(symbol, "")
            account.events.append(PositionUnprotected(symbol=symbol, shares=shares, waiver=reason, occurred_at=at))
        elif not shares and since is not None:
            del self._exposed_since[symbol]
            lasted = max(at - since, 0)
            if symbol not in self._policy.waivers:
                account.tally.unprotected_nanos += lasted
            account.events.append(PositionProtected(symbol=symbol, unprotected_nanos=lasted, occurred_at=at))
