"""How an order that is open is echoed: the longest message, as the real gateway says it of a plain stock order."""

from collections.abc import Iterable
from decimal import Decimal

from robo_trader.simulation.gateway.protocol.field_writing import (
    UNSET_DOUBLE,
    UNSET_INTEGER,
    Field,
    double_or_unset,
    integer_or_unset,
)
from robo_trader.simulation.gateway.protocol.order_messages import OpenOrder
from robo_trader.simulation.gateway.protocol.values import OrderState, OrderTicket
from robo_trader.simulation.gateway.protocol.writing_contracts import eleven_fields

NO_PRICE = "0.0"
OCA_TYPE_DEFAULT = 3  # what the real gateway echoes where the client said nothing

_NO_PROFILES = 177  # from this server version on, allocation profiles are gone
_PEG_OFFSETS = 170


def open_order_fields(message: OpenOrder, version: int) -> list[Field]:
    """Return the fields of the message."""
    return [
        5,
        message.order_id,
        *eleven_fields(message.contract, message.contract.exchange, right="?"),
        *_main_part(message),
        *_allocation(message, version),
        *_trading(message.ticket),
        *_volatility_and_trail(message.ticket),
        *parts_of_others(message.ticket),
        message.ticket.what_if,
        *_state(message.state),
        *randomised_and_pegged(message.ticket),
        0,  # conditions: those of a refused order are not echoed
        *_adjustments(message.ticket),
        *_newer_fields(version),
    ]


def priced(price: Decimal | None) -> Field:
    """Return the price of an order, 0.0 for one that has none."""
    return NO_PRICE if price is None else price


def randomised_and_pegged(ticket: OrderTicket) -> Iterable[Field]:
    """Return size and price not randomised, and the fields that only an order pegged to a benchmark has."""
    yield from (False, False)
    if ticket.order_type == "PEG BENCH":
        yield from (0, False, NO_PRICE, NO_PRICE, "")  # reference, direction, amounts, exchange


def peg_offsets(version: int) -> Iterable[Field]:
    """Return the fields of orders pegged to the best price or to the midpoint, all without a value."""
    return (None, None, None, None, None) if version >= _PEG_OFFSETS else ()


def allocation_to_groups(version: int) -> Iterable[Field]:
    """Return group, method, percentage, profile (older versions only) and model: all empty."""
    return ("", "", "", *(("",) if version < _NO_PROFILES else ()), "")


def short_sale() -> Iterable[Field]:
    """Return slot, location and exemption of a short sale, as they are for everybody but institutions."""
    return (0, "", -1)


def parts_of_others(ticket: OrderTicket, *, is_completed: bool = False) -> Iterable[Field]:
    """Return what only combinations, scale orders, hedges, advisers and algorithms fill in, up to `solicited`."""
    yield from (0, 0, 0)  # legs, their prices, routing
    yield from (UNSET_INTEGER, UNSET_INTEGER, None)  # scale: first level, others, increment
    yield ""  # hedge
    if not is_completed:
        yield False  # opted out of smart routing
    yield from ("", "IB")  # clearing account, clearing intent
    yield from (False, False)  # not held, no delta neutral contract
    yield ticket.algo_strategy
    if ticket.algo_strategy:
        yield 0  # its parameters are not kept
    yield False  # solicited


def _main_part(message: OpenOrder) -> Iterable[Field]:
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
        message.client_id,
        message.perm_id,
        ticket.outside_rth,
        ticket.hidden,
        0,  # discretionary amount
        ticket.good_after_time,
    )


def _allocation(message: OpenOrder, version: int) -> Iterable[Field]:
    ticket = message.ticket
    yield f"{message.perm_id}.0/{ticket.account}/{ticket.quantity:f}"
    yield from allocation_to_groups(version)


def _trading(ticket: OrderTicket) -> Iterable[Field]:
    return (
        ticket.good_till_date,
        "",  # rule 80A
        None,  # percent offset
        "",  # settling firm
        *short_sale(),
        0,  # auction strategy
        *(None, None, None, None, None),  # box order's prices, range of the stock
        integer_or_unset(ticket.display_size),
        False,  # block order
        False,  # sweep to fill
        ticket.all_or_none,
        ticket.min_quantity,
        ticket.oca_type or OCA_TYPE_DEFAULT,
        ticket.e_trade_only,
        ticket.firm_quote_only,
        None,  # price cap
        ticket.parent_id,
        0,  # which prices trigger a stop
    )


def _volatility_and_trail(ticket: OrderTicket) -> Iterable[Field]:
    return (
        None,  # volatility
        0,  # of which span
        *("None", None),  # delta neutral order; "None" is not empty, so eight fields follow
        *(0, "", "", "", "?", False, 0, ""),
        False,  # continuous update
        0,  # reference price
        ticket.trail_stop_price,
        ticket.trailing_percent,
        None,  # basis points
        None,  # and their type
        "",  # description of legs
    )


def _state(state: OrderState) -> Iterable[Field]:
    return (
        state.status,
        double_or_unset(state.init_margin_before),
        double_or_unset(state.maint_margin_before),
        double_or_unset(state.equity_with_loan_before),
        double_or_unset(state.init_margin_change),
        double_or_unset(state.maint_margin_change),
        double_or_unset(state.equity_with_loan_change),
        double_or_unset(state.init_margin_after),
        double_or_unset(state.maint_margin_after),
        double_or_unset(state.equity_with_loan_after),
        state.commission,
        state.min_commission,
        state.max_commission,
        state.commission_currency,
        state.warning_text,
    )


def _adjustments(ticket: OrderTicket) -> Iterable[Field]:
    return (
        "None",  # type after adjustment
        UNSET_DOUBLE,  # its trigger
        double_or_unset(ticket.trail_stop_price),
        UNSET_DOUBLE,  # offset of a limit
        *(UNSET_DOUBLE, UNSET_DOUBLE, UNSET_DOUBLE, 0),  # stop, stop limit, trailing amount, its unit
        *("", "", ""),  # soft dollar tier
        0,  # cash quantity
        True,  # no automatic price for a hedge
        *(False, False, False),  # container, discretion up to the limit, price management
    )


def _newer_fields(version: int) -> Iterable[Field]:
    yield from (None,) * ((version >= 159) + (version >= 160))  # duration, alternative venues
    if version >= 162:
        yield False  # cancels its parent
    yield from peg_offsets(version)
