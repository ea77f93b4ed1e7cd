"""How ticks of subscriptions are written."""

from typing import assert_never

from robo_trader.simulation.gateway.protocol.field_writing import Field, seconds, size
from robo_trader.simulation.gateway.protocol.market_messages import (
    MarketDataKind,
    SnapshotEnd,
    TickByTickMessage,
    TickGeneric,
    TickPrice,
    TickRequestParameters,
    TickSize,
    TickString,
)
from robo_trader.simulation.gateway.protocol.messages import TickMessage

_BID_ASK, _MIDPOINT = 3, 4
_NO_ATTRIBUTES = 0


def tick_fields(message: TickMessage, version: int) -> list[Field]:  # noqa: PLR0911 - one layout a message
    """Return the fields of the message."""
    match message:
        case TickPrice(request_id=request_id, tick_type=kind):
            return [1, 6, request_id, kind, message.price, size(message.size, version), message.attributes]
        case TickSize(request_id=request_id, tick_type=kind):
            return [2, 6, request_id, kind, size(message.size, version)]
        case TickGeneric(request_id=request_id, tick_type=kind):
            return [45, 6, request_id, kind, message.value]
        case TickString(request_id=request_id, tick_type=kind):
            return [46, 6, request_id, kind, message.value]
        case SnapshotEnd(request_id=request_id):
            return [57, 1, request_id]
        case MarketDataKind(request_id=request_id):
            return [58, 1, request_id, message.kind]
        case TickRequestParameters(request_id=request_id):
            return [81, request_id, message.min_tick, message.bbo_exchange, message.snapshot_permissions]
        case TickByTickMessage():
            return _tick_by_tick(message, version)
    assert_never(message)


def _tick_by_tick(message: TickByTickMessage, version: int) -> list[Field]:
    tick = message.tick
    fields: list[Field] = [99, message.request_id, message.kind, seconds(tick.at)]
    if message.kind == _BID_ASK:
        assert tick.bid_size is not None and tick.ask_size is not None, tick
        sizes = [size(tick.bid_size, version), size(tick.ask_size, version)]
        return [*fields, tick.bid, tick.ask, *sizes, _NO_ATTRIBUTES]
    if message.kind == _MIDPOINT:
        return [*fields, tick.price]
    assert tick.size is not None, tick
    return [*fields, tick.price, size(tick.size, version), _NO_ATTRIBUTES, tick.exchange, tick.conditions]
