"""How much worse than the market's price an order fills."""

from robo_trader.core.rules.numbers import Number

BPS_PER_UNIT = 10_000


def slipped_price(price: Number, sign: int, slippage_bps: Number) -> Number:
    """Return the price a taker gets: `slippage_bps` hundredths of a percent against it.

    sign: +1 buys (pays more), -1 sells (gets less).
    """
    return price + sign * price * slippage_bps / BPS_PER_UNIT
