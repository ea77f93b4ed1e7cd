"""What the projections say that the hub does not know yet. Runs in a reader's thread; touches no hub."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from robo_trader.core.ports.projections import (
    BarRow,
    EquityRow,
    FillRow,
    OrderRow,
    PositionRow,
    Projections,
    SessionRow,
    ViolationRow,
)
from robo_trader.web.hub import HubLimits

Changed = TypeVar("Changed", OrderRow, FillRow, PositionRow, EquityRow, BarRow, ViolationRow)


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """Everything changed up to a journal sequence, and not before: a consistent cut."""

    upto: int
    session: SessionRow
    positions: Sequence[PositionRow]
    orders: Sequence[OrderRow]
    fills: Sequence[FillRow]
    equity: Sequence[EquityRow]
    violations: Sequence[ViolationRow]
    equity_is_whole: bool  # whether `equity` begins at the start of the journal


def read_news(projections: Projections, *, after: int, upto: int, limits: HubLimits) -> News:
    """Return what journal sequences above `after`, up to `upto`, have changed.

    At first (`after` 0) no more is read than the rings can hold; but all orders, because an old one may
    still be working.
    """
    first = after == 0
    equity = projections.equity(after=after, limit=limits.rings["equity"] if first else None)
    fills = projections.fills(after=after, limit=limits.rings["fills"] if first else None)
    violations = projections.violations(after=after, limit=limits.rings["violations"] if first else None)
    return News(
        upto=upto,
        session=projections.session(),
        positions=_until(upto, projections.positions(after=after)),
        orders=_until(upto, projections.orders(after=after)),
        fills=_until(upto, fills),
        equity=_until(upto, equity),
        violations=_until(upto, violations),
        equity_is_whole=first and len(equity) < limits.rings["equity"],
    )


def read_bars(
    projections: Projections, *, after: Mapping[str, int], upto: int, limit: int
) -> dict[str, Sequence[BarRow]]:
    """Return the bars of each symbol above its own sequence in `after`; of a new one (0) the newest `limit`."""
    return {
        symbol: _until(upto, projections.bars(symbol, after=seq, limit=None if seq else limit))
        for symbol, seq in after.items()
    }


def _until(upto: int, rows: Iterable[Changed]) -> list[Changed]:
    """Drop what was committed while we read: the next look takes it, with all that belongs to it."""
    return [row for row in rows if row.seq <= upto]
