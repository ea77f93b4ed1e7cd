"""Shares of the account, divided among the strategies that share it."""

from decimal import Decimal

from msgspec import Struct

from robo_trader.core.domain.instruments import Symbol


class Allotment(Struct, frozen=True, kw_only=True, gc=False):
    """The part of a trade that one strategy's sub-account takes."""

    strategy: str  # the sleeve's name
    quantity: Decimal  # signed shares: above 0 they came
    commission: Decimal  # dollars


class CashAllotment(Struct, frozen=True, kw_only=True, gc=False):
    """The part of cash that moved without a trade which is one strategy's."""

    strategy: str  # the sleeve's name
    amount: Decimal  # dollars, below 0 if it pays


class SharesCrossed(Struct, frozen=True, kw_only=True, gc=False):
    """Strategies that share the account wanted opposite trades, which were settled between them: nothing was sent.

    The parts sum to no shares at all; nobody pays a commission.
    """

    symbol: Symbol
    price: Decimal  # the last one, dollars a share
    allotments: tuple[Allotment, ...]
    occurred_at: int
