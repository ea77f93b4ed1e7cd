"""What a portfolio loses on each of many days."""


def day_losses(losses: list[float], returns: list[float], value: float, days: int) -> None:
    """Add what a position of `value` dollars loses on each day to `losses`. returns: of its symbol, as many as days."""
    for day in range(days):
        losses[day] -= value * returns[day]


def worst_day_losses(losses: list[float], returns: list[float], lowest: float, highest: float, days: int) -> None:
    """Add what a position loses on each day, whichever value between the two, in dollars, hurts most on that day."""
    for day in range(days):
        move = returns[day]
        losses[day] -= lowest * move if move > 0.0 else highest * move
