"""What the broker says a symbol is: which contract, and the steps its prices may stand on."""

from decimal import Decimal

from msgspec import Struct

from robo_trader.core.domain.instruments import Symbol

STOCK, DOLLARS = "STK", "USD"


class PriceBand(Struct, frozen=True, kw_only=True, gc=False):
    """From a price on, dollars a share, prices stand on multiples of a step."""

    begins: Decimal
    step: Decimal


RULE_612 = (  # SEC, of US stocks; where the broker has told nothing of a contract
    PriceBand(begins=Decimal(0), step=Decimal("0.0001")),
    PriceBand(begins=Decimal(1), step=Decimal("0.01")),
)


class StatedContract(Struct, frozen=True, kw_only=True, gc=False):
    """A contract as the broker knows it."""

    con_id: int  # the broker's name for it, for good
    kind: str  # STK for a stock
    currency: str
    bands: tuple[PriceBand, ...]  # by their beginning; at least one


class ContractReported(Struct, frozen=True, kw_only=True, gc=False):
    """Which contracts a symbol names at the broker: one, or it is not known what is traded."""

    symbol: Symbol
    found: tuple[StatedContract, ...]
    occurred_at: int
