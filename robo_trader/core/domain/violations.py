"""Why risk refused an order: the control, its limit, the value that broke it, and the context."""

from decimal import Decimal
from enum import Enum

from msgspec import Struct


class Control(Enum):
    """The pre-trade controls that exist today."""

    MAX_POSITION = "MAX_POSITION"
    GROSS_EXPOSURE = "GROSS_EXPOSURE"
    ORDER_NOTIONAL = "ORDER_NOTIONAL"
    DAILY_LOSS = "DAILY_LOSS"
    CASH = "CASH"
    MARKET_HOURS = "MARKET_HOURS"
    STALE_DATA = "STALE_DATA"
    TRADING_STATE = "TRADING_STATE"


class Violation(Struct, frozen=True, kw_only=True, gc=False):
    """One refusal. `value` broke `limit`; both are in `unit`."""

    control: Control
    limit: Decimal
    value: Decimal
    unit: str
    context: str
