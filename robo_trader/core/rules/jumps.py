"""Prices that move further at once than they do."""


def has_jumped(before: float, price: float, fraction: float) -> bool:
    """Return whether a price is further from the one before than `fraction` of that. Both in dollars a share."""
    return abs(price - before) > fraction * before
