"""From events to rows: what each projection holds after a batch."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any

from sqlalchemy import Table

from robo_trader.adapters.storage import schema
from robo_trader.core.domain.bars import Bar
from robo_trader.core.domain.commands import Command
from robo_trader.core.domain.events import (
    AccountMarked,
    BarRejected,
    Event,
    FillBooked,
    OrderDenied,
    OrderUpdated,
    SessionStarted,
    SliceClosed,
    TradingStateChanged,
)
from robo_trader.core.domain.positions import Position, TradingState

Row = dict[str, Any]
Rows = dict[Table, list[Row]]
Record = tuple[int, Event | Command]  # journal sequence, and what is stored under it


def project(records: Iterable[Record], account: str) -> Rows:
    """Return the rows to be put into each table, in order; a later row replaces an earlier one of its key."""
    records = list(records)
    # The engine hands a refused bar on as the very object the slice held, so identity tells it from its duplicate.
    refused = {id(record.bar) for _, record in records if isinstance(record, BarRejected)}
    rows: Rows = defaultdict(list)
    for seq, record in records:
        if isinstance(record, SliceClosed):
            sound = (bar for bar in record.slice.bars if id(bar) not in refused)
            rows[schema.bars].extend(_bar(seq, bar) for bar in sound)
        elif isinstance(record, TradingStateChanged):
            rows[schema.trading_state].append(_state(seq, account, record.after))
        elif (projection := _PROJECTIONS.get(type(record))) is not None:
            projection(rows, seq, record)
    return {table: found for table, found in rows.items() if found}


def _on_start(rows: Rows, seq: int, event: SessionStarted) -> None:
    rows[schema.trading_state].append(_state(seq, event.account, TradingState.ACTIVE))


def _on_order(rows: Rows, seq: int, event: OrderUpdated) -> None:
    order, intent = event.order, event.order.intent
    rows[schema.orders].append({
        "order_id": order.order_id, "seq": seq, "symbol": intent.symbol, "side": intent.side.value,
        "order_type": intent.order_type.value, "time_in_force": intent.time_in_force.value,
        "quantity": intent.quantity, "filled": order.filled, "limit_price": intent.limit_price,
        "average_price": order.average_price, "commission": order.commission, "status": order.status.value,
        "reason": order.reason, "strategy": intent.strategy, "signal_id": intent.signal_id,
        "created_at": order.created_at, "updated_at": order.updated_at,
    })  # fmt: skip


def _on_fill(rows: Rows, seq: int, event: FillBooked) -> None:
    fill = event.fill
    rows[schema.fills].append({
        "execution_id": fill.execution_id, "seq": seq, "order_id": fill.order_id, "signal_id": fill.signal_id,
        "symbol": fill.symbol, "side": fill.side.value, "quantity": fill.quantity, "price": fill.price,
        "commission": fill.commission, "realised": event.realised, "occurred_at": fill.occurred_at,
    })  # fmt: skip
    rows[schema.positions].append(_position(seq, event.position, fill.price))


def _on_denial(rows: Rows, seq: int, event: OrderDenied) -> None:
    intent = event.intent
    rows[schema.violations].extend(
        {
            "seq": seq, "position": position, "occurred_at": event.occurred_at, "symbol": intent.symbol,
            "side": intent.side.value, "quantity": intent.quantity, "control": violation.control.value,
            "limit": violation.limit, "value": violation.value, "unit": violation.unit,
            "context": violation.context, "signal_id": intent.signal_id,
        }
        for position, violation in enumerate(event.violations)
    )  # fmt: skip


def _on_mark(rows: Rows, seq: int, event: AccountMarked) -> None:
    mark = event.mark
    rows[schema.equity].append({
        "as_of": mark.as_of, "seq": seq, "session": mark.session, "equity": mark.equity, "cash": mark.cash,
        "reserved": mark.reserved, "gross_exposure": mark.gross_exposure, "realised": mark.realised,
        "commission": mark.commission, "drawdown": float(mark.drawdown),
    })  # fmt: skip
    marked = zip(event.positions, event.prices, strict=True)
    rows[schema.positions].extend(_position(seq, position, price) for position, price in marked)


_PROJECTIONS: dict[type, Callable[[Rows, int, Any], None]] = {
    SessionStarted: _on_start,
    OrderUpdated: _on_order,
    FillBooked: _on_fill,
    OrderDenied: _on_denial,
    AccountMarked: _on_mark,
}


def _bar(seq: int, bar: Bar) -> Row:
    return {
        "symbol": bar.symbol, "ended_at": bar.ended_at, "started_at": bar.started_at, "seq": seq, "open": bar.open,
        "high": bar.high, "low": bar.low, "close": bar.close, "volume": bar.volume,
    }  # fmt: skip


def _position(seq: int, position: Position, mark_price: Decimal) -> Row:
    return {
        "symbol": position.symbol, "seq": seq, "quantity": position.quantity, "cost": position.cost,
        "mark_price": mark_price, "realised": position.realised,
    }  # fmt: skip


def _state(seq: int, account: str, state: TradingState) -> Row:
    return {"account": account, "seq": seq, "state": state.value}
