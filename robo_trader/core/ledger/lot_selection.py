"""Which lots a sale closes: the choice is the taxpayer's, and first in, first out where none was made."""

from collections.abc import Sequence
from decimal import Decimal
from enum import Enum

from msgspec import Struct

from robo_trader.core.domain.errors import InvalidConfig
from robo_trader.core.domain.money import ZERO
from robo_trader.core.ledger.tax_lots import TaxLot


class LotMethod(Enum):
    """How lots are chosen; the value is how it is written."""

    FIFO = "fifo"
    LIFO = "lifo"
    HIGHEST_COST = "highest-cost"
    SPECIFIC = "specific"


class LotChoice(Struct, frozen=True, kw_only=True, gc=False):
    """Shares of one lot that a sale is to close."""

    lot_id: str
    quantity: Decimal  # above 0


Picked = list[tuple[TaxLot, Decimal]]  # lots and how many of their shares close, above 0


def pick(method: LotMethod, lots: Sequence[TaxLot], shares: Decimal) -> Picked:
    """Return what closes of `lots`, which stand in the order they were opened in and hold `shares` or more.

    Without a choice of its own a sale under SPECIFIC closes the first lots (IRS Publication 550, identification).
    """
    if method is LotMethod.LIFO:
        lots = list(reversed(lots))
    elif method is LotMethod.HIGHEST_COST:
        lots = sorted(lots, key=_cost_of_a_share, reverse=True)
    return _taken(lots, shares)


def pick_chosen(choices: Sequence[LotChoice], lots: Sequence[TaxLot], shares: Decimal, *, closing_id: str) -> Picked:
    """Return what closes of `lots` by choice.

    Raises InvalidConfig for a lot that is not open, for more shares than it has, and where the choices do not come to
    `shares`.
    """
    chosen = sum((choice.quantity for choice in choices), ZERO)
    if chosen != shares:
        raise InvalidConfig(
            f"the lots chosen for {closing_id} come to {chosen:f} shares, it closes {shares:f}",
            next_step="Choose lots for all of its shares, or for none: then the first lots are closed.",
        )
    by_lot: dict[str, Decimal] = {}  # a lot that a wash sale divided may be named once for each of its parts
    for choice in choices:
        by_lot[choice.lot_id] = by_lot.get(choice.lot_id, ZERO) + choice.quantity
    picked: Picked = []
    for lot_id, quantity in by_lot.items():
        of_lot = [lot for lot in lots if lot.lot_id == lot_id]
        held = sum((abs(lot.quantity) for lot in of_lot), ZERO)
        if not 0 < quantity <= held:
            raise InvalidConfig(
                f"{closing_id} is to close {quantity:f} shares of lot {lot_id}, which then has {held:f}",
                next_step=f"Open then are: {_named(lots)}.",
            )
        picked += _taken(of_lot, quantity)
    return picked


def _taken(lots: Sequence[TaxLot], shares: Decimal) -> Picked:
    picked: Picked = []
    for lot in lots:
        if not shares:
            break
        quantity = min(abs(lot.quantity), shares)
        picked.append((lot, quantity))
        shares -= quantity
    assert not shares, "more shares close than are open"
    return picked


def _cost_of_a_share(lot: TaxLot) -> Decimal:
    """Dollars; for a short lot the less negative the less it brought, so the first to close gains least too."""
    return lot.basis / abs(lot.quantity)


def _named(lots: Sequence[TaxLot]) -> str:
    return ", ".join(f"{lot.lot_id} ({abs(lot.quantity):f})" for lot in lots) or "none"
