"""At what price shares are booked that a person adopts from a broker's statement."""

from collections.abc import Iterable
from decimal import Decimal

from robo_trader.core.domain.discrepancies import Discrepancy, DiscrepancyKind
from robo_trader.core.domain.money import ZERO, round_money

FURTHEST = Decimal("0.2")  # of the last price: what is further away is not what these shares were traded at
POSITION_KINDS = frozenset({
    DiscrepancyKind.POSITION_MISSING, DiscrepancyKind.POSITION_EXTRA, DiscrepancyKind.POSITION_QUANTITY,
    DiscrepancyKind.POSITION_SIDE, DiscrepancyKind.UNKNOWN_SYMBOL,
})  # fmt: skip
_CASH_KINDS = frozenset({DiscrepancyKind.CASH_BELOW_THRESHOLD, DiscrepancyKind.CASH_ABOVE_THRESHOLD})


def shares_adopted(one: Discrepancy) -> Decimal:
    """Return the signed shares that the broker has beyond ours, by a discrepancy of POSITION_KINDS."""
    return Decimal(one.theirs) - Decimal(one.ours)


def cash_difference(shown: Iterable[Discrepancy]) -> Decimal:
    """Return the dollars that the broker has beyond ours, 0 where nothing shows that cash differs."""
    return sum((Decimal(one.theirs) - Decimal(one.ours) for one in shown if one.kind in _CASH_KINDS), ZERO)


def adopted_price(change: Decimal, cash: Decimal, last: Decimal | None) -> Decimal | None:
    """Return dollars a share for `change` signed shares; None where no price is known.

    A trade that nobody told of is missing from cash as well, so what cash differs by tells its price, commission
    included. Where that is not near the last price, cash differs for other reasons, and the last price counts.
    """
    if last is None:
        return None
    told = round_money(-cash / change)
    return told if abs(told - last) <= FURTHEST * last else last
