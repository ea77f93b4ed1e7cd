"""What a purchase may need until it is filled."""

from robo_trader.core.rules.numbers import Number


def purchase_value(quantity: Number, price: Number, buffer_fraction: Number) -> Number:
    """Return the dollars `quantity` shares may cost at `price`, with a buffer for a price that is not known yet."""
    value = quantity * price
    return value + value * buffer_fraction


def remaining_reservation(held: Number, remaining: Number, before: Number) -> Number:
    """Return what stays of `held` dollars when unfilled shares go from `before` to `remaining`: not rounded."""
    return held * remaining / before
