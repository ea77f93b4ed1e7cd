"""What part of equity a strategy's own trades speak for: Kelly's fraction and Vince's optimal f.

Both are NaN where the trades cannot say, which is as long as none has lost, and never above 0 where the mean of the
trades is not.
"""

import math

from robo_trader.core.rules.trades import FIRST_RETURN, trades_known

HALVINGS = 40  # of the interval that holds optimal f: it is found to a trillionth


def kelly_fraction(trades: list[float], count: int) -> float:
    """Return p - (1 - p) / b: p the part of trades that won, b their mean win over the mean of the others' losses.

    The stake of a bet that is lost whole; as the part of equity to hold it is on the careful side, as a position seldom
    is. NaN while no trade has lost.
    Source: J. L. Kelly (1956), "A new interpretation of information rate", Bell System Technical Journal 35(4).

    trades: as in `remember_trade`; count: how many it holds, above 0.
    """
    wins, won, lost = 0.0, 0.0, 0.0
    for place in range(FIRST_RETURN, FIRST_RETURN + count):
        if trades[place] > 0.0:
            wins += 1.0
            won += trades[place]
        else:
            lost -= trades[place]
    if lost == 0.0:
        return math.nan
    if wins == 0.0:
        return -1.0
    chance = wins / count
    payoff = (won / wins) / (lost / (count - wins))
    return chance - (1.0 - chance) / payoff


def optimal_f_fraction(trades: list[float], count: int) -> float:
    """Return the part of equity to hold that would have made most of these trades: optimal f over the largest loss.

    Optimal f, in [0, 1], is the part of equity that the largest loss may cost: it maximises the product of
    1 + f * return / largest loss over all trades. The sum of its logarithms has one summit, so its slope is followed
    down: `HALVINGS` times the half of [0, 1] is taken in which it crosses zero. 0 where it falls from the beginning,
    which is where the mean return is not above 0. NaN while no trade has lost.
    Source: Ralph Vince (1990), "Portfolio Management Formulas".

    trades: as in `remember_trade`; count: how many it holds, above 0.
    """
    total, worst = 0.0, 0.0
    for place in range(FIRST_RETURN, FIRST_RETURN + count):
        total += trades[place]
        worst = trades[place] if trades[place] < worst else worst
    if worst == 0.0:
        return math.nan
    low, high = 0.0, 1.0
    for _ in range(HALVINGS if total > 0.0 else 0):
        middle = (low + high) / 2.0
        slope = 0.0
        for place in range(FIRST_RETURN, FIRST_RETURN + count):
            share = trades[place] / -worst
            slope += share / (1.0 + middle * share)
        if slope > 0.0:
            low = middle
        else:
            high = middle
    return low / -worst


def edge_fraction(
    trades: list[float], is_optimal_f: bool, multiple: float, cap: float, least: float, fallback: float,
    shrinkage: float, length: int,
) -> float:  # fmt: skip
    """Return the part of equity, from 0 to `cap`, that a full signal holds: `multiple` times the edge, shrunk.

    The edge, Kelly's fraction or that of optimal f, is multiplied by n / (n + shrinkage), n the trades remembered: few
    trades prove little. While there are fewer than `least`, or none has lost, it is `fallback`.

    trades: as in `remember_trade`, for `length` trades; least: 1 or above; shrinkage: trades, 0 or above.
    """
    count = trades_known(trades, length)
    edge = math.nan
    if count >= least:
        edge = optimal_f_fraction(trades, count) if is_optimal_f else kelly_fraction(trades, count)
    fraction = multiple * edge * count / (count + shrinkage) if edge == edge else fallback  # noqa: PLR0124 - NaN
    if fraction <= 0.0:
        return 0.0
    return fraction if fraction < cap else cap
