"""Alpaca's words for what an order is, and how it writes times and numbers."""

from datetime import UTC, datetime
from decimal import Decimal
from uuid import NAMESPACE_URL, uuid5

from robo_trader.core.domain.bars import NANOS_PER_SECOND
from robo_trader.core.domain.orders import OrderType, Side, TimeInForce

SIDES = {"buy": Side.BUY, "sell": Side.SELL}
ORDER_TYPES = {
    "market": OrderType.MARKET,
    "limit": OrderType.LIMIT,
    "stop": OrderType.STOP,
    "stop_limit": OrderType.STOP_LIMIT,
    "trailing_stop": OrderType.TRAILING_STOP,
}
TIMES_IN_FORCE = {
    "day": TimeInForce.DAY,
    "gtc": TimeInForce.GTC,
    "ioc": TimeInForce.IOC,
    "fok": TimeInForce.FOK,
    "opg": TimeInForce.AT_THE_OPENING,
    "cls": TimeInForce.AT_THE_CLOSE,
}
OVER = frozenset({"filled", "canceled", "expired", "rejected", "replaced"})
ENDS_AT_ONCE = frozenset({"ioc", "fok", "opg", "cls"})  # what is left of such an order is canceled, not expired


def written_time(nanos: int) -> str:
    """Return UTC nanoseconds as Alpaca writes them: RFC 3339, to the nanosecond."""
    seconds, fraction = divmod(nanos, NANOS_PER_SECOND)
    moment = datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    return f"{moment}.{fraction:09d}Z"


def written_number(value: Decimal | None) -> str | None:
    """Return a number as text, as Alpaca writes quantities and prices."""
    return None if value is None else format(value, "f")


def activity_time(nanos: int) -> str:
    """Return UTC nanoseconds as the first part of an activity's id: digits, to the millisecond."""
    seconds, fraction = divmod(nanos, NANOS_PER_SECOND)
    moment = datetime.fromtimestamp(seconds, UTC).strftime("%Y%m%d%H%M%S")
    return f"{moment}{fraction // 1_000_000:03d}"


def asset_id(symbol: str) -> str:
    """Return the id of what a symbol names: Alpaca gives every asset one that outlives its symbol."""
    return str(uuid5(NAMESPACE_URL, f"asset {symbol}"))
