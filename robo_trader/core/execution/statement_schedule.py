"""When a broker is to be asked for a statement, and about what."""

from dataclasses import dataclass

from msgspec import Struct

from robo_trader.core.domain.statements import StatementPart

_SECOND = 1_000_000_000
EVERYTHING = (StatementPart.POSITIONS, StatementPart.ORDERS)


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementSchedule:
    """How long a part may go without being looked at, in nanoseconds."""

    positions_every: int = 60 * _SECOND
    orders_every: int = 30 * _SECOND


class LastAsked(Struct, frozen=True, kw_only=True, gc=False):
    """When each part was last asked for; None: never on this connection, as at the start and after a reconnect."""

    positions_at: int | None = None
    orders_at: int | None = None

    def note(self, parts: tuple[StatementPart, ...], now: int) -> "LastAsked":
        """Return it after parts were asked for."""
        return LastAsked(
            positions_at=now if StatementPart.POSITIONS in parts else self.positions_at,
            orders_at=now if StatementPart.ORDERS in parts else self.orders_at,
        )


def due_parts(
    schedule: StatementSchedule, last: LastAsked, now: int, *, session_opens: bool
) -> tuple[StatementPart, ...]:
    """Return what to ask for now: all at the start, after a reconnect and as a session opens, else what is due."""
    if session_opens or (last.positions_at is None and last.orders_at is None):
        return EVERYTHING
    parts = []
    if last.positions_at is None or now - last.positions_at >= schedule.positions_every:
        parts.append(StatementPart.POSITIONS)
    if last.orders_at is None or now - last.orders_at >= schedule.orders_every:
        parts.append(StatementPart.ORDERS)
    return tuple(parts)
