"""Tax lots: shares of one symbol that were opened together, and what closing them earned.

Two amounts make a lot. `value` is what its shares cost when bought, commission included, or brought when sold short,
commission taken off. `deferred` is loss that a wash sale moved here: it counts as cost when the lot closes.
"""

from datetime import date, timedelta
from decimal import Decimal
from enum import Enum

from msgspec import Struct
from msgspec.structs import replace

from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.domain.money import ZERO, round_money


class DatedExecution(Struct, frozen=True, kw_only=True, gc=False):
    """Shares that came or went at one price, on a trade date in New York."""

    execution_id: str
    opened_by: str  # the order; shares that one order brought were bought together
    symbol: Symbol
    quantity: Decimal  # signed shares: above 0 they came
    price: Decimal  # dollars a share
    commission: Decimal  # dollars
    on: date


class ShareSplit(Struct, frozen=True, kw_only=True, gc=False):
    """Every `old` shares became `new` ones before the first trade of a day."""

    symbol: Symbol
    new: int
    old: int
    on: date


class Term(Enum):
    """How long closed shares were held: a year or less, or more."""

    SHORT = "short"
    LONG = "long"


class TaxLot(Struct, frozen=True, kw_only=True, gc=False):
    """Open shares with one history. Parts of what one execution opened share its `lot_id`."""

    lot_id: str  # of the execution that opened it
    opened_by: str
    symbol: Symbol
    quantity: Decimal  # signed: below 0 they were sold short
    opened_on: date
    held_since: date  # earlier than `opened_on` by what a wash sale's shares were held
    value: Decimal  # dollars, paid or received
    deferred: Decimal = ZERO  # dollars of loss moved here, 0 or above
    is_replacement: bool = False  # its shares already stand for others that were sold at a loss

    @property
    def basis(self) -> Decimal:
        """Signed cost in dollars, as a position's: below 0 for shares sold short."""
        return (self.value if self.quantity > 0 else -self.value) + self.deferred


class RealisedGain(Struct, frozen=True, kw_only=True, gc=False):
    """Shares of one lot that one execution closed. Dollars."""

    symbol: Symbol
    quantity: Decimal  # above 0
    is_short: bool  # a short sale that was bought back
    lot_id: str
    closing_id: str  # the execution that closed it
    opened_on: date
    held_since: date
    closed_on: date
    proceeds: Decimal  # commission taken off
    cost: Decimal  # commission and deferred losses included
    term: Term
    disallowed: Decimal = ZERO  # of the loss, moved to replacement lots by the wash-sale rule; 0 or above

    @property
    def gain(self) -> Decimal:
        """What counts now: below 0 is a loss."""
        return self.proceeds - self.cost + self.disallowed

    @property
    def acquired_on(self) -> date:
        """When the shares were bought that were sold, or delivered to end a short sale."""
        return self.closed_on if self.is_short else self.opened_on


def long_term_from(held_since: date) -> date:
    """Return the first day on which a sale is long term.

    Counting begins the day after the shares came and includes the day they go, and a year must be exceeded: so it is
    the same date a year after that first counted day, or 1 March where that year has no 29 February.
    Source: IRS Publication 550, holding period; Revenue Ruling 66-7 for the ends of months.
    """
    first = held_since + timedelta(days=1)
    if (first.month, first.day) == (2, 29):
        return date(first.year + 1, 3, 1)
    return first.replace(year=first.year + 1)


def term_of(held_since: date, closed_on: date) -> Term:
    """Return the term of shares held since one day and sold on another."""
    return Term.LONG if closed_on >= long_term_from(held_since) else Term.SHORT


def part_of(amount: Decimal, quantity: Decimal, whole: Decimal) -> Decimal:
    """Return what `quantity` of `whole` shares have of an amount, rounded; all of it exactly where they are all."""
    return amount if quantity == whole else round_money(amount * quantity / whole)


def divided(lot: TaxLot, shares: Decimal) -> tuple[TaxLot, TaxLot | None]:
    """Return `shares` (above 0) of a lot, and the rest of it: together exactly the lot."""
    whole = abs(lot.quantity)
    assert 0 < shares <= whole, (shares, lot)
    if shares == whole:
        return lot, None
    taken = replace(
        lot,
        quantity=shares if lot.quantity > 0 else -shares,
        value=part_of(lot.value, shares, whole),
        deferred=part_of(lot.deferred, shares, whole),
    )
    rest = replace(
        lot,
        quantity=lot.quantity - taken.quantity,
        value=lot.value - taken.value,
        deferred=lot.deferred - taken.deferred,
    )
    return taken, rest
