"""What a line of ticks says of a stock: kinds by number, and their delayed twins."""

from collections.abc import Iterable
from decimal import Decimal

from robo_trader.core.domain.bars import NANOS_PER_SECOND
from robo_trader.core.domain.money import exact_from_float, price_from_float, shares_from_float
from robo_trader.simulation.gateway.market.tape import Strip
from robo_trader.simulation.gateway.protocol.market_messages import TickPrice, TickSize, TickString

BID_SIZE, BID, ASK, ASK_SIZE, LAST, LAST_SIZE, HIGH, LOW, VOLUME, CLOSE, OPEN = 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 14
LAST_TIME, RT_VOLUME = 45, 48
DELAYED_TWINS = {
    BID: 66, ASK: 67, LAST: 68, BID_SIZE: 69, ASK_SIZE: 70, LAST_SIZE: 71, HIGH: 72, LOW: 73, VOLUME: 74, CLOSE: 75,
    OPEN: 76, LAST_TIME: 88,
}  # fmt: skip
_GUESSED_SIZE = Decimal(100)  # shares, where a bar does not tell
_NANOS_PER_MILLISECOND = 1_000_000

Tick = TickPrice | TickSize | TickString


def quote_ticks(strip: Strip, request_id: int, half_spread: Decimal) -> Iterable[Tick]:
    """Return bid and ask, each with its size: of the last quote, or around the last price where there is none."""
    if strip.quotes:
        quote = strip.quotes[-1]
        bid, ask = exact_from_float(quote.bid), exact_from_float(quote.ask)
        sizes = exact_from_float(quote.bid_size), exact_from_float(quote.ask_size)
    elif strip.last_price is not None:
        middle = price_from_float(strip.last_price)
        bid, ask = max(middle - half_spread, Decimal("0.0001")), middle + half_spread
        sizes = _GUESSED_SIZE, _GUESSED_SIZE
    else:
        return
    yield TickPrice(request_id=request_id, tick_type=BID, price=bid, size=sizes[0])
    yield TickPrice(request_id=request_id, tick_type=ASK, price=ask, size=sizes[1])


def trade_ticks(strip: Strip, request_id: int, *, is_all: bool) -> Iterable[Tick]:
    """Return last price and size, volume, and the last trade's time, which comes at the end.

    is_all: open, high, low and the close before as well.
    """
    day = strip.day
    if day is None or strip.last_price is None:
        return
    size = _GUESSED_SIZE if strip.last_size is None else exact_from_float(strip.last_size)
    yield TickPrice(request_id=request_id, tick_type=LAST, price=exact_from_float(strip.last_price), size=size)
    yield TickSize(request_id=request_id, tick_type=VOLUME, size=shares_from_float(day.volume))
    rows = [(OPEN, day.open), (HIGH, day.high), (LOW, day.low), (CLOSE, strip.close_before)] if is_all else []
    for kind, price in rows:
        if price is not None:
            yield TickPrice(request_id=request_id, tick_type=kind, price=exact_from_float(price))
    yield TickString(request_id=request_id, tick_type=LAST_TIME, value=str(strip.last_at // NANOS_PER_SECOND))


def volume_tick(strip: Strip, request_id: int) -> TickString:
    """Return what generic tick 233 asks for: price; size; milliseconds; the day's volume and average; one trade."""
    day = strip.day
    assert day is not None and strip.last_price is not None, strip.symbol
    size = _GUESSED_SIZE if strip.last_size is None else exact_from_float(strip.last_size)
    fields = (
        exact_from_float(strip.last_price), size, strip.last_at // _NANOS_PER_MILLISECOND,
        shares_from_float(day.volume), price_from_float(day.average), "true",
    )  # fmt: skip
    return TickString(request_id=request_id, tick_type=RT_VOLUME, value=";".join(str(field) for field in fields))


def delayed(tick: Tick) -> Tick | None:
    """Return a tick's twin for those who pay for nothing; None for one that has none."""
    kind = DELAYED_TWINS.get(tick.tick_type)
    if kind is None:
        return None
    if isinstance(tick, TickPrice):
        return TickPrice(request_id=tick.request_id, tick_type=kind, price=tick.price, size=tick.size)
    if isinstance(tick, TickSize):
        return TickSize(request_id=tick.request_id, tick_type=kind, size=tick.size)
    return TickString(request_id=tick.request_id, tick_type=kind, value=tick.value)
