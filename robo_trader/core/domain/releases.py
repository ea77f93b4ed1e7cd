"""A person asks for a blocked symbol to be traded again, and what became of that."""

from decimal import Decimal

from msgspec import Struct

from robo_trader.core.domain.discrepancies import Block
from robo_trader.core.domain.instruments import Symbol


class ReleaseInstructed(Struct, frozen=True, kw_only=True, gc=False):
    """A person asks for a symbol's blocks to be lifted."""

    symbol: Symbol
    adopts: bool  # whether the broker's shares are right where they differ
    actor: str
    reason: str
    occurred_at: int


class BlocksLifted(Struct, frozen=True, kw_only=True, gc=False):
    """The blocks of a symbol are gone because a person asked for it; each tells of its end as well."""

    symbol: Symbol
    before: tuple[Block, ...]
    shares_before: Decimal  # signed, of the account
    shares_after: Decimal  # others where the broker's were adopted
    actor: str
    reason: str
    occurred_at: int


class ReleaseRefused(Struct, frozen=True, kw_only=True, gc=False):
    """A person's wish to lift the blocks of a symbol changed nothing."""

    instruction: ReleaseInstructed
    reason: str
    occurred_at: int


ReleaseAnswer = BlocksLifted | ReleaseRefused
