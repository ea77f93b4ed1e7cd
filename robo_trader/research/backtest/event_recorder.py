"""Gathers a result from the same batches that live trading journals."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import Enum
from operator import attrgetter
from typing import Any

import polars as pl
from msgspec import Struct

from robo_trader.core.domain.action_events import CorporateActionApplied
from robo_trader.core.domain.allotments import SharesCrossed
from robo_trader.core.domain.events import (
    AccountMarked,
    DecisionEvent,
    FillBooked,
    OrderDenied,
    OrderUpdated,
    ParentOrderUpdated,
    SessionStarted,
)
from robo_trader.core.domain.fills import Fill
from robo_trader.core.domain.orders import Order, OrderId, OrderStatus, Side
from robo_trader.core.domain.parent_orders import ParentOrder, ParentStatus
from robo_trader.core.domain.positions import AccountMark
from robo_trader.core.ports.journal import Batch
from robo_trader.core.rules.performance import slippage_cost
from robo_trader.research.backtest.restated import in_last_shares, with_shares_paid
from robo_trader.research.backtest.result import (
    EQUITY_SCHEMA,
    FILLS_SCHEMA,
    ORDERS_SCHEMA,
    PARENTS_SCHEMA,
    VIOLATIONS_SCHEMA,
    Result,
)

_WORDS: dict[Enum, str] = {one: one.value for one in (*Side, *OrderStatus)}


@dataclass(slots=True)
class EventRecorder:
    """A listener of the trading loop. It only keeps what passes; `result` does the work, once, at the end."""

    opening_cash: Decimal = Decimal(0)
    marks: list[AccountMark] = field(default_factory=list)
    fills: list[Fill] = field(default_factory=list)
    shared: list[FillBooked | SharesCrossed] = field(default_factory=list)  # whose shares are not the one strategy's
    orders: dict[OrderId, Order] = field(default_factory=dict)  # as they are now
    denials: list[OrderDenied] = field(default_factory=list)
    parents: list[ParentOrder] = field(default_factory=list)  # that have ended
    last_marked: AccountMarked | None = None
    actions: list[CorporateActionApplied] = field(default_factory=list)

    def take(self, batch: Batch) -> None:
        """Add what a batch decided."""
        for step in batch.steps:
            if isinstance(step.input, SessionStarted):
                self.opening_cash = step.input.opening_cash
            for decision in step.decisions:
                if type(decision) is OrderUpdated:  # quicker than a match, and most decisions are of these two kinds
                    self.orders[decision.order.order_id] = decision.order
                elif type(decision) is FillBooked:
                    self.fills.append(decision.fill)
                    if decision.allotments:
                        self.shared.append(decision)
                elif type(decision) is AccountMarked:
                    self.marks.append(decision.mark)
                    self.last_marked = decision
                else:
                    self._take_rare(decision)

    def _take_rare(self, decision: DecisionEvent) -> None:
        if type(decision) is OrderDenied:
            self.denials.append(decision)
        elif type(decision) is SharesCrossed:
            self.shared.append(decision)
        elif type(decision) is CorporateActionApplied:
            self.actions.append(decision)
        elif type(decision) is ParentOrderUpdated and decision.parent.status is ParentStatus.DONE:
            self.parents.append(decision.parent)

    def result(
        self,
        *,
        bar_size: str,
        assumptions: tuple[tuple[str, str], ...] = (),
        warnings: tuple[str, ...] = (),
        benchmark: pl.DataFrame | None = None,
        equity: pl.DataFrame | None = None,
        closing_prices: Mapping[str, float] | None = None,
    ) -> Result:
        """Return what was gathered so far; parameters as the fields of `Result`.

        equity, closing_prices: known better by whoever passes slices over, which then are not reported one by one.
        """
        last = self.last_marked
        held = () if last is None else zip(last.positions, last.prices, strict=True)
        fills = _fills_frame(self.fills, self.orders)
        orders = _orders_frame(self.orders.values())
        allotments = _frame(self._part_rows(), FILLS_SCHEMA) if self.shared else None
        if self.actions:
            orders = in_last_shares(orders, self.actions, time="created_at")
            fills = with_shares_paid(fills, self.actions)
            allotments = None if allotments is None else with_shares_paid(allotments, self.actions)
        return Result(
            equity=_equity_frame(self.marks) if equity is None else equity,
            fills=fills,
            orders=orders,
            violations=_frame((row for denial in self.denials for row in _violation_rows(denial)), VIOLATIONS_SCHEMA),
            opening_cash=float(self.opening_cash),
            bar_size=bar_size,
            closing_prices=closing_prices or {str(position.symbol): float(price) for position, price in held},
            assumptions=assumptions,
            warnings=warnings,
            benchmark=benchmark,
            parents=_frame(map(_parent_row, self.parents), PARENTS_SCHEMA),
            allotments=allotments,
        )

    def _part_rows(self) -> Iterator[tuple[Any, ...]]:
        for event in self.shared:
            yield from _crossed_rows(event) if isinstance(event, SharesCrossed) else self._allotted_rows(event)

    def _allotted_rows(self, event: FillBooked) -> Iterator[tuple[Any, ...]]:
        fill, reference = event.fill, float(self.orders[event.fill.order_id].intent.reference_price)
        for part in event.allotments:
            quantity, price = float(part.quantity), float(fill.price)
            yield (
                fill.occurred_at, str(fill.symbol), part.strategy, fill.side.value, abs(quantity), price,
                float(part.commission), slippage_cost(quantity, price, reference), int(fill.order_id),
                fill.signal_id or None,
            )  # fmt: skip


def _crossed_rows(event: SharesCrossed) -> Iterator[tuple[Any, ...]]:
    for part in event.allotments:
        side = "BUY" if part.quantity > 0 else "SELL"
        yield (
            event.occurred_at, str(event.symbol), part.strategy, side, float(abs(part.quantity)), float(event.price),
            0.0, 0.0, None, None,
        )  # fmt: skip


def _parent_row(parent: ParentOrder) -> tuple[Any, ...]:
    average = float(parent.filled_value / parent.filled) if parent.filled else None
    return (
        parent.begins_at, parent.updated_at, str(parent.symbol), parent.strategy, parent.side.value,
        parent.algorithm.value, float(parent.quantity), float(parent.filled), len(parent.children),
        float(parent.arrival_price), average, parent.modelled_bps, parent.realized_bps, parent.reason,
        parent.signal_id,
    )  # fmt: skip


def _frame(rows: Iterable[tuple[Any, ...]], schema: pl.Schema) -> pl.DataFrame:
    return _framed(schema, list(zip(*rows, strict=True)) or [()] * len(schema))


def _framed(schema: pl.Schema, columns: Sequence[Sequence[Any]]) -> pl.DataFrame:
    """Return a frame of columns, in the order of the schema."""
    return pl.DataFrame(
        [pl.Series(name, column, kind) for (name, kind), column in zip(schema.items(), columns, strict=True)]
    )


def _equity_frame(marks: Sequence[AccountMark]) -> pl.DataFrame:
    return _framed(EQUITY_SCHEMA, [
        [mark.as_of for mark in marks], [date.fromisoformat(mark.session) for mark in marks],
        _floats("equity", marks), _floats("cash", marks), _floats("gross_exposure", marks),
    ])  # fmt: skip


def _fills_frame(fills: Sequence[Fill], orders: Mapping[OrderId, Order]) -> pl.DataFrame:
    intents = [orders[fill.order_id].intent for fill in fills]
    quantity, price = _floats("quantity", fills), _floats("price", fills)
    reference = _floats("reference_price", intents)
    signed = [fill.side.sign * shares for fill, shares in zip(fills, quantity, strict=True)]
    return _framed(FILLS_SCHEMA, [
        [fill.occurred_at for fill in fills], [fill.symbol for fill in fills],
        [intent.strategy for intent in intents], [_WORDS[fill.side] for fill in fills],
        quantity, price, _floats("commission", fills), list(map(slippage_cost, signed, price, reference)),
        [fill.order_id for fill in fills], [fill.signal_id or None for fill in fills],
    ])  # fmt: skip


def _orders_frame(orders: Collection[Order]) -> pl.DataFrame:
    intents = [order.intent for order in orders]
    averages, limits = (order.average_price for order in orders), (intent.limit_price for intent in intents)
    return _framed(ORDERS_SCHEMA, [
        [order.order_id for order in orders], [order.created_at for order in orders],
        [order.updated_at for order in orders], [intent.symbol for intent in intents],
        [intent.strategy for intent in intents], [_WORDS[intent.side] for intent in intents],
        _floats("quantity", intents), _floats("filled", orders),
        [None if average is None else float(average) for average in averages], _floats("commission", orders),
        [_WORDS[order.status] for order in orders], [None if limit is None else float(limit) for limit in limits],
    ])  # fmt: skip


def _floats(name: str, structs: Iterable[Struct]) -> list[float]:
    """Return a field that is a Decimal, of each."""
    return list(map(float, map(attrgetter(name), structs)))


def _violation_rows(denial: OrderDenied) -> list[tuple[Any, ...]]:
    return [
        (
            denial.occurred_at,
            str(denial.intent.symbol),
            one.control.value,
            float(one.limit),
            float(one.value),
            one.unit,
            one.context,
        )
        for one in denial.violations
    ]
