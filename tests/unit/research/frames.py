"""Frames of a result for tests: days of equity and a few fills, at 21:00 UTC from Monday 4 March 2024 on."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import polars as pl

from robo_trader.research.backtest.result import (
    BENCHMARK_SCHEMA,
    EQUITY_SCHEMA,
    FILLS_SCHEMA,
    ORDERS_SCHEMA,
    VIOLATIONS_SCHEMA,
    Result,
)

FIRST = datetime(2024, 3, 4, 21, tzinfo=UTC)


def at(day: float) -> datetime:
    """Return the close of a day, counted from 0; a fraction is earlier or later."""
    return FIRST + timedelta(days=day)


def some_equity(
    values: Sequence[float], *, gross: Sequence[float] | None = None, bars_a_session: int = 1
) -> pl.DataFrame:
    """One row a bar; each session has so many, an hour apart, the last one at the close."""
    places = [divmod(place, bars_a_session) for place in range(len(values))]
    return pl.DataFrame(
        {
            "ended_at": [at(day) - timedelta(hours=bars_a_session - 1 - bar) for day, bar in places],
            "session": [date(2024, 3, 4) + timedelta(days=day) for day, _ in places],
            "equity": values,
            "cash": values,
            "gross_exposure": [0.0] * len(values) if gross is None else gross,
        },
        schema=EQUITY_SCHEMA,
        strict=False,
    )


def a_row(  # noqa: PLR0913 - a builder names every column once
    side: str, quantity: float, price: float, *, day: float = 0.0, symbol: str = "AAPL", strategy: str = "one",
    commission: float = 0.0, slippage: float = 0.0,
) -> dict[str, Any]:  # fmt: skip
    """A fill."""
    return {
        "occurred_at": at(day), "symbol": symbol, "strategy": strategy, "side": side, "quantity": float(quantity),
        "price": float(price), "commission": float(commission), "slippage": float(slippage), "order_id": 1,
        "signal_id": None,
    }  # fmt: skip


def some_fills(*rows: dict[str, Any]) -> pl.DataFrame:
    return pl.DataFrame(list(rows), schema=FILLS_SCHEMA)


def some_closes(values: Sequence[float | None], *, first_day: int = 0) -> pl.DataFrame:
    """Closes of a benchmark by day; None is a day without."""
    rows = [(at(day + first_day), value) for day, value in enumerate(values) if value is not None]
    return pl.DataFrame(rows, schema=BENCHMARK_SCHEMA, orient="row")


def a_violation(control: str = "CASH", *, day: float = 0.0, context: str = "buys 100") -> dict[str, Any]:
    return {
        "occurred_at": at(day), "symbol": "AAPL", "control": control, "limit": 10.0, "value": 12.0, "unit": "USD",
        "context": context,
    }  # fmt: skip


def a_result(
    equity: pl.DataFrame | None = None,
    fills: pl.DataFrame | None = None,
    *,
    closing_prices: Mapping[str, float] | None = None,
    violations: Sequence[dict[str, Any]] = (),
    **more: Any,  # noqa: ANN401 - further fields of Result
) -> Result:
    """A result of 1,000 dollars and daily bars in which nothing happened."""
    given: dict[str, Any] = {"opening_cash": 1_000.0, "bar_size": "1 day"} | more
    return Result(
        equity=some_equity([]) if equity is None else equity,
        fills=some_fills() if fills is None else fills,
        orders=ORDERS_SCHEMA.to_frame(),
        violations=pl.DataFrame(list(violations), schema=VIOLATIONS_SCHEMA),
        closing_prices=closing_prices or {},
        **given,
    )
