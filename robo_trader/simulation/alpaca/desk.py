"""The server's side of the counter: takes orders as Alpaca's API describes them, and tells what becomes of them.

The pretend venue matches, and its account keeps the books. This desk gives both Alpaca's manners: ids of its own for
every order, another id for an order that replaces one, shares that stand behind one order only, and updates in the
order things happen. It has no clock: its time is that of the market it is shown.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal
from itertools import count
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import msgspec
from msgspec.structs import replace

from robo_trader.core.domain.bars import BarSlice
from robo_trader.core.domain.events import QuoteArrived
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.domain.money import ZERO, price_from_float
from robo_trader.core.domain.order_reports import (
    BrokerReport,
    OrderAccepted,
    OrderCanceled,
    OrderExecuted,
    OrderExpired,
    OrderModified,
    OrderRejected,
)
from robo_trader.core.domain.orders import ApprovedOrder, OrderId, OrderIntent, OrderTerms
from robo_trader.core.domain.statements import BrokerStatement, StatementPart
from robo_trader.simulation.alpaca.account_bodies import activity_body, update_body
from robo_trader.simulation.alpaca.held_orders import HeldOrder
from robo_trader.simulation.alpaca.refusals import (
    insufficient_buying_power,
    insufficient_quantity,
    malformed,
    no_such_order,
    unprocessable,
)
from robo_trader.simulation.alpaca.requests import Body, read_order, read_terms
from robo_trader.simulation.alpaca.wording import ENDS_AT_ONCE
from robo_trader.simulation.venue.account import VenueAccount
from robo_trader.simulation.venue.venue import Venue

_UNREPLACEABLE = ("accepted", "pending_new", "pending_cancel", "pending_replace")
_LEVERAGE = 2  # dollars of stock for a dollar of equity, in a margin account overnight


class AlpacaDesk:
    """One account. `tell` is called with each trade update, as it happens."""

    def __init__(self, venue: Venue, account: VenueAccount, *, now: int, assets: frozenset[Symbol]) -> None:
        """now: UTC nanoseconds, until the market says more; assets: what may be traded."""
        self.now = now
        self.assets = assets
        self.is_blocked = False  # whether the account may not trade
        self.orders: dict[str, HeldOrder] = {}
        self.activities: list[dict[str, Any]] = []
        self.tell: Callable[[dict[str, Any]], None] = lambda _update: None
        self._venue = venue
        self._account = account
        self._by_client_id: dict[str, HeldOrder] = {}
        self._working: dict[OrderId, HeldOrder] = {}  # the last of each chain of replacements
        self._prices: dict[Symbol, Decimal] = {}
        self._numbers = count(1)
        self._executions = count(1)

    def show(self, seen: BarSlice | QuoteArrived) -> None:
        """Let the market move, and tell what comes of it."""
        if isinstance(seen, BarSlice):
            self._account.begin(seen)
            self._venue.observe(seen)
            self._take_reports()
            self._account.end(seen)
            self._prices.update({bar.symbol: price_from_float(bar.close) for bar in seen.bars})
            self.come_to(seen.ended_at)
        else:
            self._venue.observe_quote(seen.quote, seen.session)
            self._prices[seen.quote.symbol] = price_from_float((seen.quote.bid + seen.quote.ask) / 2)
            self._take_reports()
            self.come_to(seen.occurred_at)

    def come_to(self, at: int) -> None:
        """Let time pass without anything happening."""
        self.now = max(self.now, at)

    def submit(self, body: Body) -> dict[str, Any]:
        """Take an order, and return it as it is on arrival. Raises ApiRefusal."""
        symbol = Symbol(str(body.get("symbol", "")))
        if symbol not in self.assets:
            raise unprocessable(f'asset "{symbol}" not found')
        intent = read_order(body, self._prices.get(symbol))
        client_order_id = self._new_client_id(body)
        self._check_shares(intent)
        number = next(self._numbers)
        order = self._hold(intent, OrderId(number), client_order_id)
        arrived = order.body()
        approved = _from_the_wire(OrderId(number), intent, self.now)
        self._account.note_order(approved)
        self._venue.submit(approved)
        self._take_reports()
        return arrived

    def replace(self, order_id: str, body: Body) -> dict[str, Any]:
        """Let another order take an order's place, and return that one as it is on arrival. Raises ApiRefusal."""
        old = self.order(order_id)
        if not old.is_open or old.status in _UNREPLACEABLE:
            raise unprocessable(f"unable to replace order, order isn't sent to exchange yet or is {old.status}")
        terms = read_terms(body, old.intent)
        client_order_id = self._new_client_id(body)
        before = old.filled_before + old.filled
        intent = replace(
            old.intent, quantity=terms.quantity, limit_price=terms.limit_price, stop_price=terms.stop_price
        )
        new = self._hold(intent, old.venue_id, client_order_id)
        new.replaces, new.filled_before = old.id, before
        arrived = new.body()
        whole = OrderTerms(quantity=before + terms.quantity, limit_price=terms.limit_price, stop_price=terms.stop_price)
        self._venue.modify(old.venue_id, whole, at=self.now)
        self._take_reports()
        return arrived

    def cancel(self, order_id: str) -> None:
        """Take the rest of an order out of the market. Raises ApiRefusal."""
        order = self.order(order_id)
        if not order.is_open:
            raise unprocessable(f'order is already in "{order.status}" state')
        self._venue.cancel(order.venue_id, at=self.now)
        self._take_reports()

    def order(self, order_id: str) -> HeldOrder:
        """Return an order by Alpaca's id. Raises ApiRefusal."""
        if order_id not in self.orders:
            raise no_such_order(order_id)
        return self.orders[order_id]

    def order_by_client_id(self, client_order_id: str) -> HeldOrder:
        """Return an order by the id its client gave it. Raises ApiRefusal."""
        if client_order_id not in self._by_client_id:
            raise no_such_order(client_order_id)
        return self._by_client_id[client_order_id]

    def books(self) -> BrokerStatement:
        """Return cash and shares."""
        return self._account.statement((StatementPart.POSITIONS,))

    def price(self, symbol: Symbol) -> Decimal | None:
        """Return the last price of a symbol, dollars a share."""
        return self._prices.get(symbol)

    def buying_power(self) -> Decimal:
        """Return the dollars that new orders may still come to."""
        books = self.books()
        held = {one.symbol: one.quantity for one in books.positions or ()}
        values = {symbol: quantity * self._prices.get(symbol, ZERO) for symbol, quantity in held.items()}
        equity = (books.cash or ZERO) + sum(values.values(), ZERO)
        open_orders = [order for order in self.orders.values() if order.is_open]
        opening = [order for order in open_orders if held.get(order.intent.symbol, ZERO) * order.intent.side.sign >= 0]
        asked = sum((order.remaining * self._worth(order.intent) for order in opening), ZERO)
        return _LEVERAGE * equity - sum((abs(value) for value in values.values()), ZERO) - asked

    def _new_client_id(self, body: Body) -> str:
        given = str(body.get("client_order_id") or uuid5(NAMESPACE_URL, f"client {len(self.orders)}"))
        if given in self._by_client_id:
            raise malformed("client_order_id must be unique")
        return given

    def _hold(self, intent: OrderIntent, venue_id: OrderId, client_order_id: str) -> HeldOrder:
        order = HeldOrder(
            id=str(uuid5(NAMESPACE_URL, f"order {len(self.orders)}")), client_order_id=client_order_id,
            venue_id=venue_id, intent=intent, created_at=self.now, updated_at=self.now,
        )  # fmt: skip
        self.orders[order.id] = self._by_client_id[client_order_id] = order
        self._working.setdefault(venue_id, order)
        return order

    def _check_shares(self, intent: OrderIntent) -> None:
        """Refuse what shares or dollars do not suffice for. Shares behind an open order do not stand behind another."""
        held = next((one.quantity for one in self.books().positions or () if one.symbol == intent.symbol), ZERO)
        if held * intent.side.sign < 0:
            waiting = [
                order.remaining
                for order in self.orders.values()
                if order.is_open and order.intent.symbol == intent.symbol and order.intent.side is intent.side
            ]
            available = abs(held) - sum(waiting, ZERO)
            if intent.quantity > available:
                raise insufficient_quantity(intent.quantity, max(available, ZERO))
        elif intent.quantity * self._worth(intent) > self.buying_power():
            raise insufficient_buying_power()

    def _worth(self, intent: OrderIntent) -> Decimal:
        """Return dollars a share an order may cost; nothing while no price is known."""
        return intent.limit_price or intent.stop_price or self._prices.get(intent.symbol, ZERO)

    def _take_reports(self) -> None:
        for report in self._venue.take_reports():
            self._account.note(report)
            order = self._working.get(report.order_id)
            if order is not None:
                self._move(order, report)

    def _move(self, order: HeldOrder, report: BrokerReport) -> None:
        at = report.occurred_at
        self.come_to(at)
        if isinstance(report, OrderExecuted):
            self._execute(order, report)
        elif isinstance(report, OrderModified):
            self._put_in_place(order, at)
        elif isinstance(report, OrderExpired) and order.force_word not in ENDS_AT_ONCE:
            self._come_to_be(order, "expired", at)
        elif isinstance(report, OrderCanceled | OrderExpired):
            self._come_to_be(order, "canceled", at)
        elif isinstance(report, OrderRejected):
            self._come_to_be(order, "rejected", at)
        elif isinstance(report, OrderAccepted):
            self._come_to_be(order, "new", at)

    def _come_to_be(self, order: HeldOrder, status: str, at: int) -> None:
        order.move(status, at)
        self.tell(update_body(status, order, at, self._next_execution()))

    def _put_in_place(self, old: HeldOrder, at: int) -> None:
        """Let the newest order of a chain take the place of the one that worked."""
        new = next(order for order in reversed(self.orders.values()) if order.venue_id == old.venue_id)
        if new is old:
            return  # one-cancels-other groups have no replacing order; none are taken here
        self._working[old.venue_id] = new
        old.replaced_by = new.id
        self._come_to_be(old, "replaced", at)
        self._come_to_be(new, "new", at)

    def _execute(self, order: HeldOrder, report: OrderExecuted) -> None:
        order.fill(report.quantity, report.price, report.occurred_at)
        number = self._next_execution()
        event = "fill" if order.status == "filled" else "partial_fill"
        self.activities.append(activity_body(order, report, event, uuid5(NAMESPACE_URL, f"activity {number}")))
        held = next((one.quantity for one in self.books().positions or () if one.symbol == report.symbol), ZERO)
        self.tell(update_body(event, order, report.occurred_at, number, report, held))

    def _next_execution(self) -> str:
        return str(uuid5(NAMESPACE_URL, f"execution {next(self._executions)}"))


def _from_the_wire(order_id: OrderId, intent: OrderIntent, at: int) -> ApprovedOrder:
    """Return an order that came over a wire, as the venue takes it. Whoever sent it has approved it."""
    fields: Mapping[str, Any] = {"order_id": order_id, "intent": intent, "approved_at": at}
    return msgspec.convert(fields, ApprovedOrder)
