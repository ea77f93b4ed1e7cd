"""Gathers a result from the same batches that live trading journals."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl

from robo_trader.core.domain.allotments import SharesCrossed
from robo_trader.core.domain.events import AccountMarked, FillBooked, OrderDenied, OrderUpdated, SessionStarted
from robo_trader.core.domain.fills import Fill
from robo_trader.core.domain.orders import Order, OrderId
from robo_trader.core.domain.positions import AccountMark
from robo_trader.core.ports.journal import Batch
from robo_trader.core.rules.performance import slippage_cost
from robo_trader.research.backtest.result import (
    EQUITY_SCHEMA,
    FILLS_SCHEMA,
    ORDERS_SCHEMA,
    VIOLATIONS_SCHEMA,
    Result,
)


@dataclass(slots=True)
class EventRecorder:
    """A listener of the trading loop. It only keeps what passes; `result` does the work, once, at the end."""

    opening_cash: Decimal = Decimal(0)
    marks: list[AccountMark] = field(default_factory=list)
    fills: list[Fill] = field(default_factory=list)
    shared: list[FillBooked | SharesCrossed] = field(default_factory=list)  # whose shares are not the one strategy's
    orders: dict[OrderId, Order] = field(default_factory=dict)  # as they are now
    denials: list[OrderDenied] = field(default_factory=list)
    last_marked: AccountMarked | None = None

    def take(self, batch: Batch) -> None:
        """Add what a batch decided."""
        for step in batch.steps:
            if isinstance(step.input, SessionStarted):
                self.opening_cash = step.input.opening_cash
            for decision in step.decisions:
                match decision:
                    case AccountMarked(mark=mark):
                        self.marks.append(mark)
                        self.last_marked = decision
                    case FillBooked(fill=fill):
                        self.fills.append(fill)
                        if decision.allotments:
                            self.shared.append(decision)
                    case SharesCrossed():
                        self.shared.append(decision)
                    case OrderUpdated(order=order):
                        self.orders[order.order_id] = order
                    case OrderDenied():
                        self.denials.append(decision)

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
        return Result(
            equity=_frame(map(_equity_row, self.marks), EQUITY_SCHEMA) if equity is None else equity,
            fills=_frame((_fill_row(fill, self.orders[fill.order_id]) for fill in self.fills), FILLS_SCHEMA),
            orders=_frame(map(_order_row, self.orders.values()), ORDERS_SCHEMA),
            violations=_frame((row for denial in self.denials for row in _violation_rows(denial)), VIOLATIONS_SCHEMA),
            opening_cash=float(self.opening_cash),
            bar_size=bar_size,
            closing_prices=closing_prices or {str(position.symbol): float(price) for position, price in held},
            assumptions=assumptions,
            warnings=warnings,
            benchmark=benchmark,
            allotments=_frame(self._part_rows(), FILLS_SCHEMA) if self.shared else None,
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


def _frame(rows: Any, schema: pl.Schema) -> pl.DataFrame:  # noqa: ANN401 - any iterable of tuples
    columns = list(zip(*rows, strict=True)) or [()] * len(schema)
    return pl.DataFrame(
        [pl.Series(name, column, kind) for (name, kind), column in zip(schema.items(), columns, strict=True)]
    )


def _equity_row(mark: AccountMark) -> tuple[Any, ...]:
    return (
        mark.as_of,
        date.fromisoformat(mark.session),
        float(mark.equity),
        float(mark.cash),
        float(mark.gross_exposure),
    )


def _fill_row(fill: Fill, order: Order) -> tuple[Any, ...]:
    cost = slippage_cost(
        float(fill.side.sign * fill.quantity), float(fill.price), float(order.intent.reference_price)
    )  # fmt: skip
    return (
        fill.occurred_at,
        str(fill.symbol),
        order.intent.strategy,
        fill.side.value,
        float(fill.quantity),
        float(fill.price),
        float(fill.commission),
        cost,
        int(fill.order_id),
        fill.signal_id or None,
    )


def _order_row(order: Order) -> tuple[Any, ...]:
    intent, average = order.intent, order.average_price
    return (
        int(order.order_id),
        order.created_at,
        order.updated_at,
        str(intent.symbol),
        intent.strategy,
        intent.side.value,
        float(intent.quantity),
        float(order.filled),
        None if average is None else float(average),
        float(order.commission),
        order.status.value,
        None if intent.limit_price is None else float(intent.limit_price),
    )


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
