"""How well an account did: ratios of numbers that are known at the end.

Returns are fractions of equity a period, and `periods` is how many periods a year has (252 sessions, say). What has
no value (no loss to divide by, an account that is gone) is NaN: never infinite, never a 0 that looks like a result.
"""

import math

from robo_trader.core.rules.moments import mean_of

EXPONENT_MAX = 700.0  # e to this is near the largest float
DEVIATION_MIN = 1e-12  # a deviation of returns below this is what rounding makes of none


def ratio(numerator: float, denominator: float) -> float:
    """Return the quotient, NaN where the denominator is 0."""
    if denominator == 0.0:
        return math.nan
    return numerator / denominator


def annual_growth(growth: float, periods_played: float, periods: float) -> float:
    """Return the compound annual growth rate (CAGR), a fraction: the yearly return that makes `growth` of 1.

    growth: last equity over first; NaN comes out where it is not above 0, nothing was played, or the rate is beyond
    all numbers.
    """
    if growth <= 0.0 or periods_played <= 0.0:
        return math.nan
    return _compounded(math.log(growth) * periods / periods_played)


def annual_volatility(deviation: float, periods: float) -> float:
    """Return the standard deviation of a year's return, of `periods` independent returns with this deviation."""
    return deviation * math.sqrt(periods)


def return_over_deviation(mean: float, deviation: float, periods: float) -> float:
    """Return a mean return over its deviation, both scaled to a year. NaN where nothing deviates.

    With the standard deviation it is the ratio of Sharpe (1994), "The Sharpe ratio", Journal of Portfolio Management
    21(1), over cash that earns nothing; with the downside deviation that of Sortino and Price (1994), "Performance
    measurement in a downside risk framework", Journal of Investing 3(3), for a target of 0.
    """
    if deviation <= DEVIATION_MIN:
        return math.nan
    return mean / deviation * math.sqrt(periods)


def sharpe_ratio(returns: list[float], periods: float) -> float:
    """Return the mean of returns over their standard deviation (n - 1), scaled to a year. NaN for fewer than two."""
    count = len(returns)
    if count < 2:
        return math.nan
    return return_over_deviation(mean_of(returns, 0, count), deviation_of(returns), periods)


def deviation_of(returns: list[float]) -> float:
    """Return the standard deviation (n - 1) of two returns or more."""
    count = len(returns)
    mean = mean_of(returns, 0, count)
    squares = 0.0
    for value in returns:
        squares += (value - mean) * (value - mean)
    return math.sqrt(squares / (count - 1))


def growth_over_drawdown(growth: float, drawdown: float) -> float:
    """Return annual growth over the deepest drawdown, both fractions. NaN without a drawdown.

    Source: Young (1991), "Calmar ratio: a smoother tool", Futures 20(1); here over the whole run, not over three years.
    """
    return ratio(growth, drawdown)


def annual_alpha(mean: float, benchmark_mean: float, beta: float, periods: float) -> float:
    """Return the yearly return that the benchmark does not explain: the mean of what is left a period, compounded.

    Source: Jensen (1968), "The performance of mutual funds in the period 1945-1964", Journal of Finance 23(2), with
    cash that earns nothing. NaN where a period would lose everything.
    """
    left = mean - beta * benchmark_mean
    if left <= -1.0:
        return math.nan
    return _compounded(math.log1p(left) * periods)


def annual_turnover(traded: float, average_equity: float, periods_played: float, periods: float) -> float:
    """Return how often a year the account was turned over: half of what was bought and sold, over average equity.

    A round trip of the whole account is 1. NaN where there was no equity or nothing was played.
    """
    if average_equity <= 0.0 or periods_played <= 0.0:
        return math.nan
    return traded / 2.0 / average_equity * periods / periods_played


def slippage_cost(shares: float, price: float, reference_price: float) -> float:
    """Return what a fill cost in dollars against the decision price; below 0 it was better. `shares` are signed."""
    return shares * (price - reference_price)


def _compounded(exponent: float) -> float:
    """Return e to the exponent, less 1."""
    if exponent > EXPONENT_MAX:
        return math.nan
    return math.expm1(exponent)
