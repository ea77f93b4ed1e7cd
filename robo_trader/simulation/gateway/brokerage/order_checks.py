"""What is wrong with an order as it was asked for, in the codes of the wire.

What the real broker would do and the pretend venue cannot is refused by name, never worked as something else.
"""

from collections.abc import Iterator
from decimal import Decimal

from robo_trader.core.domain.bars import NANOS_PER_SECOND
from robo_trader.simulation.gateway.brokerage.contracts import conforms
from robo_trader.simulation.gateway.brokerage.orders import BrokerageOrder
from robo_trader.simulation.gateway.brokerage.settings import BrokerageSettings
from robo_trader.simulation.gateway.brokerage.state import Notice
from robo_trader.simulation.gateway.protocol.values import OrderTicket

LIMITED = frozenset({"LMT", "LOC", "STP LMT"})
STOPPED = frozenset({"STP", "STP LMT"})
TRAILING = "TRAIL"
AT_CLOSE = frozenset({"MOC", "LOC"})
TYPES = LIMITED | STOPPED | AT_CLOSE | {"MKT", TRAILING}
FORCES = frozenset({"DAY", "GTC", "IOC", "FOK", "OPG", ""})
_AT_ONCE = frozenset({"IOC", "FOK", "OPG"})
_OCA_TYPES = frozenset({0, 1, 2, 3})
CLOSING_NOTICE = 600 * NANOS_PER_SECOND  # orders for the close are taken until ten minutes before it

NO_CONTRACT = Notice(code=200, text="No security definition has been found for the request")
DUPLICATE = Notice(code=103, text="Duplicate order id")
ALREADY_FILLED = Notice(code=104, text="Cannot modify a filled order")
NO_MATCH = Notice(code=105, text="Order being modified does not match original order")
NO_PARENT = Notice(code=10006, text="Missing parent order")


def find_refusal(ticket: OrderTicket, settings: BrokerageSettings, at: int) -> Notice | None:
    """Return the first thing that is wrong with a ticket by itself, None for a sound one."""
    return next(_refusals(ticket, settings, at), None)


def find_mismatch(order: BrokerageOrder, symbol: str, ticket: OrderTicket) -> Notice | None:
    """Return why a ticket is no change of an order: it is about other shares, or less than what is filled."""
    old = order.ticket
    is_same = (
        symbol == order.contract.symbol
        and ticket.action == old.action
        and ticket.parent_id == old.parent_id
        and ticket.oca_group in {old.oca_group, ""}
    )
    return None if is_same and ticket.quantity > order.filled else NO_MATCH


def _refusals(ticket: OrderTicket, settings: BrokerageSettings, at: int) -> Iterator[Notice]:
    if ticket.action not in {"BUY", "SELL"}:
        yield _invalid(f"the action {ticket.action!r} is neither BUY nor SELL")
    if ticket.account not in {"", settings.account}:
        yield _invalid(f"there is no account {ticket.account!r}")
    if ticket.quantity <= 0:
        yield Notice(code=434, text="The order size cannot be zero")
    if ticket.quantity % 1:
        yield Notice(code=10243, text="Fractional-sized order cannot be placed via API")
    if ticket.order_type not in TYPES:
        yield Notice(code=387, text="Unsupported order type for this exchange and security type")
    if settings.refuses_e_trade_only and (ticket.e_trade_only or ticket.firm_quote_only):
        yield Notice(code=10268, text="The 'EtradeOnly' order attribute is not supported.")
    yield from _force_refusals(ticket, settings, at)
    yield from _price_refusals(ticket)
    yield from _unserved(ticket)


def _force_refusals(ticket: OrderTicket, settings: BrokerageSettings, at: int) -> Iterator[Notice]:
    if ticket.order_type in AT_CLOSE:
        if ticket.tif not in {"DAY", ""}:
            yield Notice(code=113, text="The TIF option should be set to DAY for MOC and LOC orders")
        session = settings.sessions.of_bar(at + 1)
        if session is not None and at > session.closes_at - CLOSING_NOTICE:
            yield Notice(code=201, text="Order rejected - reason: it is too late for today's closing auction")
    elif ticket.tif in _AT_ONCE and ticket.order_type not in {"MKT", "LMT"}:
        yield Notice(code=111, text="The TIF type and the order type are incompatible")
    if ticket.tif not in FORCES:
        yield _unable(f"time in force {ticket.tif}")


def _price_refusals(ticket: OrderTicket) -> Iterator[Notice]:
    needed: list[tuple[str, Decimal | None]] = []
    if ticket.order_type in LIMITED:
        needed.append(("limit price", ticket.limit_price))
    if ticket.order_type in STOPPED:
        needed.append(("stop price", ticket.aux_price))
    if ticket.order_type == TRAILING and ticket.trailing_percent is None:
        needed.append(("trailing amount", ticket.aux_price))
    if ticket.order_type == TRAILING and ticket.trail_stop_price is not None:
        needed.append(("trailing stop price", ticket.trail_stop_price))
    for name, price in needed:
        if price is None or price <= 0:
            yield _invalid(f"the {name} is missing")
        elif not conforms(price) and name != "trailing amount":
            text = "The price does not conform to the minimum price variation for this contract."
            yield Notice(code=110, text=text)


def _unserved(ticket: OrderTicket) -> Iterator[Notice]:
    asked = {
        "a trailing percentage": ticket.trailing_percent is not None and ticket.order_type == TRAILING,
        "all or none": ticket.all_or_none,
        "a minimum quantity": bool(ticket.min_quantity),
        "a time to begin at": bool(ticket.good_after_time),
        "an algorithm": bool(ticket.algo_strategy),
        "conditions": ticket.condition_count > 0,
        f"OCA type {ticket.oca_type}": ticket.oca_type not in _OCA_TYPES,
    }
    yield from map(_unable, (name for name, is_asked in asked.items() if is_asked))
    yield from map(_unable, ticket.unheeded)


def _invalid(cause: str) -> Notice:
    return Notice(code=321, text=f"Error validating request: cause - {cause}")


def _unable(what: str) -> Notice:
    return Notice(code=201, text=f"Order rejected - reason: {what} is not served by the simulated venue")
