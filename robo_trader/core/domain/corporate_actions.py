"""What companies do to those who hold their shares.

An action takes effect before the first trade of its ex-date's session: it is an input event that comes after all of the
session before, and before anything of its own. Several of one symbol on one day come in the order they stand in here.
"""

from decimal import Decimal

from msgspec import Struct

from robo_trader.core.domain.instruments import Symbol


class Dividend(Struct, frozen=True, kw_only=True, gc=False):
    """Paid on the day the share first trades without it (ex-date), to those who held it at the close before."""

    symbol: Symbol
    amount: Decimal  # dollars a share, above 0; a short position pays it


class StockSplit(Struct, frozen=True, kw_only=True, gc=False, tag=True):
    """Every `old` shares become `new` ones: 7 and 1, or 1 and 10 for a reverse split. Parts of a share are paid out."""

    symbol: Symbol
    new: int
    old: int
    ex_date: str  # ISO
    occurred_at: int  # the open of that session


class CashDividend(Struct, frozen=True, kw_only=True, gc=False, tag=True):
    """Cash for every share held at the close before; of a split on the same day, for every new share."""

    symbol: Symbol
    amount: Decimal  # dollars a share, above 0; a short position pays it
    ex_date: str
    occurred_at: int
    is_special: bool = False  # not one of the regular ones


class SymbolChange(Struct, frozen=True, kw_only=True, gc=False, tag=True):
    """The shares go on under another name."""

    symbol: Symbol
    new_symbol: Symbol
    ex_date: str
    occurred_at: int


class Delisting(Struct, frozen=True, kw_only=True, gc=False, tag=True):
    """The shares do not trade any more; what is held is paid out at a price, or worth nothing."""

    symbol: Symbol
    price: Decimal  # dollars a share, 0 for nothing
    ex_date: str
    occurred_at: int


CorporateAction = StockSplit | CashDividend | SymbolChange | Delisting
CORPORATE_ACTIONS: tuple[type[CorporateAction], ...] = CorporateAction.__args__
