"""The parent orders of one account: which are worked, how far each has come, and what was given up unfilled."""

from decimal import Decimal

from msgspec.structs import replace

from robo_trader.core.domain.events import ParentOrderUpdated
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.domain.money import ZERO
from robo_trader.core.domain.orders import Order
from robo_trader.core.domain.parent_orders import ParentOrder, ParentOrderId, ParentStatus
from robo_trader.core.domain.signals import Target
from robo_trader.core.engine.account import Account
from robo_trader.core.engine.senses import Market
from robo_trader.core.execution.working import Progress, progress

TIME_IS_UP = "its time is up"
_CANCELING, _CROSSING, _DONE = ParentStatus.CANCELING, ParentStatus.CROSSING, ParentStatus.DONE


class ParentBook:
    """One parent order a symbol, from its beginning to its end."""

    def __init__(self, account: Account, market: Market) -> None:
        self._account = account
        self._market = market
        self.parents: dict[Symbol, ParentOrder] = {}  # that are not done
        self._last_id = 0
        self._given_up: dict[Symbol, tuple[str, Decimal]] = {}  # signal and target of what was canceled unfilled

    def next_id(self) -> ParentOrderId:
        """Return the number of a parent that begins now."""
        self._last_id += 1
        return ParentOrderId(self._last_id)

    def record(self, parent: ParentOrder) -> ParentOrder:
        """Take down and tell how a parent stands now; return it so."""
        noted = replace(parent, updated_at=self._market.last_ended_at)
        self.keep(noted)
        self._account.events.append(ParentOrderUpdated(parent=noted))
        return noted

    def keep(self, parent: ParentOrder) -> None:
        """Take down how a parent stands now, of which its orders tell enough."""
        self.parents[parent.symbol] = parent

    def turn(self, parent: ParentOrder, status: ParentStatus, reason: str) -> ParentOrder:
        """Let a parent work in another way from now on."""
        if parent.status is status:
            return parent
        since = self._market.last_ended_at if status is _CROSSING else parent.crossing_since
        return self.record(replace(parent, status=status, reason=reason, crossing_since=since))

    def progress(self, parent: ParentOrder) -> Progress:
        """Return how far a parent has come."""
        children = self._children(parent)
        return progress(parent, children, [order.order_id in self._account.orders.open for order in children])

    def end_if_over(self, parent: ParentOrder, come: Progress) -> bool:
        """End a parent that nothing works for any more, and that wants nothing more; return whether it has ended."""
        if come.working or (come.left > 0 and parent.status is not _CANCELING):
            return False
        value = sum((order.filled_value for order in self._children(parent)), ZERO)
        reason = "filled" if come.left <= 0 else parent.reason
        self.record(replace(parent, status=_DONE, filled=come.filled, filled_value=value, reason=reason))
        del self.parents[parent.symbol]
        if parent.status is _CANCELING and parent.reason == TIME_IS_UP and come.left > 0:
            self._given_up[parent.symbol] = parent.signal_id, parent.target
        return True

    def is_given_up(self, target: Target) -> bool:
        """Return whether time was up for this very target before it was reached."""
        return self._given_up.get(target.symbol) == (target.signal_id, target.quantity)

    def forget(self, symbol: Symbol) -> None:
        """Forget what was given up of a symbol: something else is wanted."""
        self._given_up.pop(symbol, None)

    def state(self) -> tuple[object, ...]:
        """Return what the state hash covers."""
        return self.parents, self._last_id, self._given_up

    def _children(self, parent: ParentOrder) -> list[Order]:
        orders = [self._account.orders.order(order_id) for order_id in parent.children]
        children = [order for order in orders if order is not None]
        assert len(children) == len(orders), parent
        return children
