"""What may be read about a session by those who only watch: the command line and the web.

Rows carry `seq`, the journal sequence that last changed them, so that a watcher can ask for what is new.
Money and quantities are Decimal; times are UTC nanoseconds.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionRow:
    """What this journal is about, and how far it has come."""

    account: str
    mode: str  # "PAPER" or "LIVE"
    broker: str
    bar_size: str
    strategy: str
    feeds: dict[str, str]  # symbol -> name of the feed that serves it
    opening_cash: Decimal
    trading_state: str
    last_seq: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRow:
    """An order as it is now."""

    seq: int
    order_id: int
    symbol: str
    side: str
    order_type: str
    time_in_force: str
    quantity: Decimal
    filled: Decimal
    limit_price: Decimal | None
    average_price: Decimal | None
    commission: Decimal
    status: str
    reason: str
    strategy: str
    signal_id: str
    created_at: int
    updated_at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FillRow:
    """One execution as booked."""

    seq: int
    execution_id: str
    order_id: int
    signal_id: str
    symbol: str
    side: str
    quantity: Decimal
    price: Decimal
    commission: Decimal
    realised: Decimal
    occurred_at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PositionRow:
    """One symbol's position at the last mark; quantity 0 once it is closed."""

    seq: int
    symbol: str
    quantity: Decimal
    cost: Decimal
    mark_price: Decimal
    market_value: Decimal
    unrealised: Decimal
    realised: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class EquityRow:
    """The account at the end of one slice."""

    seq: int
    as_of: int
    session: str
    equity: Decimal
    cash: Decimal
    reserved: Decimal
    gross_exposure: Decimal
    realised: Decimal
    commission: Decimal
    drawdown: float


@dataclass(frozen=True, slots=True, kw_only=True)
class BarRow:
    """One sound bar as the engine saw it."""

    seq: int
    symbol: str
    started_at: int
    ended_at: int
    open: float
    high: float
    low: float
    close: float
    volume: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ViolationRow:
    """One control that refused one intent."""

    seq: int
    occurred_at: int
    symbol: str
    side: str
    quantity: Decimal
    control: str
    limit: Decimal
    value: Decimal
    unit: str
    context: str
    signal_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscrepancyRow:
    """One difference between our books and the broker's; `resolved_at` is None while it stands."""

    seq: int
    discrepancy_id: int
    kind: str
    subject: str
    symbol: str | None
    ours: str
    theirs: str
    unit: str
    severity: str
    decision: str
    found_at: int
    resolved_at: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockRow:
    """Why no order may leave in a symbol; `released_at` is None while the cause stands."""

    seq: int
    symbol: str
    cause: str
    control: str
    reason: str
    since: int
    released_at: int | None


class Projections(Protocol):
    """Views of one journal, read without disturbing whoever writes it.

    `after` asks for rows changed by journal sequences above it; `limit` for the newest so many of them.
    Rows come oldest change first. Raises JournalError if the database cannot be read.
    """

    def last_seq(self) -> int:
        """Return the newest journal sequence, 0 for an empty journal. Cheap: meant to be polled."""
        ...

    def session(self) -> SessionRow:
        """Return what the journal is about."""
        ...

    def orders(self, *, after: int = 0, limit: int | None = None) -> Sequence[OrderRow]:
        """Return orders, working and ended."""
        ...

    def fills(self, *, after: int = 0, limit: int | None = None) -> Sequence[FillRow]:
        """Return fills."""
        ...

    def positions(self, *, after: int = 0) -> Sequence[PositionRow]:
        """Return positions, closed ones (quantity 0) included."""
        ...

    def equity(self, *, after: int = 0, limit: int | None = None) -> Sequence[EquityRow]:
        """Return the equity curve."""
        ...

    def bars(self, symbol: str, *, after: int = 0, limit: int | None = None) -> Sequence[BarRow]:
        """Return the bars of one symbol."""
        ...

    def violations(self, *, after: int = 0, limit: int | None = None) -> Sequence[ViolationRow]:
        """Return refusals."""
        ...

    def discrepancies(self, *, after: int = 0, limit: int | None = None) -> Sequence[DiscrepancyRow]:
        """Return where the broker had it otherwise, resolved or not."""
        ...

    def blocks(self, *, after: int = 0) -> Sequence[BlockRow]:
        """Return causes for blocking a symbol, lifted ones included."""
        ...

    def close(self) -> None:
        """Let go of the database."""
        ...
