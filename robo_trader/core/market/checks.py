"""The checks every bar passes before a feature, a strategy or a mark may see it."""

import math

from robo_trader.core.domain.bars import Bar, BarFault
from robo_trader.core.domain.money import PRICE_DECIMALS

PRICE_MIN = 10.0**-PRICE_DECIMALS  # a smaller price would be booked as nothing


def find_fault(bar: Bar, last_ended_at: int | None) -> BarFault | None:
    """Return what is wrong with a bar, None for a sound one.

    last_ended_at: end of the last sound bar of the same symbol, None before the first.
    """
    low, high = bar.low, bar.high
    if (  # nearly every bar is sound, and this is quick
        PRICE_MIN <= low <= bar.open <= high < math.inf
        and low <= bar.close <= high
        and 0 <= bar.volume < math.inf
        and bar.started_at < bar.ended_at
        and (last_ended_at is None or bar.ended_at > last_ended_at)
    ):
        return None
    return _name_fault(bar, last_ended_at)


def _name_fault(bar: Bar, last_ended_at: int | None) -> BarFault | None:  # noqa: PLR0911 - one line a fault reads best
    prices = (bar.open, bar.high, bar.low, bar.close)
    if not all(map(math.isfinite, prices)) or not math.isfinite(bar.volume):
        return BarFault.NOT_FINITE
    if min(prices) < PRICE_MIN:
        return BarFault.NOT_POSITIVE
    if bar.high < bar.low:
        return BarFault.HIGH_BELOW_LOW
    if not (bar.low <= bar.open <= bar.high and bar.low <= bar.close <= bar.high):
        return BarFault.OUTSIDE_RANGE
    if bar.volume < 0:
        return BarFault.NEGATIVE_VOLUME
    if bar.started_at >= bar.ended_at:
        return BarFault.BAD_INTERVAL
    if last_ended_at is not None and bar.ended_at <= last_ended_at:
        return BarFault.DUPLICATE if bar.ended_at == last_ended_at else BarFault.OUT_OF_ORDER
    return None
