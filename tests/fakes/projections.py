"""Projections in memory: rows are added as an engine would change them, and read as the port promises.

Safe for a writer in one thread and readers in others. `damaged` makes every read fail, as a journal that has
been moved away does.
"""

import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Protocol, TypeVar

from robo_trader.core.domain.errors import JournalDamaged
from robo_trader.core.ports.projections import (
    BarRow,
    BlockRow,
    DiscrepancyRow,
    EquityRow,
    FillRow,
    OrderRow,
    PositionRow,
    SessionRow,
    ViolationRow,
)

NANOS_PER_MINUTE = 60_000_000_000
FIRST_BAR_STARTS_AT = 1_700_000_000_000_000_000


class HasSeq(Protocol):
    @property
    def seq(self) -> int: ...


Row = TypeVar("Row", bound=HasSeq)


def a_session(*, account: str = "DU100", symbols: Sequence[str] = ("SPY", "QQQ")) -> SessionRow:
    return SessionRow(
        account=account,
        mode="PAPER",
        broker="simulated",
        bar_size="1 min",
        strategy="momentum",
        feeds=dict.fromkeys(symbols, "synthetic"),
        opening_cash=Decimal(100_000),
        trading_state="ACTIVE",
        last_seq=0,
    )


@dataclass
class FakeProjections:
    """What an engine has stored so far. Every `add_…` is one journal sequence."""

    stored_session: SessionRow = field(default_factory=a_session)
    damaged: bool = False
    closed: int = 0
    _seq: int = 0
    _orders: dict[int, OrderRow] = field(default_factory=dict)
    _positions: dict[str, PositionRow] = field(default_factory=dict)
    _fills: list[FillRow] = field(default_factory=list)
    _equity: list[EquityRow] = field(default_factory=list)
    _bars: list[BarRow] = field(default_factory=list)
    _violations: list[ViolationRow] = field(default_factory=list)
    _lock: threading.RLock = field(default_factory=threading.RLock)

    # ---- the port ---------------------------------------------------------------------------

    def last_seq(self) -> int:
        self._check()
        return self._seq

    def session(self) -> SessionRow:
        self._check()
        return replace(self.stored_session, last_seq=self._seq)

    def orders(self, *, after: int = 0, limit: int | None = None) -> Sequence[OrderRow]:
        return self._select(self._orders.values(), after, limit)

    def fills(self, *, after: int = 0, limit: int | None = None) -> Sequence[FillRow]:
        return self._select(self._fills, after, limit)

    def positions(self, *, after: int = 0) -> Sequence[PositionRow]:
        return self._select(self._positions.values(), after, None)

    def equity(self, *, after: int = 0, limit: int | None = None) -> Sequence[EquityRow]:
        return self._select(self._equity, after, limit)

    def bars(self, symbol: str, *, after: int = 0, limit: int | None = None) -> Sequence[BarRow]:
        with self._lock:
            own = [bar for bar in self._bars if bar.symbol == symbol]
        return self._select(own, after, limit)

    def violations(self, *, after: int = 0, limit: int | None = None) -> Sequence[ViolationRow]:
        return self._select(self._violations, after, limit)

    def discrepancies(self, *, after: int = 0, limit: int | None = None) -> Sequence[DiscrepancyRow]:  # noqa: ARG002
        self._check()
        return []

    def blocks(self, *, after: int = 0) -> Sequence[BlockRow]:  # noqa: ARG002
        self._check()
        return []

    def close(self) -> None:
        self.closed += 1

    def _check(self) -> None:
        if self.damaged:
            raise JournalDamaged("the journal has gone")

    def _select(self, rows: Iterable[Row], after: int, limit: int | None) -> list[Row]:
        self._check()
        with self._lock:
            found = sorted((row for row in rows if row.seq > after), key=lambda row: row.seq)
        return found if limit is None else found[max(0, len(found) - limit) :]

    # ---- the engine -------------------------------------------------------------------------

    def add_bar(self, symbol: str = "SPY", *, close: float = 100.0) -> BarRow:
        with self._lock:
            self._seq += 1
            count = sum(1 for bar in self._bars if bar.symbol == symbol)
            start = FIRST_BAR_STARTS_AT + count * NANOS_PER_MINUTE
            bar = BarRow(
                seq=self._seq,
                symbol=symbol,
                started_at=start,
                ended_at=start + NANOS_PER_MINUTE,
                open=100.0,
                high=max(100.0, close),
                low=min(100.0, close),
                close=close,
                volume=1000.0,
            )
            self._bars.append(bar)
            return bar

    def add_equity(self, equity: str = "100000", *, session: str = "2024-01-02", drawdown: float = 0.0) -> EquityRow:
        with self._lock:
            self._seq += 1
            point = EquityRow(
                seq=self._seq,
                as_of=FIRST_BAR_STARTS_AT + (len(self._equity) + 1) * NANOS_PER_MINUTE,
                session=session,
                equity=Decimal(equity),
                cash=Decimal(50_000),
                reserved=Decimal(0),
                gross_exposure=Decimal(50_000),
                realised=Decimal(0),
                commission=Decimal(1),
                drawdown=drawdown,
            )
            self._equity.append(point)
            return point

    def set_position(self, symbol: str = "SPY", quantity: int = 10) -> PositionRow:
        with self._lock:
            self._seq += 1
            value = Decimal(quantity) * 100
            position = PositionRow(
                seq=self._seq,
                symbol=symbol,
                quantity=Decimal(quantity),
                cost=value,
                mark_price=Decimal(100),
                market_value=value,
                unrealised=Decimal(0),
                realised=Decimal(0),
            )
            self._positions[symbol] = position
            return position

    def set_order(self, order_id: int = 1, status: str = "WORKING", symbol: str = "SPY") -> OrderRow:
        with self._lock:
            self._seq += 1
            order = OrderRow(
                seq=self._seq,
                order_id=order_id,
                symbol=symbol,
                side="BUY",
                order_type="LIMIT",
                time_in_force="DAY",
                quantity=Decimal(10),
                filled=Decimal(10 if status == "FILLED" else 0),
                limit_price=Decimal("100.25"),
                average_price=None,
                commission=Decimal(0),
                status=status,
                reason="",
                strategy="momentum",
                signal_id="signal-1",
                created_at=FIRST_BAR_STARTS_AT,
                updated_at=FIRST_BAR_STARTS_AT + self._seq,
            )
            self._orders[order_id] = order
            return order

    def add_fill(self, order_id: int = 1, symbol: str = "SPY", price: str = "100.25") -> FillRow:
        with self._lock:
            self._seq += 1
            fill = FillRow(
                seq=self._seq,
                execution_id=f"execution-{self._seq}",
                order_id=order_id,
                signal_id="signal-1",
                symbol=symbol,
                side="BUY",
                quantity=Decimal(10),
                price=Decimal(price),
                commission=Decimal("0.35"),
                realised=Decimal(0),
                occurred_at=FIRST_BAR_STARTS_AT,
            )
            self._fills.append(fill)
            return fill

    def add_violation(self, control: str = "MAX_POSITION") -> ViolationRow:
        with self._lock:
            self._seq += 1
            violation = ViolationRow(
                seq=self._seq,
                occurred_at=FIRST_BAR_STARTS_AT,
                symbol="SPY",
                side="BUY",
                quantity=Decimal(10),
                control=control,
                limit=Decimal(5),
                value=Decimal(10),
                unit="shares",
                context="",
                signal_id="signal-1",
            )
            self._violations.append(violation)
            return violation

    def begin_again(self, account: str = "DU100") -> None:
        """Become another journal, as when a new session is started in the same place."""
        with self._lock:
            self._seq = 0
            self.stored_session = a_session(account=account)
            self._orders.clear()
            self._positions.clear()
            for rows in (self._fills, self._equity, self._bars, self._violations):
                rows.clear()
