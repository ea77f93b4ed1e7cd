"""What the broker charges for an order, as a function of all of the order filled so far.

A minimum and a maximum hold for the order, not for each of its fills; so the charge of one fill is the difference
between the charge before and after it.
"""

from robo_trader.core.rules.numbers import Number


def bounded_commission(
    quantity: Number, value: Number, per_share: Number, minimum: Number, maximum_fraction: Number
) -> Number:
    """Return the broker's own commission in dollars for `quantity` shares worth `value` dollars.

    At least `minimum` an order, at most `maximum_fraction` of its value; where the two cross, the maximum holds.
    """
    charge, most = quantity * per_share, value * maximum_fraction
    if charge < minimum:
        charge = minimum
    return most if most < charge else charge


def third_party_fees(quantity: Number, commission: Number, per_share: Number, commission_fraction: Number) -> Number:
    """Return fees passed through by the share (exchange, clearing) and as a fraction of the commission."""
    return quantity * per_share + commission * commission_fraction


def sale_fees(
    quantity: Number, value: Number, per_share: Number, per_share_maximum: Number, value_fraction: Number
) -> Number:
    """Return the regulators' fees on a sale: by the share up to a maximum, and by its value."""
    by_the_share = quantity * per_share
    return (per_share_maximum if per_share_maximum < by_the_share else by_the_share) + value * value_fraction


def order_charge(
    quantity: Number, value: Number, is_sale: bool, per_share: Number, minimum: Number,
    maximum_fraction: Number, third_per_share: Number, third_fraction: Number,
    sale_per_share: Number, sale_per_share_maximum: Number, sale_value_fraction: Number,
) -> Number:  # fmt: skip
    """Return all that `quantity` filled shares of one order, worth `value` dollars, have cost so far: not rounded."""
    commission = bounded_commission(quantity, value, per_share, minimum, maximum_fraction)
    charge = commission
    if third_per_share or third_fraction:  # many brokers pass nothing through: no arithmetic for that
        charge += third_party_fees(quantity, commission, third_per_share, third_fraction)
    if is_sale and (sale_per_share or sale_value_fraction):
        charge += sale_fees(quantity, value, sale_per_share, sale_per_share_maximum, sale_value_fraction)
    return charge
