"""How an order that ended is told: much as an open one, without the ids of order and client."""

from collections.abc import Iterable

from robo_trader.simulation.gateway.protocol.field_writing import (
    UNSET_DOUBLE,
    UNSET_INTEGER,
    UNSET_LONG,
    Field,
    double_or_unset,
    integer_or_unset,
)
from robo_trader.simulation.gateway.protocol.order_messages import CompletedOrder
from robo_trader.simulation.gateway.protocol.values import OrderTicket
from robo_trader.simulation.gateway.protocol.writing_contracts import eleven_fields
from robo_trader.simulation.gateway.protocol.writing_open_orders import (
    OCA_TYPE_DEFAULT,
    allocation_to_groups,
    parts_of_others,
    peg_offsets,
    priced,
    randomised_and_pegged,
    short_sale,
)


def completed_order_fields(message: CompletedOrder, version: int) -> list[Field]:
    """Return the fields of the message."""
    ticket = message.ticket
    return [
        101,
        *eleven_fields(message.contract, message.contract.exchange, right="?"),
        *_main_part(message),
        *allocation_to_groups(version),
        *_trading(ticket),
        *parts_of_others(ticket, is_completed=True),
        message.state.status,
        *randomised_and_pegged(ticket),
        0,  # conditions
        *_end(message),
        *peg_offsets(version),
    ]


def _main_part(message: CompletedOrder) -> Iterable[Field]:
    ticket = message.ticket
    return (
        ticket.action,
        ticket.quantity,
        ticket.order_type,
        priced(ticket.limit_price),
        priced(ticket.aux_price),
        ticket.tif,
        ticket.oca_group,
        ticket.account,
        "",  # opens or closes
        0,  # for a customer
        ticket.order_ref,
        message.perm_id,
        ticket.outside_rth,
        ticket.hidden,
        0,  # discretionary amount
        ticket.good_after_time,
    )


def _trading(ticket: OrderTicket) -> Iterable[Field]:
    return (
        ticket.good_till_date,
        "",  # rule 80A
        None,  # percent offset
        "",  # settling firm
        *short_sale(),
        *(None, None, None, None, None),  # box order's prices, range of the stock
        integer_or_unset(ticket.display_size),
        False,  # sweep to fill
        ticket.all_or_none,
        ticket.min_quantity,
        ticket.oca_type or OCA_TYPE_DEFAULT,
        0,  # which prices trigger a stop
        None,  # volatility
        0,  # of which span
        *("None", None),  # delta neutral order; "None" is not empty, so four fields follow
        *(0, False, 0, ""),
        False,  # continuous update
        0,  # reference price
        ticket.trail_stop_price,
        ticket.trailing_percent,
        "",  # description of legs
    )


def _end(message: CompletedOrder) -> Iterable[Field]:
    return (
        double_or_unset(message.ticket.trail_stop_price),
        UNSET_DOUBLE,  # offset of a limit
        0,  # cash quantity
        True,  # no automatic price for a hedge
        False,  # container
        "",  # cancelled by itself on this day
        message.filled,
        UNSET_INTEGER,  # contract that its price refers to
        False,  # cancels its parent
        "Not an insider or substantial shareholder",
        False,  # imbalance only
        False,  # routed where it is marketable
        message.parent_perm_id or UNSET_LONG,
        message.state.completed_time,
        message.state.completed_status,
    )
