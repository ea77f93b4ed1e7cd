"""What holding a position overnight costs or brings."""

from robo_trader.core.rules.numbers import Number

DAYS_A_YEAR = 360  # as lenders of shares count


def borrow_fee(shares: Number, price: Number, annual_rate: Number, days: int) -> Number:
    """Return the dollars that borrowing `shares`, above 0, costs over `days` calendar days. Not rounded.

    price: of the last close, dollars; annual_rate: fraction of the value a year.
    """
    return shares * price * annual_rate * days / DAYS_A_YEAR
