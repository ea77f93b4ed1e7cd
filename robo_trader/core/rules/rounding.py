"""Where a number is cut to the digits that prices, money and shares have.

The same rounding decides in the books (Decimal) and in research (float). A number that lies within some billionths
of a whole share or a tick is taken to be it: the two kinds of number may differ in their last bits, never in what is
decided.
"""

import math

PRICE_STEPS = 10_000.0  # a dollar: prices are known to a hundredth of a cent
MONEY_STEPS = 1_000_000.0  # a dollar: the smallest amount the books know is a millionth
NEARLY = 1e-9  # share
NEARLY_TICK = 4e-9  # tick: prices of 4 and offsets of 2 decimals make steps of 1e-8; floats err less up to 100,000 USD


def rounded_price(value: float) -> float:
    """Return a price above 0 in dollars, rounded half-up to a hundredth of a cent."""
    return math.floor(value * PRICE_STEPS + 0.5) / PRICE_STEPS


def rounded_money(value: float) -> float:
    """Return an amount in dollars, rounded half-up to a millionth."""
    return math.floor(value * MONEY_STEPS + 0.5) / MONEY_STEPS


def whole_shares(shares: float) -> float:
    """Return signed shares cut towards zero: a share too few costs little, one too many breaks a limit."""
    if shares < 0.0:
        return -float(math.floor(NEARLY - shares))
    return float(math.floor(shares + NEARLY))


def limit_beyond(price: float, sign: int, offset_bps: float) -> float:
    """Return the limit `offset_bps` hundredths of a percent beyond `price`, on the tick towards it: never worse.

    Ticks of US stocks are a cent, and a hundredth of a cent below one dollar (Regulation NMS, rule 612).
    sign: +1 buys (limit above the price), -1 sells.
    """
    raw = price + sign * price * offset_bps / 10_000.0
    steps = 100.0 if raw >= 1.0 else PRICE_STEPS
    ticks = math.floor(raw * steps + NEARLY_TICK) if sign > 0 else math.ceil(raw * steps - NEARLY_TICK)
    return max(ticks, 1) / steps
