"""Orders from their placement to their end.

What a client asks reaches the venue after a delay; until then nothing is said of a new order. An order that does not
transmit waits for a relative that does. A leg of a bracket goes to the venue only with its parent.
"""

from decimal import Decimal

from msgspec.structs import replace

from robo_trader.core.domain.order_reports import (
    BrokerReport,
    ModifyRejected,
    OrderCanceled,
    OrderExecuted,
    OrderExpired,
    OrderModified,
    OrderRejected,
)
from robo_trader.simulation.gateway.brokerage.execution_desk import ExecutionDesk
from robo_trader.simulation.gateway.brokerage.margins import MarginDesk
from robo_trader.simulation.gateway.brokerage.order_checks import NO_MATCH, NO_PARENT, TRAILING
from robo_trader.simulation.gateway.brokerage.order_telling import OrderTeller
from robo_trader.simulation.gateway.brokerage.orders import BrokerageOrder, Status
from robo_trader.simulation.gateway.brokerage.settings import BrokerageSettings
from robo_trader.simulation.gateway.brokerage.state import BrokerageState, Notice
from robo_trader.simulation.gateway.brokerage.translation import (
    CANCEL_GROUP,
    as_it_stands,
    changes_terms_only,
    terms_of,
    to_venue,
)
from robo_trader.simulation.gateway.protocol.values import OrderTicket
from robo_trader.simulation.venue.venue import Venue

_LOCATING = Notice(code=404, text="Order held while securities are located.")
_AWAITS_OPEN = Notice(
    code=399, text="Warning: your order will not be placed at the exchange until the next regular session."
)
_ENDED = Notice(code=202, text="Order Canceled - reason:")
_TOO_LATE = Notice(code=10148, text="The order cannot be cancelled any more, state: Filled.")
_NOTHING_TO_TRAIL = Notice(code=201, text="Order rejected - reason: no price to trail is known yet")
_LOCATE = "locate"


class OrderDesk:
    """Acknowledges, amends, withdraws and ends orders, and takes in what the venue reports of them."""

    def __init__(
        self,
        settings: BrokerageSettings,
        state: BrokerageState,
        venue: Venue,
        teller: OrderTeller,
        executions: ExecutionDesk,
        margins: MarginDesk,
    ) -> None:  # fmt: skip
        self._settings = settings
        self._state = state
        self._venue = venue
        self._teller = teller
        self._executions = executions
        self._margins = margins

    def acknowledge(self, order: BrokerageOrder, at: int) -> None:
        """Take a transmitted order to the venue, or say why not."""
        if order.is_over or order.is_at_venue:
            return
        arming = self._state.arming
        refusal = arming.refusals.pop(0) if arming.refusals else self._refusal(order)
        if refusal is not None:
            self.refuse(order, refusal, at)
        elif arming.locates:
            arming.locates -= 1
            order.is_acknowledged, order.why_held = True, _LOCATE
            order.move(Status.INACTIVE)
            self._teller.tell(order)
            self._teller.complain(order, _LOCATING)
        elif self._is_held_with_parent(order):
            order.is_acknowledged = True
            order.move(Status.PRE_SUBMITTED)
            self._teller.tell(order)
        else:
            self._enter(order, at)

    def release(self, order: BrokerageOrder, at: int) -> None:
        """Let an order that was held go to the venue, and its legs with it."""
        order.why_held = ""
        self._enter(order, at)
        for leg in self._legs(order):
            if leg.is_transmitted and not leg.is_over and not leg.is_at_venue and not leg.why_held:
                self._enter(leg, at)

    def amend(self, order: BrokerageOrder, ticket: OrderTicket, at: int) -> None:
        """Work an order under another ticket."""
        if order.is_over or order.status is Status.PENDING_CANCEL:
            self._teller.complain(order, NO_MATCH)
            return
        ticket = as_it_stands(order, ticket)
        if not order.is_at_venue:
            order.ticket = ticket
            self._teller.tell(order)
            return
        if self._lacks_start(order, ticket):
            self._teller.complain(order, _NOTHING_TO_TRAIL)
            return
        order.asked = ticket
        if changes_terms_only(order.ticket, ticket):
            self._venue.modify(order.venue_id, terms_of(ticket), at=at)
        else:
            self._venue.replace(to_venue(order, ticket, self._reference(order), at))
        self.take_reports(at)

    def withdraw(self, order: BrokerageOrder, at: int) -> None:
        """Take an order out of the market, if it is not too late."""
        if order.is_over:
            self._teller.complain(order, _TOO_LATE)
        elif order.is_at_venue:
            self._venue.cancel(order.venue_id, at=at)
            self.take_reports(at)
        else:
            self.conclude(order, at)

    def conclude(self, order: BrokerageOrder, at: int, status: Status = Status.CANCELED) -> None:
        """End what is left of an order, and with it the legs that are not at the venue."""
        order.is_at_venue, order.why_held = False, ""
        order.move(status)
        order.completed_at, order.completed_status = at, "Cancelled by Trader"
        if self._settings.error_precedes_cancel:
            self._teller.complain(order, _ENDED)
            self._teller.tell_status(order)
        else:
            self._teller.tell_status(order)
            self._teller.complain(order, _ENDED)
        self._end_legs(order, at)

    def refuse(self, order: BrokerageOrder, notice: Notice, at: int) -> None:
        """Reject an order: the error, then the order Inactive, then its status."""
        order.is_refused = True
        order.completed_at, order.completed_status = at, notice.text
        order.move(Status.INACTIVE)
        self._teller.complain(order, notice)
        self._teller.tell(order)
        self._end_legs(order, at)

    def take_reports(self, at: int) -> None:
        """Take in what the venue reports. at: the time it is known at."""
        while reports := self._venue.take_reports():
            for report in reports:
                self._take(report, at)

    def restate(self, at: int) -> None:
        """Say of orders what time and the market have made of them: the session began, a stop was reached."""
        for order_id in self._venue.working_ids():
            order = self._state.orders[order_id]
            if order.status is Status.PRE_SUBMITTED and self._working_status(order, at) is Status.SUBMITTED:
                order.move(Status.SUBMITTED)
                self._teller.tell(order)

    def fill(self, order: BrokerageOrder, shares: Decimal, price: Decimal, at: int) -> None:
        """Fill a part of an order at the venue, whatever the market does."""
        self._venue.fill(order.venue_id, shares, price, at=at)
        self.take_reports(at)

    def end_short(self, order: BrokerageOrder, at: int) -> None:
        """Call an order filled that is not."""
        order.is_at_venue, order.claims_filled, order.completed_at = False, True, at
        order.completed_status = f"Filled Size: {order.ticket.quantity}"
        order.move(Status.FILLED)
        self._venue.take_out(order.venue_id)
        self._teller.tell(order)
        self.take_reports(at)

    def family_of(self, order: BrokerageOrder) -> list[BrokerageOrder]:
        """Return an order, its parent and all legs, the parent first."""
        root = self._state.orders.get(order.parent_perm_id, order)
        return [root, *self._legs(root)]

    def is_open(self, at: int) -> bool:
        """Return whether the exchange is in its regular session."""
        return self._settings.sessions.of_bar(at + 1) is not None

    def _enter(self, order: BrokerageOrder, at: int) -> None:
        ticket = order.ticket
        approved = to_venue(order, ticket, self._reference(order), at)
        self._venue.submit(approved, cancels_group=ticket.oca_type == CANCEL_GROUP)
        answer, *others = self._venue.take_reports()
        assert not others, others
        if isinstance(answer, OrderRejected):
            self.refuse(order, Notice(code=201, text=f"Order rejected - reason: {answer.reason}"), at)
            return
        order.is_acknowledged = order.is_at_venue = True
        order.move(self._working_status(order, at))
        self._teller.tell(order)
        advices = self._state.arming.advices
        if advices:
            self._teller.complain(order, advices.pop(0))
        elif not (self.is_open(at) or ticket.outside_rth):
            self._teller.complain(order, _AWAITS_OPEN)

    def _take(self, report: BrokerReport, at: int) -> None:
        order = self._state.orders[report.order_id]
        if isinstance(report, OrderExecuted):
            self._take_execution(order, report)
        elif isinstance(report, (OrderCanceled, OrderExpired)):
            self.conclude(order, report.occurred_at)
        elif isinstance(report, OrderModified):
            order.ticket = order.asked or replace(order.ticket, quantity=report.terms.quantity)
            order.asked = None
            if order.status is not Status.PENDING_CANCEL:
                order.move(self._working_status(order, at))
            self._teller.tell(order)
        else:
            assert isinstance(report, ModifyRejected), report  # nothing else was asked of the venue
            order.asked = None
            self._teller.complain(order, NO_MATCH)

    def _take_execution(self, order: BrokerageOrder, report: OrderExecuted) -> None:
        order.filled_at_venue += report.quantity
        if order.filled_at_venue < order.ticket.quantity:
            if order.status is Status.PRE_SUBMITTED:
                order.move(Status.SUBMITTED)  # what was held works now
        else:
            order.is_at_venue = False
            order.move(Status.FILLED)
            order.completed_at, order.completed_status = report.occurred_at, f"Filled Size: {order.ticket.quantity}"
        self._executions.execute(order, report.quantity, report.price, report.commission, report.occurred_at)
        if order.has_legs:
            self.restate(report.occurred_at)  # they work now

    def _refusal(self, order: BrokerageOrder) -> Notice | None:
        if order.parent_perm_id:
            parent = self._state.orders.get(order.parent_perm_id)
            if parent is None or (parent.is_over and not parent.filled):
                return NO_PARENT
        if self._lacks_start(order, order.ticket):
            return _NOTHING_TO_TRAIL
        return None if order.parent_perm_id else self._margins.find_shortage(order)

    def _lacks_start(self, order: BrokerageOrder, ticket: OrderTicket) -> bool:
        """Return whether a stop is to trail the price, and none is known. A leg begins at its parent's first fill."""
        is_open_ended = ticket.order_type == TRAILING and ticket.trail_stop_price is None
        return is_open_ended and not self._sleeps(order) and self._last_price(order) is None

    def _sleeps(self, order: BrokerageOrder) -> bool:
        parent = self._state.orders.get(order.parent_perm_id)
        return parent is not None and not parent.is_over and not parent.filled_at_venue

    def _is_held_with_parent(self, order: BrokerageOrder) -> bool:
        parent = self._state.orders.get(order.parent_perm_id)
        return parent is not None and not parent.is_over and not parent.is_at_venue

    def _working_status(self, order: BrokerageOrder, at: int) -> Status:
        resting = self._venue.find(order.venue_id)
        if resting is None:
            return order.status  # it has ended meanwhile, and the report of that comes next
        sleeps = resting.awake is not None and not resting.awake
        is_held = resting.awaits_trigger or sleeps or order.ticket.tif == "OPG"
        is_outside = not (self.is_open(at) or order.ticket.outside_rth)
        return Status.PRE_SUBMITTED if is_held or (is_outside and not order.filled) else Status.SUBMITTED

    def _end_legs(self, order: BrokerageOrder, at: int) -> None:
        """End the legs the venue does not know; it ends the others itself."""
        for leg in self._legs(order):
            if not leg.is_over and not leg.is_at_venue:
                self.conclude(leg, at, Status.CANCELED if leg.is_transmitted else Status.API_CANCELED)

    def _legs(self, order: BrokerageOrder) -> list[BrokerageOrder]:
        if not order.has_legs:
            return []
        return [one for one in self._state.orders.values() if one.parent_perm_id == order.perm_id]

    def _reference(self, order: BrokerageOrder) -> Decimal | None:
        return None if self._sleeps(order) else self._last_price(order)

    def _last_price(self, order: BrokerageOrder) -> Decimal | None:
        return self._state.holdings.prices.get(order.symbol)
