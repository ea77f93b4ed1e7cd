"""The decision ledger, as it may be read by those who ask why: every signal, what it became, and what came of that.

Money and quantities are Decimal, times UTC nanoseconds, quantities of targets signed shares.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from robo_trader.core.ports.order_trail import OrderTrail
from robo_trader.core.ports.projections import BarRow, PositionRow, SessionRow, ViolationRow

PENDING = "PENDING"  # the outcome of a signal that has none yet


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionRow:
    """A signal, its target, and how it ended. What sizing was given is None if there was nothing to size."""

    seq: int
    signal_id: str
    strategy: str
    symbol: str
    strength: float
    reason: str
    as_of: int
    expires_at: int
    target: Decimal
    reference_price: Decimal
    equity: Decimal | None
    capital: float | None  # dollars the strategy sizes by
    sizing_price: float | None
    risk: float | None  # value of the sizer's feature
    sized: float | None  # shares, not rounded
    asked: Decimal | None  # whole shares
    others: Decimal | None  # shares other strategies of the account wanted
    trimmed_by: str | None  # the control whose limit cut what was asked
    limit: Decimal | None  # dollars, of that control
    outcome: str  # a member of Outcome, or PENDING
    held: Decimal | None
    crossed: Decimal | None
    working: Decimal | None
    order_id: int | None
    replaced_by: str | None  # the signal that came first
    settled_at: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AllotmentRow:
    """The part of a trade that one of several strategies took; no execution where it came from another strategy."""

    seq: int
    symbol: str
    strategy: str
    quantity: Decimal  # signed shares
    price: Decimal
    commission: Decimal
    execution_id: str | None
    occurred_at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StateChangeRow:
    """What may be sent changed."""

    seq: int
    occurred_at: int
    before: str
    after: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectedBarRow:
    """A bar that was refused at the boundary."""

    seq: int
    symbol: str
    started_at: int
    ended_at: int
    fault: str


class Decisions(Protocol):
    """One journal's decisions as of one moment, however much is written meanwhile.

    Raises JournalError if the database cannot be read. Sequences come oldest first.
    """

    @property
    def trail(self) -> OrderTrail:
        """What became of the orders."""
        ...

    def session(self) -> SessionRow:
        """Return what the journal is about."""
        ...

    def as_of(self) -> int:
        """Return the end of the last slice: how far the journal has come. 0 before the first."""
        ...

    def warm_up(self) -> dict[str, int]:
        """Return, by symbol, how many bars its features need; empty if the journal does not say."""
        ...

    def recent_names(self) -> Sequence[str]:
        """Return the ids of the newest orders and executions, the broker's own ids of orders among them."""
        ...

    def decision(self, signal_id: str) -> DecisionRow | None:
        """Return a signal and what became of it."""
        ...

    def decisions(self, symbol: str, *, until: int, limit: int) -> Sequence[DecisionRow]:
        """Return the newest signals for a symbol that were known by a time."""
        ...

    def allotments(self, symbol: str) -> Sequence[AllotmentRow]:
        """Return whose shares came and went; empty where one strategy has the account to itself."""
        ...

    def position(self, symbol: str) -> PositionRow | None:
        """Return the position at the last mark."""
        ...

    def denials(self, symbol: str, *, at: int) -> Sequence[ViolationRow]:
        """Return the violations that refused orders for a symbol at a time."""
        ...

    def last_denial(self, signal_id: str, *, until: int) -> Sequence[ViolationRow]:
        """Return the violations of the newest refusal, by a time, of an order that bears a signal's id."""
        ...

    def bar(self, symbol: str, *, until: int) -> BarRow | None:
        """Return the symbol's last sound bar that had ended by a time."""
        ...

    def bars_seen(self, symbol: str, *, until: int) -> int:
        """Return how many sound bars had ended by a time."""
        ...

    def rejected_bar(self, symbol: str, *, until: int) -> RejectedBarRow | None:
        """Return the symbol's last refused bar that had ended by a time."""
        ...

    def state_change(self, *, until: int) -> StateChangeRow | None:
        """Return the last change of the trading state by a time; None while it never changed."""
        ...

    def close(self) -> None:
        """Let go of the database."""
        ...
