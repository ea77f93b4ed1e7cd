"""Wash sales: a loss does not count yet where the same shares are bought within 30 days before or after the sale.

The part of the loss that falls on replaced shares moves to the lot that replaces them, and so does the time they were
held. Every share replaces once; losses are matched in the order they were made, replacements in the order they came.
Source: 26 U.S.C. 1091, 26 CFR 1.1091-1 and -2, IRS Publication 550.

Three points the sources leave to judgement are decided so:
- Shares that the same order brought were bought together: selling some of them at a loss is not undone by keeping the
  others (Revenue Ruling 56-602). Only a purchase by another order replaces them, or one after the sale.
- Shares bought before the sale replace others only if they are still held after it.
- A short sale bought back at a loss is replaced by another short sale, as a bought lot is by another purchase.

One account is looked at, one symbol at a time: purchases elsewhere, and options on the shares, are not seen.
"""

from datetime import date, timedelta
from decimal import Decimal

from msgspec import Struct
from msgspec.structs import replace

from robo_trader.core.ledger.tax_lots import TaxLot, divided, part_of

WINDOW = timedelta(days=30)  # to each side of the sale


class UnreplacedLoss(Struct, frozen=True, kw_only=True, gc=False):
    """Shares sold at a loss for which none were bought so far."""

    number: int  # of the gain it is part of
    opened_by: str
    is_short: bool
    quantity: Decimal  # above 0
    loss: Decimal  # dollars above 0
    closed_on: date
    held: timedelta

    def window_holds(self, lot: TaxLot) -> bool:
        """Return whether a lot's shares may replace these."""
        near = abs(lot.opened_on - self.closed_on) <= WINDOW
        return near and not lot.is_replacement and (lot.quantity < 0) is self.is_short

    def is_held_apart(self, lot: TaxLot) -> bool:
        """Return whether a lot that is still held was bought apart from the shares sold."""
        return lot.opened_by != self.opened_by


class Deferral(Struct, frozen=True, gc=False):
    """What became of a loss and of the lot that replaces its shares."""

    disallowed: Decimal  # dollars, moved to the first of `lots`
    lots: list[TaxLot]  # the replacement, and after it what the lot has more
    rest: UnreplacedLoss | None


def defer(loss: UnreplacedLoss, lot: TaxLot) -> Deferral:
    """Let a lot replace as many shares sold at a loss as it has."""
    shares = min(abs(lot.quantity), loss.quantity)
    disallowed = part_of(loss.loss, shares, loss.quantity)
    part, more = divided(lot, shares)
    replacement = replace(
        part, deferred=part.deferred + disallowed, held_since=part.held_since - loss.held, is_replacement=True
    )
    rest = None
    if shares < loss.quantity:
        rest = replace(loss, quantity=loss.quantity - shares, loss=loss.loss - disallowed)
    return Deferral(disallowed, [replacement] if more is None else [replacement, more], rest)
