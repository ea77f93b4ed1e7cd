"""What Alpaca sends, as values: orders, trade updates, account activities, positions, the account.

Only what is used is named; what is not named is ignored, and words are kept as text, so that a word Alpaca adds breaks
nothing. Numbers come as text and become Decimal; times become UTC nanoseconds.
"""

from datetime import datetime
from decimal import Decimal
from typing import Any, TypeVar

import msgspec
from msgspec import Struct

from robo_trader.core.domain.bars import NANOS_PER_SECOND
from robo_trader.core.domain.errors import InvalidConfig, RoboTraderError
from robo_trader.core.domain.fills import ExecutionId
from robo_trader.core.domain.instruments import Symbol, parse_symbol
from robo_trader.core.domain.money import ZERO

Value = TypeVar("Value")


class WireError(RoboTraderError):
    """Alpaca sent what cannot be read."""


class WireOrder(Struct, frozen=True, kw_only=True, gc=False):
    """Alpaca's order. `qty` and `filled_qty` are of this order alone, not of orders it replaced."""

    id: str
    client_order_id: str
    status: str
    submitted_at: str
    updated_at: str
    symbol: str | None = None
    side: str | None = None
    type: str | None = None
    time_in_force: str = ""
    qty: Decimal | None = None
    filled_qty: Decimal | None = None
    limit_price: Decimal | None = None
    stop_price: Decimal | None = None
    replaces: str | None = None
    replaced_by: str | None = None

    def __post_init__(self) -> None:
        _check_time(self.submitted_at)
        _check_time(self.updated_at)

    @property
    def filled(self) -> Decimal:
        """Shares filled so far."""
        return self.filled_qty or ZERO

    @property
    def quantity(self) -> Decimal:
        """Shares in all; of an order for an amount of dollars, which is none of ours, those filled."""
        return self.qty if self.qty is not None else self.filled


class TradeUpdate(Struct, frozen=True, kw_only=True, gc=False):
    """One message of the stream: what happened to an order, and the order after it."""

    event: str
    order: WireOrder
    timestamp: str = ""
    price: Decimal | None = None
    qty: Decimal | None = None

    def __post_init__(self) -> None:
        _check_time(self.timestamp or self.order.updated_at)

    @property
    def occurred_at(self) -> int:
        """When it happened, UTC nanoseconds."""
        return nanos_of(self.timestamp or self.order.updated_at)


class FillActivity(Struct, frozen=True, kw_only=True, gc=False):
    """One execution in the account's history. `cum_qty`: what its order had filled with it."""

    id: str
    order_id: str
    symbol: str
    side: str
    qty: Decimal
    price: Decimal
    cum_qty: Decimal
    transaction_time: str

    def __post_init__(self) -> None:
        _check_time(self.transaction_time)


class WirePosition(Struct, frozen=True, kw_only=True, gc=False):
    """Shares in the account."""

    symbol: str
    qty: Decimal
    side: str
    avg_entry_price: Decimal | None = None


class WireAccount(Struct, frozen=True, kw_only=True, gc=False):
    """The account."""

    account_number: str
    status: str
    cash: Decimal
    trading_blocked: bool = False
    account_blocked: bool = False
    trade_suspended_by_user: bool = False


class StreamMessage(Struct, frozen=True, kw_only=True, gc=False):
    """A frame of the stream. `data` depends on the stream it belongs to."""

    stream: str = ""
    data: dict[str, Any] = {}


def read(raw: object, kind: type[Value]) -> Value:
    """Return what Alpaca sent as a value of a kind. Raises WireError."""
    try:
        return msgspec.convert(raw, kind)
    except (msgspec.ValidationError, TypeError) as error:
        raise WireError(
            f"Alpaca's answer cannot be read: {error}",
            next_step="Compare with Alpaca's API reference; a field may have changed.",
        ) from error


def read_message(frame: str | bytes) -> StreamMessage:
    """Return a frame of the stream as a message. Raises WireError."""
    try:
        return msgspec.json.decode(frame, type=StreamMessage)
    except msgspec.MsgspecError as error:
        raise WireError(
            f"a message of Alpaca's stream cannot be read: {error}",
            next_step="Compare with Alpaca's description of the stream.",
        ) from error


def nanos_of(text: str) -> int:
    """Return a time as Alpaca writes it as UTC nanoseconds, exactly. Raises WireError."""
    head, point, rest = text.partition(".")
    digits = len(rest) - len(rest.lstrip("0123456789"))
    fraction, zone = (rest[:digits], rest[digits:]) if point else ("", "")
    try:
        moment = datetime.fromisoformat(head + zone)
    except ValueError as error:
        raise WireError(f"{text!r} is no time", next_step="Compare with Alpaca's API reference.") from error
    if moment.tzinfo is None:
        raise WireError(f"{text!r} names no zone", next_step="Compare with Alpaca's API reference.")
    return int(moment.timestamp()) * NANOS_PER_SECOND + int(fraction.ljust(9, "0")[:9] or "0")


def _check_time(text: str) -> None:
    """Raise ValueError for what is no time, which the decoder then names as it names every fault."""
    try:
        nanos_of(text)
    except WireError as error:
        raise ValueError(str(error)) from error


def symbol_of(text: str | None) -> Symbol:
    """Return Alpaca's symbol as ours; what is no stock's (BTC/USD, an order of several legs) gets a readable one."""
    try:
        return parse_symbol((text or "").replace("/", "."))
    except InvalidConfig:
        return Symbol("UNNAMED")


def execution_id_of(alpaca_order_id: str, filled: Decimal) -> ExecutionId:
    """Return the id of an execution: its order, and what that had filled with it.

    A trade update has an execution id and an activity has an id of its own, and no document says how they belong
    together. Both tell the order's quantity filled with the execution, and that names it as well.
    """
    return ExecutionId(f"{alpaca_order_id}/{format(filled.normalize(), 'f')}")
