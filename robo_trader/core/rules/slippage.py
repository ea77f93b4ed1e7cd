"""How much worse than the market's price an order fills.

Two models: a fixed part of the price, and the square-root law: half the spread, and an impact that grows with the
square root of the part of the volume one takes, in units of volatility. The law is read off large bodies of real
orders (Torre, Barra market impact model handbook, 1997; Almgren, Thum, Hauptmann and Li, "Direct estimation of equity
market impact", Risk, 2005, who find an exponent of 3/5 for the passing part; Toth and others, "Anomalous price impact",
Physical Review X 1, 2011, who find one half). It does not care for the span that volatility and volume are taken
over: both a day's give what both a minute's give, as long as a price moves as a random walk and volume comes evenly.
"""

import math

from robo_trader.core.rules.numbers import Number

BPS_PER_UNIT = 10_000
_FOUR_LOG_TWO = 4.0 * math.log(2.0)


def slipped_price(price: Number, sign: int, slippage_bps: Number) -> Number:
    """Return the price a taker gets: `slippage_bps` hundredths of a percent against it.

    sign: +1 buys (pays more), -1 sells (gets less).
    """
    return price + sign * price * slippage_bps / BPS_PER_UNIT


def slippage_bps(price: Number, reference: Number, sign: int) -> Number:
    """Return how much worse than its decision price a fill was: hundredths of a percent, below 0 if it was better.

    sign: +1 for a purchase, -1 for a sale; both prices in dollars a share, above 0.
    """
    return sign * (price - reference) / reference * BPS_PER_UNIT


def impact_bps(volatility: float, coefficient: float, participation: float) -> float:
    """Return what an order moves the price against itself on average, in hundredths of a percent.

    volatility: standard deviation of the return over a span, as a fraction.
    coefficient: impact of as many shares as are traded in the span, in volatilities of it.
    participation: the order's shares over those traded in the same span, 0 or above.
    """
    return BPS_PER_UNIT * coefficient * volatility * math.sqrt(participation)


def square_root_bps(half_spread_bps: float, volatility: float, coefficient: float, participation: float) -> float:
    """Return the modelled slippage of an order: half the spread and its impact; parameters as `impact_bps`."""
    return half_spread_bps + impact_bps(volatility, coefficient, participation)


def one_range_volatility(high: float, low: float) -> float:
    """Return the standard deviation of a span's log return that its range alone speaks of (Parkinson 1980)."""
    spread = math.log(high / low)
    return math.sqrt(spread * spread / _FOUR_LOG_TWO)


def bar_slippage_bps(
    high: float, low: float, volume: float, shares: float, half_spread_bps: float, coefficient: float
) -> float:
    """Return the slippage of an order that fills `shares` of a bar, by the bar's own range and volume.

    volume: of the bar, above 0, and no less than `shares`.
    """
    return square_root_bps(half_spread_bps, one_range_volatility(high, low), coefficient, shares / volume)


def fitted_coefficient(
    moved: list[float], realized: list[float], default: float, least: float, most: float, weight: float
) -> float:
    """Return the impact coefficient that explains realized costs best, shrunk to a default and kept within bounds.

    Least squares through the origin: of `realized` (bps without the half spread) over `moved` (the impact in bps that
    a coefficient of 1 would have). The default counts like `weight` observations, so few fills change little.

    moved, realized: of one length; all finite. The default comes back where there is nothing to learn from.
    """
    products, squares = 0.0, 0.0
    for place in range(len(moved)):
        products += moved[place] * realized[place]
        squares += moved[place] * moved[place]
    if squares <= 0.0:
        return default
    count = float(len(moved))
    blended = (count * products / squares + weight * default) / (count + weight)
    return min(max(blended, least), most)


def fitted_half_spread(
    moved: list[float], realized: list[float], default: float, least: float, most: float, weight: float
) -> float:
    """Return what an order of no size costs, in bps, shrunk to a default and kept within bounds.

    The least-squares line through `realized` over `moved` (as in `fitted_coefficient`), where that is 0. Orders that
    are all alike cannot tell the spread from their impact: the default comes back, as it does of no orders.
    """
    count = float(len(moved))
    sum_moved, sum_realized = 0.0, 0.0
    for place in range(len(moved)):
        sum_moved += moved[place]
        sum_realized += realized[place]
    if count < 2.0:
        return default
    products, squares = 0.0, 0.0
    for place in range(len(moved)):
        away = moved[place] - sum_moved / count
        products += away * (realized[place] - sum_realized / count)
        squares += away * away
    if squares <= 1e-12 * sum_moved * sum_moved:
        return default
    at_nothing = (sum_realized - products / squares * sum_moved) / count
    blended = (count * at_nothing + weight * default) / (count + weight)
    return min(max(blended, least), most)
