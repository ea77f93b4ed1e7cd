"""Alpaca's lists, read together: orders first, then executions, so that these hold all that those claim."""

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

from robo_trader.adapters.brokers.alpaca.following import Following
from robo_trader.adapters.brokers.alpaca.reads import AlpacaReads
from robo_trader.adapters.brokers.alpaca.refusals import AlpacaRefused, AlpacaSilent
from robo_trader.adapters.brokers.alpaca.rest_lane import RestLane
from robo_trader.adapters.brokers.alpaca.wire import FillActivity, WireError, WireOrder, WirePosition
from robo_trader.core.domain.bars import NANOS_PER_SECOND

_DAY_NANOS = 86_400 * NANOS_PER_SECOND
_NO_ANSWER = (AlpacaRefused, AlpacaSilent, WireError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """What there is since `since`, UTC nanoseconds. A part that is None was not asked for, or not answered."""

    since: int
    orders: tuple[WireOrder, ...] | None
    executions: tuple[FillActivity, ...] | None


@dataclass(frozen=True, slots=True)
class Holdings:
    """What is in the account: shares, and dollars."""

    positions: tuple[WirePosition, ...]
    cash: Decimal


class AlpacaListings:
    """Reads what the orders followed, and statements, are made of."""

    def __init__(
        self, lane: RestLane, reads: AlpacaReads, following: Following, *, lookback_days: int, since: int
    ) -> None:
        """lookback_days: how far back ended orders and executions are listed; since: and never before, UTC ns."""
        self._lane = lane
        self._reads = reads
        self._following = following
        self._lookback_nanos = lookback_days * _DAY_NANOS
        self._since = since

    async def read_all(self, at: int) -> Listing:
        """Return orders and executions. Raises AlpacaRefused, AlpacaSilent or WireError if either does not come."""
        since = max(at - self._lookback_nanos, self._since)
        orders = await self._orders(since)
        return Listing(since=since, orders=tuple(orders), executions=tuple(await self._executions(since, orders)))

    async def read(self, at: int, *, with_orders: bool) -> Listing:
        """Return executions, and orders where asked for, as far as they come."""
        since = max(at - self._lookback_nanos, self._since)
        orders: list[WireOrder] | None = None
        executions: list[FillActivity] | None = None
        try:
            orders = await self._orders(since) if with_orders else []
            executions = await self._executions(since, orders)
        except _NO_ANSWER:
            pass
        known = tuple(orders) if with_orders and orders is not None else None
        return Listing(since=since, orders=known, executions=None if executions is None else tuple(executions))

    async def holdings(self) -> Holdings | None:
        """Return shares and dollars, None if either does not come."""
        try:
            positions = await self._reads.positions()
            account = await self._reads.account()
        except _NO_ANSWER:
            return None
        return Holdings(tuple(positions), account.cash)

    async def order(self, order_id: str) -> WireOrder | None:
        """Return an order by Alpaca's id, None if there is none. Raises as `read_all`."""
        return await self._reads.order(order_id)

    async def order_by_reference(self, reference: str) -> WireOrder | None:
        """Return an order by our reference, None if Alpaca knows none. Raises as `read_all`."""
        return await self._reads.order_by_reference(reference)

    def close(self) -> None:
        """Ask no more."""
        self._lane.close()

    async def _orders(self, since: int) -> list[WireOrder]:
        """Return all orders since a time, and older ones that we still follow."""
        orders = {order.id: order for order in await self._reads.orders(after=_text(since))}
        for order_id in sorted(self._following.unfinished() - orders.keys()):
            order = await self._reads.order(order_id)
            if order is not None:
                orders[order_id] = order
        return list(orders.values())

    async def _executions(self, since: int, orders: list[WireOrder]) -> list[FillActivity]:
        """Return all executions since a time; the orders they name are looked up where nobody showed them yet."""
        executions = await self._reads.activities(after=_text(since))
        listed = {order.id for order in orders}
        for order_id in sorted(self._following.unseen(executions) - listed):
            order = await self._reads.order(order_id)
            if order is not None:
                orders.append(order)
        return executions


def _text(nanos: int) -> str:
    return datetime.fromtimestamp(nanos // NANOS_PER_SECOND, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
