"""What a fill does to a position: shares, cost and realised profit, at average cost.

Quantities and costs are signed: a short position has negative shares and a negative cost.
"""

from robo_trader.core.rules.numbers import Number


def closing_part(held: Number, change: Number) -> Number:
    """Return the signed part of `change` that closes shares held; the rest opens new ones."""
    if held * change >= 0:
        return change - change
    return change if abs(change) <= abs(held) else -held


def cost_of_closed(held: Number, cost: Number, closed: Number) -> Number:
    """Return the part of `cost` that leaves with the `closed` shares: all of it when all of them close."""
    if closed == -held:
        return cost
    return cost * -closed / held


def realised_profit(closed: Number, price: Number, closed_cost: Number) -> Number:
    """Return the profit of closing `closed` shares at `price` dollars, before commission."""
    return -closed * price - closed_cost


def losing_streak(streak: int, profit: Number) -> int:
    """Return how many closed trades in a row have lost. profit: of the one just closed, dollars after commission."""
    return streak + 1 if profit < 0 else 0
