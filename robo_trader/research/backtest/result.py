"""The result of a backtest, as frames: the same whichever engine made it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

import polars as pl

from robo_trader.research.backtest.attribution import attribute
from robo_trader.research.backtest.drawdowns import find_drawdowns
from robo_trader.research.backtest.notebook import as_html, one_line
from robo_trader.research.backtest.statistics import Statistics, measure, session_returns
from robo_trader.research.backtest.trades import TIME, round_trips

EQUITY_SCHEMA = pl.Schema({
    "ended_at": TIME,
    "session": pl.Date(),
    "equity": pl.Float64(),  # dollars, positions at the last close
    "cash": pl.Float64(),
    "gross_exposure": pl.Float64(),  # absolute value of all positions
})  # fmt: skip
FILLS_SCHEMA = pl.Schema({
    "occurred_at": TIME,
    "symbol": pl.String(),
    "strategy": pl.String(),
    "side": pl.String(),  # BUY or SELL
    "quantity": pl.Float64(),  # shares, above 0
    "price": pl.Float64(),
    "commission": pl.Float64(),  # dollars
    "slippage": pl.Float64(),  # dollars against the decision price; above 0 is a cost
    "order_id": pl.Int64(),  # null where shares passed between strategies
    "signal_id": pl.String(),  # may be null
})  # fmt: skip
ORDERS_SCHEMA = pl.Schema({
    "order_id": pl.Int64(),
    "created_at": TIME,
    "updated_at": TIME,
    "symbol": pl.String(),
    "strategy": pl.String(),
    "side": pl.String(),
    "quantity": pl.Float64(),
    "filled": pl.Float64(),
    "average_price": pl.Float64(),  # null where nothing filled
    "commission": pl.Float64(),
    "status": pl.String(),
    "limit_price": pl.Float64(),  # null at the market
})  # fmt: skip
VIOLATIONS_SCHEMA = pl.Schema({
    "occurred_at": TIME,
    "symbol": pl.String(),
    "control": pl.String(),
    "limit": pl.Float64(),
    "value": pl.Float64(),
    "unit": pl.String(),
    "context": pl.String(),
})  # fmt: skip
PARENTS_SCHEMA = pl.Schema({
    "began_at": TIME,
    "ended_at": TIME,
    "symbol": pl.String(),
    "strategy": pl.String(),
    "side": pl.String(),
    "algorithm": pl.String(),
    "quantity": pl.Float64(),  # shares, above 0
    "filled": pl.Float64(),
    "children": pl.Int64(),  # orders
    "arrival_price": pl.Float64(),  # dollars a share, as it began
    "average_price": pl.Float64(),  # null where nothing filled
    "modelled_bps": pl.Float64(),  # expected cost against the arrival price; null where volume was not known yet
    "realized_bps": pl.Float64(),  # cost; null where nothing filled
    "reason": pl.String(),  # why it ended
    "signal_id": pl.String(),
})  # fmt: skip
BENCHMARK_SCHEMA = pl.Schema({"ended_at": TIME, "close": pl.Float64()})


@dataclass(frozen=True, eq=False, kw_only=True)
class Result:
    """What happened, in order of time, and what follows from it. Frames have exactly the columns of the schemas above.

    `equity` has one row a slice of bars; `closing_prices` holds at least the symbols that the account, or a strategy of
    it, still holds at the end.
    """

    equity: pl.DataFrame
    fills: pl.DataFrame
    orders: pl.DataFrame
    violations: pl.DataFrame
    opening_cash: float  # dollars
    bar_size: str  # e.g. "1 day"
    closing_prices: Mapping[str, float] = field(default_factory=dict)  # dollars a share, by symbol
    assumptions: tuple[tuple[str, str], ...] = ()  # name and words
    warnings: tuple[str, ...] = ()
    benchmark: pl.DataFrame | None = None
    parents: pl.DataFrame = field(default_factory=PARENTS_SCHEMA.to_frame)  # what was worked over time, and has ended
    allotments: pl.DataFrame | None = None  # where several strategies share the account; see `parts`

    def __post_init__(self) -> None:
        """Hold the maker to the columns: a missing one would only show in a report."""
        schemas = {
            "equity": EQUITY_SCHEMA, "fills": FILLS_SCHEMA, "orders": ORDERS_SCHEMA, "violations": VIOLATIONS_SCHEMA,
            "benchmark": BENCHMARK_SCHEMA, "parents": PARENTS_SCHEMA, "allotments": FILLS_SCHEMA,
        }  # fmt: skip
        for name, schema in schemas.items():
            frame: pl.DataFrame | None = getattr(self, name)
            assert frame is None or frame.schema == schema, f"{name} has {frame.schema}"

    def __repr__(self) -> str:
        """Return one line: frames and curves would fill the screen."""
        return one_line(self)

    def _repr_html_(self) -> str:
        """Return what a notebook shows."""
        return as_html(self)

    def warned(self, warnings: tuple[str, ...]) -> "Result":
        """Return the result with these warnings."""
        return replace(self, warnings=warnings)

    @property
    def parts(self) -> pl.DataFrame:
        """What each strategy took of each fill, and what passed between them (no order_id); columns as in `fills`."""
        return self.fills if self.allotments is None else self.allotments

    @cached_property
    def trades(self) -> pl.DataFrame:
        """Round trips of each strategy, columns as in `trades.TRADES_SCHEMA`."""
        return round_trips(self.parts, self.closing_prices, self.equity["ended_at"])

    @cached_property
    def statistics(self) -> Statistics:
        """The figures of the whole run."""
        return measure(self.equity, self.opening_cash, self.fills, self.trades, self.benchmark)

    @cached_property
    def session_returns(self) -> pl.DataFrame:
        """One row a session; see `statistics.session_returns`."""
        return session_returns(self.equity, self.opening_cash)

    @cached_property
    def drawdowns(self) -> pl.DataFrame:
        """Every drawdown, the deepest first, columns as in `drawdowns.DRAWDOWNS_SCHEMA`."""
        return find_drawdowns(self.equity, self.opening_cash)

    @cached_property
    def by_symbol(self) -> pl.DataFrame:
        """Profit and costs of each symbol; see `attribution.attribute`."""
        return attribute(self.trades, self.parts, "symbol")

    @cached_property
    def by_strategy(self) -> pl.DataFrame:
        """Profit and costs of each strategy; see `attribution.attribute`."""
        return attribute(self.trades, self.parts, "strategy")

    @cached_property
    def unattributed(self) -> float:
        """Dollars of profit that no fill explains, as dividends and interest; the noise of floats otherwise."""
        profit = self.equity["equity"][-1] - self.opening_cash if len(self.equity) else 0.0
        return float(profit) - float(self.trades["net_profit"].sum())
