"""How the returns of several symbols vary together, estimated so that sixty days are enough.

The covariances of n symbols from t returns are n (n + 1) / 2 numbers out of n t: the extreme ones among them are mostly
chance. So each correlation is drawn towards the average one, by as much as the data themselves say is best. Variances
stay as they are.

Source: Olivier Ledoit and Michael Wolf (2004), "Honey, I shrunk the sample covariance matrix", The Journal of Portfolio
Management 30(4), appendices A and B: the target of constant correlation.

Matrices are flat lists, row by row. Returns are flat too: all of the first symbol, oldest first, then of the next.
"""

import math

from robo_trader.core.rules.moments import mean_of


def center_returns(returns: list[float], symbols: int, length: int) -> None:
    """Take each symbol's mean from its `length` returns, in place."""
    for symbol in range(symbols):
        begin = symbol * length
        mean = mean_of(returns, begin, length)
        for place in range(begin, begin + length):
            returns[place] -= mean


def sample_covariance(centered: list[float], covariance: list[float], symbols: int, length: int) -> None:
    """Write the covariances of centered returns, divided by `length`, into a matrix of `symbols` squared."""
    for one in range(symbols):
        for other in range(one, symbols):
            total = 0.0
            for t in range(length):
                total += centered[one * length + t] * centered[other * length + t]
            covariance[one * symbols + other] = total / length
            covariance[other * symbols + one] = total / length


def shrink_covariance(centered: list[float], covariance: list[float], symbols: int, length: int) -> float:
    """Draw the correlations of a sample covariance matrix towards their mean, in place; return how far, in [0, 1].

    centered: the returns that `covariance` was made of; no variance among them is 0.
    Two symbols have one correlation, which is its own mean: nothing changes.
    """
    if symbols < 3:
        return 0.0
    mean = mean_correlation(covariance, symbols)
    distance = _distance_from_target(covariance, symbols, mean)
    if distance <= 0.0:
        return 0.0
    error = 0.0
    for one in range(symbols):
        for other in range(one + 1, symbols):
            error += 2.0 * _error_of(centered, covariance, one, other, mean, symbols, length)
    intensity = max(0.0, min(1.0, error / distance / length))
    for one in range(symbols):
        for other in range(symbols):
            if one != other:
                place = one * symbols + other
                target = mean * _scale(covariance, one, other, symbols)
                covariance[place] = intensity * target + (1.0 - intensity) * covariance[place]
    return intensity


def mean_correlation(covariance: list[float], symbols: int) -> float:
    """Return the mean correlation of all pairs of two symbols or more, none of them without variance."""
    total = 0.0
    for one in range(symbols):
        for other in range(one + 1, symbols):
            total += correlation_of(covariance, one, other, symbols)
    return 2.0 * total / (symbols * (symbols - 1))


def correlation_of(covariance: list[float], one: int, other: int, symbols: int) -> float:
    """Return the correlation of two symbols, in [-1, 1]; neither may be without variance."""
    correlation = covariance[one * symbols + other] / _scale(covariance, one, other, symbols)
    return max(-1.0, min(1.0, correlation))


def portfolio_variance(covariance: list[float], values: list[float], symbols: int) -> float:
    """Return the variance of what a portfolio earns a day, dollars squared. values: signed dollars in each symbol."""
    total = 0.0
    for one in range(symbols):
        row = 0.0
        for other in range(symbols):
            row += covariance[one * symbols + other] * values[other]
        total += row * values[one]
    return max(0.0, total)


def variance_shares(covariance: list[float], values: list[float], symbols: int) -> list[float]:
    """Return the part that each symbol has of a portfolio's variance: they sum to 1, one that hedges is below 0.

    It is the covariance of what a symbol earns with what all earn, over the variance of that. NaN for all where
    nothing varies.
    Source: Litterman (1996), "Hot spots and hedges", The Journal of Portfolio Management 23 (special issue).

    values: signed dollars in each symbol.
    """
    parts = [0.0] * symbols
    total = 0.0
    for one in range(symbols):
        for other in range(symbols):
            parts[one] += values[one] * covariance[one * symbols + other] * values[other]
        total += parts[one]
    for one in range(symbols):
        parts[one] = parts[one] / total if total > 0.0 else math.nan
    return parts


def beta_of(centered: list[float], symbol: int, benchmark: int, length: int) -> float:
    """Return the covariance with the benchmark over the benchmark's variance; NaN where that does not move.

    Source: William F. Sharpe (1964), "Capital asset prices", The Journal of Finance 19(3).
    """
    together = alone = 0.0
    for t in range(length):
        other = centered[benchmark * length + t]
        together += centered[symbol * length + t] * other
        alone += other * other
    return together / alone if alone > 0.0 else math.nan


def factor(covariance: list[float], root: list[float], symbols: int) -> None:
    """Write a lower triangular matrix into `root` whose product with its transpose is the covariance (Cholesky).

    Where rounding or a symbol that says nothing new leaves no variance of its own, its column is 0.
    """
    for one in range(symbols):
        for other in range(symbols):
            root[one * symbols + other] = 0.0
    for one in range(symbols):
        for other in range(one + 1):
            rest = covariance[one * symbols + other]
            for earlier in range(other):
                rest -= root[one * symbols + earlier] * root[other * symbols + earlier]
            if one == other:
                own = covariance[one * symbols + one]
                root[one * symbols + one] = math.sqrt(rest) if rest > _NOTHING * own else 0.0
            elif root[other * symbols + other] > 0.0:
                root[one * symbols + other] = rest / root[other * symbols + other]


def mix_shocks(root: list[float], shocks: list[float], day: list[float], symbols: int) -> None:
    """Write returns into `day` that vary together as the factored covariance says. shocks: standard normal numbers."""
    for one in range(symbols):
        total = 0.0
        for other in range(one + 1):
            total += root[one * symbols + other] * shocks[other]
        day[one] = total


_NOTHING = 1e-12  # share of a variance below which what is left of it is rounding


def _scale(covariance: list[float], one: int, other: int, symbols: int) -> float:
    """Return the product of two standard deviations."""
    return math.sqrt(covariance[one * symbols + one]) * math.sqrt(covariance[other * symbols + other])


def _distance_from_target(covariance: list[float], symbols: int, mean: float) -> float:
    """Return the squared distance of the matrix from its target; rounding counts as none."""
    total = size = 0.0
    for one in range(symbols):
        for other in range(symbols):
            if one != other:
                scale = _scale(covariance, one, other, symbols)
                off = mean * scale - covariance[one * symbols + other]
                total += off * off
                size += scale * scale
    return total if total > _NOTHING * _NOTHING * size else 0.0


def _error_of(
    centered: list[float], covariance: list[float], one: int, other: int, mean: float, symbols: int, length: int
) -> float:
    """Return how uncertain a covariance is, less what of it the target shares: pi less rho of the paper, for a pair."""
    own, theirs = covariance[one * symbols + one], covariance[other * symbols + other]
    both = covariance[one * symbols + other]
    spread = with_own = with_theirs = 0.0
    for t in range(length):
        x, y = centered[one * length + t], centered[other * length + t]
        off = x * y - both
        spread += off * off
        with_own += (x * x - own) * off
        with_theirs += (y * y - theirs) * off
    shared = math.sqrt(theirs / own) * with_own + math.sqrt(own / theirs) * with_theirs
    return (spread - 0.5 * mean * shared) / length
