"""From events to rows: what each projection holds after a batch."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from typing import Any

import msgspec
from sqlalchemy import Table

from robo_trader.adapters.storage import decision_rows, schema
from robo_trader.core.domain.action_events import CorporateActionApplied
from robo_trader.core.domain.allotments import SharesCrossed
from robo_trader.core.domain.bars import Bar
from robo_trader.core.domain.commands import Command
from robo_trader.core.domain.discrepancies import (
    Block,
    Discrepancy,
    DiscrepancyFound,
    DiscrepancyResolved,
    SymbolBlocked,
    SymbolReleased,
)
from robo_trader.core.domain.events import (
    AccountMarked,
    BarRejected,
    Event,
    FillBooked,
    FillRestated,
    OrderDenied,
    OrderUpdated,
    SessionStarted,
    SignalEmitted,
    SliceClosed,
    TargetSet,
    TradingStateChanged,
)
from robo_trader.core.domain.money import ZERO
from robo_trader.core.domain.outcomes import SignalSettled
from robo_trader.core.domain.positions import Position, TradingState
from robo_trader.core.domain.warm_up import HistoryShown

Row = dict[str, Any]
Rows = dict[Table, list[Row]]
Record = tuple[int, Event | Command]  # journal sequence, and what is stored under it


def project(records: Iterable[Record], account: str) -> Rows:
    """Return the rows to be put into each table, in order; a later row replaces an earlier one of its key."""
    records = list(records)
    # As many of equal bars are left out as were refused: which of them does not matter, for they make equal rows.
    refused = Counter(_bar_key(record.bar) for _, record in records if isinstance(record, BarRejected))
    rows: Rows = defaultdict(list)
    for seq, record in records:
        if isinstance(record, (SliceClosed, HistoryShown)):
            rows[schema.bars].extend(_bar(seq, bar) for bar in _sound(record.slice.bars, refused))
        elif isinstance(record, TradingStateChanged):
            rows[schema.trading_state].append(_state(seq, account, record.after))
            rows[schema.state_changes].append(decision_rows.state_change_row(seq, record))
        elif (projection := _PROJECTIONS.get(type(record))) is not None:
            projection(rows, seq, record)
    return {table: found for table, found in rows.items() if found}


def _sound(bars: Iterable[Bar], refused: Counter[bytes]) -> Iterator[Bar]:
    for bar in bars:
        if refused and refused[key := _bar_key(bar)]:
            refused[key] -= 1
        else:
            yield bar


def _bar_key(bar: Bar) -> bytes:
    """Return what two bars have in common that are the same: also where they hold what is no number."""
    return msgspec.msgpack.encode(bar)


def _on_start(rows: Rows, seq: int, event: SessionStarted) -> None:
    rows[schema.trading_state].append(_state(seq, event.account, TradingState.ACTIVE))


def _on_order(rows: Rows, seq: int, event: OrderUpdated) -> None:
    order, intent = event.order, event.order.intent
    rows[schema.order_moves].append(decision_rows.move_row(seq, order))
    rows[schema.orders].append({
        "order_id": order.order_id, "seq": seq, "symbol": intent.symbol, "side": intent.side.value,
        "order_type": intent.order_type.value, "time_in_force": intent.time_in_force.value,
        "quantity": intent.quantity, "filled": order.filled, "limit_price": intent.limit_price,
        "average_price": order.average_price, "commission": order.commission, "status": order.status.value,
        "reason": order.reason, "strategy": intent.strategy, "signal_id": intent.signal_id,
        "created_at": order.created_at, "updated_at": order.updated_at,
    })  # fmt: skip


def _on_fill(rows: Rows, seq: int, event: FillBooked | FillRestated) -> None:
    fill = event.fill
    rows[schema.fills].append({
        "execution_id": fill.execution_id, "seq": seq, "order_id": fill.order_id, "signal_id": fill.signal_id,
        "symbol": fill.symbol, "side": fill.side.value, "quantity": fill.quantity, "price": fill.price,
        "commission": fill.commission, "realised": event.realised, "occurred_at": fill.occurred_at,
    })  # fmt: skip
    rows[schema.positions].append(_position(seq, event.position, fill.price))
    rows[schema.allotments].extend(decision_rows.allotment_rows(seq, event))


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


def _on_signal(rows: Rows, seq: int, event: SignalEmitted) -> None:
    rows[schema.signals].append(decision_rows.signal_row(seq, event.signal))


def _on_target(rows: Rows, seq: int, event: TargetSet) -> None:
    rows[schema.targets].append(decision_rows.target_row(seq, event))


def _on_action(rows: Rows, seq: int, event: CorporateActionApplied) -> None:
    if not (event.position.quantity or event.position.realised or event.paid):
        return  # never held
    if event.action.symbol != event.position.symbol:
        left = Position(symbol=event.action.symbol, quantity=ZERO, cost=ZERO, realised=ZERO)
        rows[schema.positions].append(_position(seq, left, event.price))
    rows[schema.positions].append(_position(seq, event.position, event.price))


def _on_outcome(rows: Rows, seq: int, event: SignalSettled) -> None:
    rows[schema.outcomes].append(decision_rows.outcome_row(seq, event))


def _on_crossing(rows: Rows, seq: int, event: SharesCrossed) -> None:
    rows[schema.allotments].extend(decision_rows.allotment_rows(seq, event))


def _on_refused_bar(rows: Rows, seq: int, event: BarRejected) -> None:
    rows[schema.rejected_bars].append(decision_rows.rejected_bar_row(seq, event))


def _on_discrepancy(rows: Rows, seq: int, event: DiscrepancyFound) -> None:
    row = _discrepancy(seq, event.discrepancy_id, event.discrepancy, event.occurred_at)
    rows[schema.discrepancies].append(row)


def _on_resolution(rows: Rows, seq: int, event: DiscrepancyResolved) -> None:
    row = _discrepancy(seq, event.discrepancy_id, event.discrepancy, event.found_at)
    rows[schema.discrepancies].append({**row, "resolved_at": event.occurred_at})


def _on_block(rows: Rows, seq: int, event: SymbolBlocked) -> None:
    rows[schema.blocks].append(_block(seq, event.block, None))


def _on_release(rows: Rows, seq: int, event: SymbolReleased) -> None:
    rows[schema.blocks].append(_block(seq, event.block, event.occurred_at))


_PROJECTIONS: dict[type, Callable[[Rows, int, Any], None]] = {
    SessionStarted: _on_start,
    OrderUpdated: _on_order,
    FillBooked: _on_fill,
    FillRestated: _on_fill,
    OrderDenied: _on_denial,
    AccountMarked: _on_mark,
    SignalEmitted: _on_signal,
    TargetSet: _on_target,
    SignalSettled: _on_outcome,
    SharesCrossed: _on_crossing,
    BarRejected: _on_refused_bar,
    DiscrepancyFound: _on_discrepancy,
    DiscrepancyResolved: _on_resolution,
    SymbolBlocked: _on_block,
    SymbolReleased: _on_release,
    CorporateActionApplied: _on_action,
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


def _discrepancy(seq: int, discrepancy_id: int, one: Discrepancy, found_at: int) -> Row:
    return {
        "discrepancy_id": discrepancy_id, "seq": seq, "kind": one.kind.value, "subject": one.subject,
        "symbol": one.symbol, "ours": one.ours, "theirs": one.theirs, "unit": one.unit,
        "severity": one.severity.value, "decision": one.decision.value, "found_at": found_at, "resolved_at": None,
    }  # fmt: skip


def _block(seq: int, block: Block, released_at: int | None) -> Row:
    return {
        "symbol": block.symbol, "cause": block.cause, "seq": seq, "control": block.control.value,
        "reason": block.reason, "since": block.since, "released_at": released_at,
    }  # fmt: skip
