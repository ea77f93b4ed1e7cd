"""Orders of the wire as orders of the venue."""

from decimal import Decimal

from msgspec.structs import replace

from robo_trader.core.domain.money import ZERO
from robo_trader.core.domain.orders import (
    ApprovedOrder,
    OrderId,
    OrderIntent,
    OrderTerms,
    OrderType,
    Side,
    TimeInForce,
)
from robo_trader.simulation.gateway.brokerage.order_checks import AT_CLOSE, LIMITED, STOPPED, TRAILING
from robo_trader.simulation.gateway.brokerage.orders import BrokerageOrder
from robo_trader.simulation.gateway.protocol.values import OrderTicket

_TYPES = {
    "MKT": OrderType.MARKET,
    "LMT": OrderType.LIMIT,
    "STP": OrderType.STOP,
    "STP LMT": OrderType.STOP_LIMIT,
    "TRAIL": OrderType.TRAILING_STOP,
    "MOC": OrderType.MARKET,
    "LOC": OrderType.LIMIT,
}
_FORCES = {
    "": TimeInForce.DAY,
    "DAY": TimeInForce.DAY,
    "GTC": TimeInForce.GTC,
    "IOC": TimeInForce.IOC,
    "FOK": TimeInForce.FOK,
    "OPG": TimeInForce.AT_THE_OPENING,
}
CANCEL_GROUP = 1  # ocaType: the others end, where 2 and 3 only lose as many shares


def to_venue(order: BrokerageOrder, ticket: OrderTicket, reference: Decimal | None, at: int) -> ApprovedOrder:
    """Return an order as the venue takes it. What risk control it passed is the client's business.

    reference: the last price, in dollars, that a stop may trail from; None where there is none, or for a leg whose
        parent's fill will be it.
    """
    is_auction = ticket.order_type in AT_CLOSE
    intent = OrderIntent(
        signal_id=ticket.order_ref,
        strategy="",
        symbol=order.symbol,
        side=Side(ticket.action),
        quantity=ticket.quantity,
        order_type=_TYPES[ticket.order_type],
        limit_price=ticket.limit_price if ticket.order_type in LIMITED else None,
        time_in_force=TimeInForce.AT_THE_CLOSE if is_auction else _FORCES[ticket.tif],
        reference_price=reference or ZERO,
        stop_price=_stop(ticket, order.sign, reference),
        trail=ticket.aux_price if ticket.order_type == TRAILING else None,
        outside_hours=ticket.outside_rth,
        oca_group=ticket.oca_group,
        parent_id=OrderId(order.parent_perm_id) if order.parent_perm_id else None,
    )
    return ApprovedOrder(order_id=order.venue_id, intent=intent, approved_at=at)


def terms_of(ticket: OrderTicket) -> OrderTerms:
    """Return what of a ticket a working order can take on; a stop that trails stays where it is."""
    return OrderTerms(
        quantity=ticket.quantity,
        limit_price=ticket.limit_price if ticket.order_type in LIMITED else None,
        stop_price=ticket.aux_price if ticket.order_type in STOPPED else None,
    )


def changes_terms_only(old: OrderTicket, new: OrderTicket) -> bool:
    """Return whether a change is one of shares and prices, which does not make it another order."""
    trail = (new.aux_price, new.trail_stop_price) if new.order_type == TRAILING else (None, None)
    was = (old.aux_price, old.trail_stop_price) if old.order_type == TRAILING else (None, None)
    kinds = (old.order_type, _FORCES[old.tif], old.outside_rth), (new.order_type, _FORCES[new.tif], new.outside_rth)
    return kinds[0] == kinds[1] and trail == was


def as_it_stands(order: BrokerageOrder, ticket: OrderTicket) -> OrderTicket:
    """Return a changed ticket with what a change cannot say: its group is the one it is in."""
    return replace(ticket, oca_group=order.ticket.oca_group, oca_type=order.ticket.oca_type, transmit=True)


def _stop(ticket: OrderTicket, sign: int, reference: Decimal | None) -> Decimal | None:
    if ticket.order_type in STOPPED:
        return ticket.aux_price
    if ticket.order_type != TRAILING or ticket.trail_stop_price is not None:
        return ticket.trail_stop_price
    assert ticket.aux_price is not None, ticket  # refused before
    return None if reference is None else reference + sign * ticket.aux_price
