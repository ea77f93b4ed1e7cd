"""What companies do to those who hold their shares."""

from decimal import Decimal

from msgspec import Struct

from robo_trader.core.domain.instruments import Symbol


class Dividend(Struct, frozen=True, kw_only=True, gc=False):
    """Paid on the day the share first trades without it (ex-date), to those who held it at the close before."""

    symbol: Symbol
    amount: Decimal  # dollars a share, above 0; a short position pays it
