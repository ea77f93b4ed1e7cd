"""What happens where strategies of one account want opposite positions in a symbol.

- net: both have their way. One order goes out for the sum; what one buys of the other never reaches the market.
- priority: the one that is named first has its way, and the other wants nothing of the symbol.
- stand aside: nobody wants anything of the symbol, until one changes its mind.
"""

from collections.abc import Sequence
from decimal import Decimal
from enum import Enum

from msgspec import Struct


class Conflicts(Enum):
    """The policies there are."""

    NET = "net"
    PRIORITY = "priority"
    STAND_ASIDE = "stand_aside"


class Ruling(Struct, frozen=True, gc=False):
    """Whether a new target stands, and who else must want nothing any more, by their places."""

    stands: bool
    leaving: tuple[int, ...] = ()


STANDS = Ruling(stands=True)


def rule_on(policy: Conflicts, place: int, quantity: Decimal, targets: Sequence[Decimal]) -> Ruling:
    """Return what follows from a strategy's new target.

    place: of the strategy among all, the first coming first. quantity: signed shares it wants; targets: what all want
    so far, its own earlier one included.
    """
    if policy is Conflicts.NET:
        return STANDS
    against = [n for n, target in enumerate(targets) if n != place and target * quantity < 0]
    if not against:
        return STANDS
    if policy is Conflicts.STAND_ASIDE:
        return Ruling(stands=False, leaving=tuple(against))
    return Ruling(stands=False) if against[0] < place else Ruling(stands=True, leaving=tuple(against))
