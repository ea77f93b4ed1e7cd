"""What companies do to those who hold their shares."""

from dataclasses import dataclass
from decimal import Decimal

from robo_trader.core.domain.instruments import Symbol


@dataclass(frozen=True, slots=True, kw_only=True)
class Dividend:
    """Paid on the day the share first trades without it (ex-date), to those who held it at the close before."""

    symbol: Symbol
    amount: Decimal  # dollars a share, above 0; a short position pays it
