"""Makes a statement of what Alpaca lists. A part that was not asked for, or not answered, is left out."""

from collections import defaultdict
from collections.abc import Iterable

from robo_trader.adapters.brokers.alpaca.following import Following
from robo_trader.adapters.brokers.alpaca.listings import Holdings, Listing
from robo_trader.adapters.brokers.alpaca.wire import WireOrder, WirePosition, symbol_of
from robo_trader.adapters.brokers.alpaca.words import ENDS, NOT_YET_WORKING, end_of, side_of
from robo_trader.core.domain.money import ZERO
from robo_trader.core.domain.orders import OrderId, OrderStatus, OrderTerms
from robo_trader.core.domain.statements import BrokerStatement, StatedOrder, StatedPosition

_ENDED = frozenset(ENDS.values())


def statement_of(holdings: Holdings | None, listing: Listing, following: Following) -> BrokerStatement:
    """Return what was answered as a statement."""
    orders = None if listing.orders is None else stated_orders(listing.orders, following)
    executions = listing.executions
    return BrokerStatement(
        since=listing.since,
        positions=None if holdings is None else stated_positions(holdings.positions),
        cash=None if holdings is None else holdings.cash,
        open_orders=None if orders is None else tuple(one for one in orders if one.status not in _ENDED),
        completed_orders=None if orders is None else tuple(one for one in orders if one.status in _ENDED),
        executions=None if executions is None else tuple(map(following.stated, executions)),
    )


def stated_positions(positions: Iterable[WirePosition]) -> tuple[StatedPosition, ...]:
    """Return shares as we sign them: Alpaca writes a short position's with a minus or without one."""
    return tuple(
        StatedPosition(
            symbol=symbol_of(one.symbol), quantity=-abs(one.qty) if one.side == "short" else one.qty,
            average_cost=one.avg_entry_price,
        )
        for one in positions
    )  # fmt: skip


def stated_orders(orders: Iterable[WireOrder], following: Following) -> tuple[StatedOrder, ...]:
    """Return orders as we count them: one for an order of ours and all that took its place."""
    chains: dict[OrderId, list[WireOrder]] = defaultdict(list)
    stated: list[StatedOrder] = []
    for order in orders:
        order_id = following.owner_of(order)
        if order_id is not None:
            chains[order_id].append(order)
        elif order.status != "replaced":
            stated.append(_stated(order, (), None, order.id, following.lost_reference(order.id)))
    for order_id, chain in chains.items():
        last = _last_of(chain)
        before = [order for order in chain if order is not last]
        first_id = following.first_id_of(order_id) or last.id
        stated.append(_stated(last, before, order_id, first_id))
    return tuple(stated)


def _last_of(chain: list[WireOrder]) -> WireOrder:
    """Return the order of a chain that counts: the newest that works or worked, not one that was never in place."""
    told = {order.id for order in chain}
    in_place = [order for order in chain if order.replaces is None or not _never_worked(order)]
    last = [order for order in in_place if order.status != "replaced" or order.replaced_by not in told]
    return (last or in_place or chain)[-1]


def _never_worked(order: WireOrder) -> bool:
    return order.status == "rejected" or order.status in NOT_YET_WORKING


def _stated(
    last: WireOrder, before: Iterable[WireOrder], order_id: OrderId | None, broker_order_id: str, lost: str = ""
) -> StatedOrder:
    filled_before = sum((order.filled for order in before), ZERO)
    filled = filled_before + last.filled
    end = end_of(last.status, last.time_in_force, cancel_asked=False)
    working = OrderStatus.PARTIALLY_FILLED if filled else OrderStatus.WORKING
    return StatedOrder(
        order_id=order_id, broker_order_id=broker_order_id, symbol=symbol_of(last.symbol), side=side_of(last.side),
        terms=OrderTerms(
            quantity=filled_before + last.quantity, limit_price=last.limit_price, stop_price=last.stop_price
        ),
        filled=filled, status=end or working, lost_reference=lost,
    )  # fmt: skip
