"""Bars and the slices they arrive in.

All times are UTC nanoseconds since 1970. A bar covers [started_at, ended_at) and is known at its end.
Prices are dollars a share, volume is shares; both are floats, as features and research use them.
"""

from enum import Enum

from msgspec import Struct

from robo_trader.core.domain.corporate_actions import Dividend
from robo_trader.core.domain.instruments import Symbol

NANOS_PER_SECOND = 1_000_000_000


class Bar(Struct, frozen=True, gc=False):
    """Open, high, low, close and volume of one symbol over [started_at, ended_at)."""

    symbol: Symbol
    started_at: int
    ended_at: int
    open: float
    high: float
    low: float
    close: float
    volume: float


class TradingSession(Struct, frozen=True, kw_only=True, gc=False):
    """One regular session of the exchange: its date in New York, and when it opens and closes."""

    date: str  # ISO, e.g. 2012-11-23
    opens_at: int
    closes_at: int


class BarSlice(Struct, frozen=True, kw_only=True, gc=False):
    """All bars that end at the same moment, ordered by symbol; a symbol without a bar is absent."""

    ended_at: int
    session: TradingSession
    bars: tuple[Bar, ...]
    dividends: tuple[Dividend, ...] = ()  # of the session, with its first slice


class BarFault(Enum):
    """Why a bar was refused at the boundary."""

    NOT_FINITE = "NOT_FINITE"
    NOT_POSITIVE = "NOT_POSITIVE"
    HIGH_BELOW_LOW = "HIGH_BELOW_LOW"
    OUTSIDE_RANGE = "OUTSIDE_RANGE"
    NEGATIVE_VOLUME = "NEGATIVE_VOLUME"
    BAD_INTERVAL = "BAD_INTERVAL"
    DUPLICATE = "DUPLICATE"
    OUT_OF_ORDER = "OUT_OF_ORDER"
    UNKNOWN_SYMBOL = "UNKNOWN_SYMBOL"
