"""Our orders in the words of Interactive Brokers, and their figures in ours."""

from datetime import datetime
from decimal import Decimal

from ib_async.contract import Contract
from ib_async.order import Order
from ib_async.util import UNSET_DOUBLE

from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.domain.money import ZERO, exact_from_float
from robo_trader.core.domain.orders import BUY, SELL, OrderIntent, OrderTerms, OrderType, Side, TimeInForce

_TYPES = {
    OrderType.MARKET: "MKT",
    OrderType.LIMIT: "LMT",
    OrderType.STOP: "STP",
    OrderType.STOP_LIMIT: "STP LMT",
    OrderType.TRAILING_STOP: "TRAIL",
}
_AT_THE_CLOSE = {OrderType.MARKET: "MOC", OrderType.LIMIT: "LOC"}
_FORCES = {
    TimeInForce.DAY: "DAY",
    TimeInForce.GTC: "GTC",
    TimeInForce.IOC: "IOC",
    TimeInForce.FOK: "FOK",
    TimeInForce.AT_THE_OPENING: "OPG",
    TimeInForce.AT_THE_CLOSE: "DAY",
}
_REDUCE_WITH_BLOCK = 2  # what one order of a group fills, the others lose; only one of them is in the market at a time
_SIDES = {"BUY": BUY, "SELL": SELL, "SSHORT": SELL, "BOT": BUY, "SLD": SELL}
_FIGURE_MAX = 1e15  # shares, or dollars: nothing that is traded comes near it


class UnreadableError(Exception):
    """A field of the wire is not what it must be. Whoever reads the message keeps nothing of it."""


def stock(symbol: Symbol, exchange: str = "SMART") -> Contract:
    """Return a US stock as the gateway is asked for it."""
    return Contract(secType="STK", symbol=str(symbol).replace(".", " "), exchange=exchange, currency="USD")


def symbol_of(contract: Contract) -> Symbol:
    """Return our symbol of a contract: IBKR writes a class of shares behind a blank."""
    return Symbol(contract.symbol.replace(" ", "."))


def wire_order(intent: OrderIntent, *, account: str, reference: str, group: str, parent: int) -> Order:
    """Return an order as it goes out, but for its number. group: unique in the account; parent: its number, 0: none."""
    order = Order(
        action=intent.side.value,
        orderType=_type(intent),
        tif=_FORCES[intent.time_in_force],
        account=account,
        orderRef=reference,
        ocaGroup=group,
        ocaType=_REDUCE_WITH_BLOCK if group else 0,
        parentId=parent,
        outsideRth=intent.outside_hours,
        transmit=True,
    )
    set_terms(order, intent.terms, intent)
    return order


def set_terms(order: Order, terms: OrderTerms, intent: OrderIntent) -> None:
    """Put shares and prices into an order that goes out: plain decimals, never an exponent."""
    order.totalQuantity = _plain(terms.quantity)  # type: ignore[assignment]
    if terms.limit_price is not None:
        order.lmtPrice = _plain(terms.limit_price)
    if intent.order_type is OrderType.TRAILING_STOP:
        assert intent.trail is not None, intent
        order.auxPrice = _plain(intent.trail)
        if terms.stop_price is not None:
            order.trailStopPrice = _plain(terms.stop_price)
    elif terms.stop_price is not None:
        order.auxPrice = _plain(terms.stop_price)


def terms_of(order: Order) -> OrderTerms:
    """Return the terms that an order is shown to have."""
    is_stop = order.orderType in {"STP", "STP LMT"}
    limit = order.lmtPrice if order.orderType in {"LMT", "STP LMT", "LOC"} else None
    stop = order.auxPrice if is_stop else order.trailStopPrice if order.orderType == "TRAIL" else None
    return OrderTerms(quantity=exact(order.totalQuantity), limit_price=_price(limit), stop_price=_price(stop))


def side_of(word: str) -> Side:
    """Return the side of an action or an execution. Raises UnreadableError."""
    side = _SIDES.get(word)
    if side is None:
        raise UnreadableError(f"{word[:20]!r} is no side")
    return side


def exact(value: float | Decimal | None) -> Decimal:
    """Return a figure of the wire as it was written there; what is unset is 0. Raises UnreadableError."""
    if value is None or value == UNSET_DOUBLE:
        return ZERO
    if not -_FIGURE_MAX < value < _FIGURE_MAX:  # nor is a NaN
        raise UnreadableError(f"{value} is no figure")
    return _plain(value if isinstance(value, Decimal) else exact_from_float(value))


def nanos(time: datetime) -> int:
    """Return a time with a zone as UTC nanoseconds; the wire knows whole seconds."""
    return int(time.timestamp()) * 1_000_000_000


def _type(intent: OrderIntent) -> str:
    if intent.time_in_force is TimeInForce.AT_THE_CLOSE:
        return _AT_THE_CLOSE[intent.order_type]
    return _TYPES[intent.order_type]


def _plain(value: Decimal) -> Decimal:
    """Return a number whose text has no exponent and no zeros that say nothing."""
    return Decimal(f"{value.normalize():f}")


def _price(value: float | Decimal | None) -> Decimal | None:
    if value is None or value == UNSET_DOUBLE or not value:
        return None
    return exact(value)
