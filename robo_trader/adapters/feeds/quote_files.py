"""Quotes and prints from the user's own Parquet and CSV files; docs/backtesting.md specifies their layout."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from robo_trader.adapters.feeds.bar_sessions import fit_records, to_frame
from robo_trader.adapters.feeds.bar_tables import pick_columns, read_header, read_whole, to_floats
from robo_trader.adapters.feeds.bar_times import STARTED, read_starts
from robo_trader.adapters.feeds.file_places import BarFile
from robo_trader.core.domain.bars import TradingSession
from robo_trader.core.domain.errors import DataError
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.domain.quotes import Quote, TradePrint
from robo_trader.core.market.sessions import SessionTable

QUOTE_NUMBERS = ("bid", "ask", "bid_size", "ask_size")
TRADE_NUMBERS = ("price", "size")
_SUFFIXES = (".parquet", ".csv")
_OPENS = "opens_at"


@dataclass(frozen=True, slots=True)
class Records:
    """Rows of several symbols in order of time, ties in the order of the files."""

    table: pl.DataFrame  # `at` (UTC nanoseconds), `symbol`, `opens_at` of the session, and the numbers
    notices: tuple[str, ...]  # what was left out or put in order

    @property
    def symbols(self) -> frozenset[Symbol]:
        """The symbols there are rows of."""
        return frozenset(map(Symbol, self.table["symbol"].unique().to_list()))

    def between(self, start: int, end: int) -> "Records":
        """Return the rows from `start` on and before `end`, UTC nanoseconds."""
        return Records(self.table.filter((pl.col("at") >= start) & (pl.col("at") < end)), self.notices)

    def of(self, symbol: Symbol) -> "Records":
        """Return the rows of one symbol."""
        return Records(self.table.filter(pl.col("symbol") == symbol), self.notices)

    def quotes(self, sessions: SessionTable) -> Iterator[tuple[Quote, TradingSession]]:
        """Yield the rows as quotes, each with its session."""
        held = _by_opening(sessions)
        for symbol, at, opens_at, *numbers in self._rows(QUOTE_NUMBERS):
            yield Quote(symbol, at, *numbers), held[opens_at]

    def trades(self, sessions: SessionTable) -> Iterator[tuple[TradePrint, TradingSession]]:
        """Yield the rows as prints, each with its session."""
        held = _by_opening(sessions)
        for symbol, at, opens_at, *numbers in self._rows(TRADE_NUMBERS):
            yield TradePrint(symbol, at, *numbers), held[opens_at]

    def _rows(self, names: tuple[str, ...]) -> Iterator[tuple[Any, ...]]:
        yield from self.table.select("symbol", "at", _OPENS, *names).iter_rows()


def read_records(
    path: Path,
    names: tuple[str, ...],
    symbols: Sequence[Symbol],
    sessions: SessionTable,
    *,
    naive_zone: str | None = None,
    all_symbols: bool = True,
) -> Records:
    """Return the rows of these symbols within regular sessions.

    path: one file with a column `symbol`, which a single symbol does not need; or a folder with a SYMBOL.parquet or
    SYMBOL.csv for each.
    names: `QUOTE_NUMBERS` or `TRADE_NUMBERS`. A cell without a number is NaN, which the core refuses and counts.
    naive_zone: the zone of times written without one; None refuses such files.
    all_symbols: whether a symbol without rows is an error.

    Raises DataError for what cannot be read without guessing; it names file, line, column and a way out.
    """
    if path.is_dir():
        found = [(symbol, file) for symbol in symbols if (file := _file_of(path, symbol)) is not None]
        parts = [_read(file, names, (symbol,), sessions, naive_zone) for symbol, file in found]
    elif path.is_file() and path.suffix in _SUFFIXES:
        parts = [_read(path, names, symbols, sessions, naive_zone)]
    else:
        raise DataError(
            f"{path} is neither a folder nor a file that ends in .parquet or .csv",
            next_step="Name a file of quotes or prints, or a folder with one for each symbol.",
        )
    if not parts:
        raise _missing(path, symbols)
    table = pl.concat([part.table for part in parts]).sort("at", maintain_order=True)
    records = Records(table, tuple(notice for part in parts for notice in part.notices))
    missing = [symbol for symbol in symbols if symbol not in records.symbols]
    if missing and all_symbols:
        raise _missing(path, missing)
    return records


def _file_of(folder: Path, symbol: Symbol) -> Path | None:
    return next(filter(Path.is_file, (folder / f"{symbol}{suffix}" for suffix in _SUFFIXES)), None)


def _missing(path: Path, symbols: Sequence[Symbol]) -> DataError:
    return DataError(f"{path} holds no rows of {', '.join(symbols)}", next_step="Name the --symbols it holds.")


def _read(
    path: Path, names: tuple[str, ...], symbols: Sequence[Symbol], sessions: SessionTable, naive_zone: str | None
) -> Records:
    file = BarFile(path)
    read_header(file)  # its complaints explain more than those of a reader that trips over the rows
    table = pick_columns(file, read_whole(file), ("ts", *names))
    if table.is_empty():
        raise file.fault("the file holds no rows", "Fill it, or take it away.")
    named = _symbols_of(file, table, symbols)
    wanted = table.with_columns(named).filter(pl.col("symbol").is_in(list(symbols)))
    if wanted.is_empty():
        raise _missing(path, symbols)
    timed = to_floats(file, wanted, "ts", names).with_columns(wanted["symbol"], read_starts(file, wanted, naive_zone))
    fitted = fit_records(file, timed, to_frame(sessions))
    notices = tuple(f"{path.name}: {one.rows} {one.kind.value}, the first at {one.first}" for one in fitted.findings)
    return Records(fitted.table.select(pl.col(STARTED).alias("at"), "symbol", _OPENS, *names), notices)


def _symbols_of(file: BarFile, table: pl.DataFrame, symbols: Sequence[Symbol]) -> pl.Series:
    """Return the symbol of each row: what its column says, else the only one there can be."""
    if "symbol" in table.columns:
        return table["symbol"].cast(pl.String).str.strip_chars().str.to_uppercase()
    if len(symbols) == 1:
        return pl.repeat(str(symbols[0]), table.height, dtype=pl.String, eager=True).alias("symbol")
    raise file.fault(
        f"lacks the column symbol, so that {', '.join(symbols)} cannot be told apart",
        "Add the column, or give a folder with one file for each symbol.",
    )


def _by_opening(sessions: SessionTable) -> dict[int, TradingSession]:
    return {session.opens_at: session for session in sessions.sessions}
