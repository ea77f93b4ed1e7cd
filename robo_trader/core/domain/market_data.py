"""Whether the market of a symbol is seen as it is now."""

from enum import Enum

from msgspec import Struct

from robo_trader.core.domain.instruments import Symbol


class DataState(Enum):
    """How things stand with what is told of a symbol. Positions are opened while it is FLOWING, and only then."""

    FLOWING = "FLOWING"
    SILENT = "SILENT"  # nothing has come for too long, or not yet on this connection
    DELAYED = "DELAYED"  # it comes, and is not of now
    HALTED = "HALTED"  # the exchange has stopped trading in it


class MarketDataChanged(Struct, frozen=True, kw_only=True, gc=False):
    """What is told of a symbol's market began, ended, or is no longer of now."""

    symbol: Symbol
    state: DataState
    reason: str
    occurred_at: int
