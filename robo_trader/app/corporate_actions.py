"""Splits and dividends from the user's files, for bars that are not adjusted for them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from robo_trader.core.domain.errors import DataError, InvalidConfig
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.market.sessions import SessionTable
from robo_trader.research.backtest.bar_table import BarColumns, BarTable, build_table
from robo_trader.research.backtest.splits import Amounts, adjust_bars, adjust_dividends

Actions = Mapping[Symbol, Amounts]  # by symbol and ex-date


@dataclass(frozen=True, slots=True, kw_only=True)
class CorporateActions:
    """What is known of the symbols of a run."""

    splits: Actions = field(default_factory=dict)  # new shares for each old one
    dividends: Actions = field(default_factory=dict)  # dollars a share, as shares were then

    @property
    def are_known(self) -> bool:
        """Whether there is anything to apply."""
        return bool(self.splits or self.dividends)


def read_actions(splits: Path | None, dividends: Path | None) -> CorporateActions:
    """Return what stands in CSV files: `ex_date,symbol,ratio` and `ex_date,symbol,amount_usd`; more columns do no harm.

    Raises InvalidConfig for a file that is not there, DataError for one that cannot be meant.
    """
    return CorporateActions(
        splits=_read(splits, "ratio") if splits else {}, dividends=_read(dividends, "amount_usd") if dividends else {}
    )


def adjusted_table(series: Mapping[Symbol, BarColumns], sessions: SessionTable, actions: CorporateActions) -> BarTable:
    """Return raw bars as a table, counted in the shares of after the last split, with dividends counted alike."""
    columns = {
        symbol: adjust_bars(symbol, bars, actions.splits.get(symbol, {}), sessions) for symbol, bars in series.items()
    }
    paid = {
        symbol: adjust_dividends(amounts, actions.splits.get(symbol, {}))
        for symbol, amounts in actions.dividends.items()
    }
    return build_table(columns, sessions, paid)


def _read(path: Path, column: str) -> dict[Symbol, dict[str, float]]:
    if not path.is_file():
        raise InvalidConfig(f"There is no file {path}", next_step=f"Name a CSV file with ex_date, symbol and {column}.")
    try:
        table = pl.read_csv(path, infer_schema=False)
        rows = table.select(pl.col("ex_date").str.to_date().cast(pl.String), "symbol", pl.col(column).cast(pl.Float64))
    except pl.exceptions.PolarsError as error:
        raise DataError(
            f"{path} cannot be read: {str(error).partition(chr(10))[0]}",
            next_step=f"Write a CSV file with the columns ex_date (YYYY-MM-DD), symbol and {column}.",
        ) from error
    found: dict[Symbol, dict[str, float]] = {}
    for number, (day, symbol, value) in enumerate(rows.iter_rows(), start=2):
        if None in (day, symbol, value) or not value > 0:
            raise DataError(f"{path}, line {number}: {column} is {value}", next_step="It must be a number above 0.")
        of = found.setdefault(Symbol(symbol), {})
        of[day] = of.get(day, 0.0) + value if column == "amount_usd" else of.get(day, 1.0) * value
    return found
