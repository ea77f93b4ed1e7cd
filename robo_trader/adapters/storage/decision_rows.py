"""From the events of the decision ledger to the rows of its tables."""

from collections.abc import Iterator
from typing import Any

from robo_trader.core.domain.allotments import SharesCrossed
from robo_trader.core.domain.events import BarRejected, FillBooked, FillRestated, TargetSet, TradingStateChanged
from robo_trader.core.domain.orders import Order
from robo_trader.core.domain.outcomes import SignalSettled
from robo_trader.core.domain.signals import Signal

Row = dict[str, Any]


def signal_row(seq: int, signal: Signal) -> Row:
    """Return the row of `signals`."""
    return {
        "signal_id": signal.signal_id, "seq": seq, "strategy": signal.strategy, "symbol": signal.symbol,
        "strength": signal.strength, "reason": signal.reason, "as_of": signal.as_of, "expires_at": signal.expires_at,
    }  # fmt: skip


def target_row(seq: int, event: TargetSet) -> Row:
    """Return the row of `targets`."""
    target, sizing = event.target, event.sizing
    control = None if sizing is None else sizing.trimmed_by
    return {
        "signal_id": target.signal_id, "seq": seq, "target": target.quantity,
        "reference_price": target.reference_price, "equity": sizing and sizing.equity,
        "capital": sizing and sizing.capital, "sizing_price": sizing and sizing.price, "risk": sizing and sizing.risk,
        "sized": sizing and sizing.sized, "asked": sizing and sizing.asked, "others": sizing and sizing.others,
        "trimmed_by": control and control.value, "limit": sizing and sizing.limit,
    }  # fmt: skip


def outcome_row(seq: int, event: SignalSettled) -> Row:
    """Return the row of `outcomes`; why it was denied stands in `violations`."""
    return {
        "signal_id": event.signal_id, "seq": seq, "outcome": event.outcome.value, "held": event.held,
        "crossed": event.crossed, "working": event.working, "order_id": event.order_id,
        "replaced_by": event.replaced_by, "settled_at": event.occurred_at,
    }  # fmt: skip


def move_row(seq: int, order: Order) -> Row:
    """Return the row of `order_moves`."""
    return {
        "seq": seq, "order_id": order.order_id, "status": order.status.value,
        "cancel_requested": order.cancel_requested, "filled": order.filled, "broker_order_id": order.broker_order_id,
        "reason": order.reason, "occurred_at": order.updated_at,
    }  # fmt: skip


def allotment_rows(seq: int, event: FillBooked | FillRestated | SharesCrossed) -> Iterator[Row]:
    """Yield the rows of `allotments`. What was restated is taken back by rows of its own, and given anew."""
    if isinstance(event, SharesCrossed):
        parts = [(part.strategy, part.quantity, event.price, part.commission) for part in event.allotments]
        symbol, execution = event.symbol, None
    else:
        parts = [(part.strategy, part.quantity, event.fill.price, part.commission) for part in event.allotments]
        symbol, execution = event.fill.symbol, event.fill.execution_id
    if isinstance(event, FillRestated):
        price = event.before.price
        parts += [(part.strategy, -part.quantity, price, -part.commission) for part in event.allotments_before]
    for position, (strategy, quantity, price, commission) in enumerate(parts):
        yield {
            "seq": seq, "position": position, "symbol": symbol, "strategy": strategy, "quantity": quantity,
            "price": price, "commission": commission, "execution_id": execution, "occurred_at": event.occurred_at,
        }  # fmt: skip


def state_change_row(seq: int, event: TradingStateChanged) -> Row:
    """Return the row of `state_changes`."""
    return {
        "seq": seq, "occurred_at": event.occurred_at, "before": event.before.value, "after": event.after.value,
        "reason": event.reason,
    }  # fmt: skip


def rejected_bar_row(seq: int, event: BarRejected) -> Row:
    """Return the row of `rejected_bars`."""
    bar = event.bar
    return {
        "seq": seq, "symbol": bar.symbol, "started_at": bar.started_at, "ended_at": bar.ended_at,
        "fault": event.fault.value,
    }  # fmt: skip
