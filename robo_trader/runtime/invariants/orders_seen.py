"""The orders of an account as an outsider knows them: what was sent, and what their executions sum to."""

from collections.abc import Iterable
from decimal import Decimal

from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.domain.money import ZERO
from robo_trader.core.domain.orders import BUY, Order, OrderId, OrderIntent, OrderStatus, Side

OVER = frozenset({OrderStatus.FILLED, OrderStatus.CANCELED, OrderStatus.EXPIRED, OrderStatus.REJECTED})


class KnownOrder:
    """One order: how the engine last told it, and what was reckoned beside it."""

    __slots__ = ("changes", "filled", "first_quantity", "needed", "order")

    def __init__(self, order: Order, needed: Decimal) -> None:
        """needed: dollars that it must reserve as it leaves."""
        self.order = order
        self.first_quantity = order.intent.quantity
        self.filled = ZERO  # shares, from the broker's reports alone
        self.needed = needed
        self.changes = 0  # how often its reservation was divided, and so rounded

    @property
    def is_working(self) -> bool:
        """Whether it may still fill, as far as anybody knows."""
        return self.order.status not in OVER

    @property
    def most(self) -> Decimal:
        """The shares it may come to, whichever of its terms the broker goes by."""
        asked, quantity = self.order.modify_requested, self.order.intent.quantity
        return quantity if asked is None or asked.quantity < quantity else asked.quantity

    @property
    def left(self) -> Decimal:
        """The shares it may still fill."""
        return self.most - self.filled


class OrdersSeen:
    """Every order since the account was opened."""

    def __init__(self) -> None:
        self.known: dict[OrderId, KnownOrder] = {}
        self.working: dict[Symbol, dict[OrderId, KnownOrder]] = {}  # no symbol without one
        self.last_id = 0

    def add(self, order: Order, needed: Decimal) -> None:
        """Begin to follow an order that was sent."""
        self.last_id = order.order_id
        known = self.known[order.order_id] = KnownOrder(order, needed)
        self.working.setdefault(order.intent.symbol, {})[order.order_id] = known

    def move(self, known: KnownOrder, order: Order) -> None:
        """Take over what became of an order."""
        known.order = order
        if known.is_working:
            return
        orders = self.working.get(order.intent.symbol)
        if orders is not None:
            orders.pop(order.order_id, None)
            if not orders:
                del self.working[order.intent.symbol]

    def working_for(self, symbol: Symbol) -> Iterable[KnownOrder]:
        """Return the orders of a symbol that may still fill."""
        return self.working.get(symbol, {}).values()

    def worst_shares(self, symbol: Symbol, joining: OrderIntent | None = None) -> tuple[Decimal, Decimal]:
        """Return the most that can be bought, and sold, of a symbol if everything fills that may.

        Of orders of one group only the largest counts. joining: one that is about to leave.
        """
        bought: dict[str, Decimal] = {}
        sold: dict[str, Decimal] = {}
        for known in self.working_for(symbol):
            _note(known.order.intent, known.left, f"#{known.order.order_id}", bought, sold)
        if joining is not None:
            _note(joining, joining.quantity, "#joining", bought, sold)
        return sum(bought.values(), ZERO), sum(sold.values(), ZERO)


def _note(
    intent: OrderIntent, shares: Decimal, alone: str, bought: dict[str, Decimal], sold: dict[str, Decimal]
) -> None:
    counted = bought if intent.side is BUY else sold
    key = intent.oca_group or alone
    counted[key] = max(counted.get(key, ZERO), shares)


def signed(side: Side, shares: Decimal) -> Decimal:
    """Return shares with the sign of their side."""
    return shares if side is BUY else -shares
