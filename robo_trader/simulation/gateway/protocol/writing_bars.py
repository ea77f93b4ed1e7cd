"""How bars and ticks of the past are written, and bars of five seconds."""

from collections.abc import Iterable
from decimal import Decimal
from typing import assert_never

from robo_trader.simulation.gateway.protocol.field_writing import (
    Field,
    dashed_local,
    dashed_utc,
    seconds,
    size,
    time_text,
)
from robo_trader.simulation.gateway.protocol.market_messages import (
    HeadTimestampMessage,
    HistoricalBars,
    HistoricalBarUpdate,
    HistoricalSchedule,
    HistoricalTicksMessage,
    RealTimeBar,
)
from robo_trader.simulation.gateway.protocol.messages import BarMessage
from robo_trader.simulation.gateway.protocol.values import WireBar, WireTick

_SECONDS_FORMAT = 2
_NO_ATTRIBUTES = 0


def bar_fields(message: BarMessage, version: int) -> list[Field]:
    """Return the fields of the message."""
    match message:
        case RealTimeBar(request_id=request_id, bar=bar):
            return [50, 3, request_id, seconds(bar.at), *_prices(bar), size(bar.volume, version), bar.wap, bar.count]
        case HistoricalBars():
            return _historical_bars(message, version)
        case HistoricalBarUpdate(request_id=request_id, bar=bar):
            date = _bar_date(bar, message.date_format, version)
            prices = [bar.open, bar.close, bar.high, bar.low]  # in this order, here only
            return [90, request_id, bar.count, date, *prices, bar.wap, size(bar.volume, version)]
        case HeadTimestampMessage(request_id=request_id, at=at):
            return [88, request_id, seconds(at) if message.date_format == _SECONDS_FORMAT else dashed_utc(at)]
        case HistoricalTicksMessage():
            return _historical_ticks(message, version)
        case HistoricalSchedule():
            return _schedule(message)
    assert_never(message)


def _prices(bar: WireBar) -> list[Decimal]:
    return [bar.open, bar.high, bar.low, bar.close]


def _bar_date(bar: WireBar, date_format: int, version: int) -> Field:
    if bar.date:
        return bar.date
    return seconds(bar.at) if date_format == _SECONDS_FORMAT else time_text(bar.at, version)


def _historical_bars(message: HistoricalBars, version: int) -> list[Field]:
    start, end = time_text(message.start, version), time_text(message.end, version)
    fields: list[Field] = [17, message.request_id, start, end, len(message.bars)]
    for bar in message.bars:
        date = _bar_date(bar, message.date_format, version)
        fields += [date, *_prices(bar), size(bar.volume, version), bar.wap, bar.count]
    return fields


def _historical_ticks(message: HistoricalTicksMessage, version: int) -> list[Field]:
    number = {"MIDPOINT": 96, "BID_ASK": 97, "TRADES": 98}[message.what_to_show]
    fields: list[Field] = [number, message.request_id, len(message.ticks)]
    for tick in message.ticks:
        fields += [seconds(tick.at), _NO_ATTRIBUTES, *_tick(tick, message.what_to_show, version)]
    return [*fields, message.is_last]


def _tick(tick: WireTick, what_to_show: str, version: int) -> Iterable[Field]:
    if what_to_show == "BID_ASK":
        assert tick.bid_size is not None and tick.ask_size is not None, tick
        return [tick.bid, tick.ask, size(tick.bid_size, version), size(tick.ask_size, version)]
    fields: list[Field] = [tick.price, size(tick.size or Decimal(0), version)]
    return [*fields, tick.exchange, tick.conditions] if what_to_show == "TRADES" else fields


def _schedule(message: HistoricalSchedule) -> list[Field]:
    sessions = message.sessions
    start = dashed_local(sessions[0][0]) if sessions else ""
    end = dashed_local(sessions[-1][1]) if sessions else ""
    fields: list[Field] = [106, message.request_id, start, end, message.time_zone, len(sessions)]
    for opens_at, closes_at, date in sessions:
        fields += [dashed_local(opens_at), dashed_local(closes_at), date]
    return fields
