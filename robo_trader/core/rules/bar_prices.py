"""One price that stands for a whole bar, and where in its range the bar closed."""


def typical_price(high: float, low: float, close: float) -> float:
    """Return the mean of high, low and close, in dollars."""
    return (high + low + close) / 3.0


def close_location(high: float, low: float, close: float) -> float:
    """Return where in its range a bar closed: 1 at the high, -1 at the low, 0 in the middle or without a range."""
    span = high - low
    if span == 0.0:
        return 0.0
    return ((close - low) - (high - close)) / span
