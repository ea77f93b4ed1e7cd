"""Reads bars handed over as Polars frames, by the rules of docs/data.md for files.

The differences: a time without a zone is UTC, one frame may hold many symbols, and what a bar's size is may be left
to the usual distance between starts.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from robo_trader.adapters.feeds.bar_sessions import FittedBars, fit_daily, fit_intraday, to_frame
from robo_trader.adapters.feeds.bar_tables import INDEX, NUMBER_COLUMNS, lacks_time, pick_columns, to_floats
from robo_trader.adapters.feeds.bar_times import STARTED, read_dates, read_starts
from robo_trader.adapters.feeds.file_places import BarFrame, BarRows, Cells
from robo_trader.adapters.feeds.notices import FeedNotice
from robo_trader.core.domain.bars import NANOS_PER_SECOND
from robo_trader.core.domain.errors import DataError, InvalidConfig
from robo_trader.core.domain.instruments import SYMBOL_GRAMMAR, Symbol, parse_symbol
from robo_trader.core.market.bar_sizes import BarSize
from robo_trader.core.market.sessions import SessionTable

Frames = pl.DataFrame | Mapping[str, pl.DataFrame]

_INTRADAY = {size.nanos: size for size in BarSize if not size.is_daily}
_GIVE_SIZE = 'Give bar_size, such as "1 min"; days have a column date.'


@dataclass(frozen=True, slots=True)
class FrameBars:
    """The bars of each symbol in its sessions, their size, and what was left out or put in order."""

    fitted: Mapping[Symbol, FittedBars]
    size: BarSize
    notices: tuple[FeedNotice, ...]


@dataclass(frozen=True, slots=True)
class _Part:
    """The rows of one symbol, as they were given."""

    rows: BarFrame
    table: pl.DataFrame


def read_frames(frames: Frames, sessions: SessionTable, *, symbol: Symbol, size: BarSize | None) -> FrameBars:
    """Return the bars of one frame, or of one frame a symbol.

    symbol: whose bars these are where a single frame has no column `symbol`.
    size: of a bar; None for what the times say.

    Raises DataError, naming symbol, row and column, for what cannot be read without guessing; InvalidConfig for a
    symbol that is none.
    """
    parts = _parts_of_mapping(frames) if isinstance(frames, Mapping) else _parts_of_frame(frames, symbol)
    time_column = _time_column(next(iter(parts.values())), size)
    tables = {name: _timed(part, time_column) for name, part in parts.items()}
    found = size or (BarSize.DAY_1 if time_column == "date" else _usual_size(parts, tables))
    calendar = to_frame(sessions)
    fitted = {name: _fit(parts[name].rows, table, calendar, found) for name, table in tables.items()}
    notices = tuple(
        FeedNotice(symbol=name, bar_size=found, kind=finding.kind, rows=finding.rows, first=finding.first)
        for name, bars in fitted.items()
        for finding in bars.findings
    )
    return FrameBars(fitted, found, notices)


def require_frame(given: object, what: str) -> pl.DataFrame:
    """Return a Polars frame. Raises DataError that says how to make one of what was given instead."""
    if isinstance(given, pl.DataFrame):
        return given
    kind = f"{type(given).__module__.partition('.')[0]}.{type(given).__name__}"
    advice = {
        "polars.LazyFrame": "Call its collect() first.",
        "pandas.DataFrame": "Give polars.from_pandas(frame.reset_index()); docs/backtesting.md names the columns.",
    }  # fmt: skip
    raise DataError(
        f"{what}: a Polars frame is needed, was {kind}", next_step=advice.get(kind, "Give a polars.DataFrame.")
    )


def _parts_of_mapping(frames: Mapping[str, pl.DataFrame]) -> dict[Symbol, _Part]:
    parts: dict[Symbol, _Part] = {}
    for name, frame in frames.items():
        symbol = parse_symbol(str(name))
        if symbol in parts:
            raise InvalidConfig(f"{symbol} stands there more than once", next_step="Keep one frame for each symbol.")
        rows = BarFrame(f"bars of {symbol}")
        table = _picked(rows, require_frame(frame, rows.name))
        _refuse_others(rows, table, symbol)
        parts[symbol] = _Part(rows, table)
    if not parts:
        raise DataError("there are no bars: the mapping is empty", next_step="Give a frame for each symbol.")
    return parts


def _parts_of_frame(frame: pl.DataFrame, symbol: Symbol) -> dict[Symbol, _Part]:
    rows = BarFrame("bars")
    table = _picked(rows, require_frame(frame, rows.name))
    if "symbol" not in table.columns:
        return {symbol: _Part(BarFrame(f"bars of {symbol}"), table)}
    if table["symbol"].dtype not in (pl.String, pl.Categorical, pl.Enum):
        raise rows.fault(f"holds {table['symbol'].dtype}, not symbols", "Write symbols such as AAPL.", column="symbol")
    names = table["symbol"].cast(pl.String).str.strip_chars().str.to_uppercase()
    wrong = ~names.str.contains(f"^{SYMBOL_GRAMMAR.pattern}$").fill_null(value=False)
    Cells(rows, table[INDEX], table["symbol"]).refuse(wrong, "is no symbol", "Write symbols such as AAPL.")
    named = table.with_columns(names).partition_by("symbol", as_dict=True, maintain_order=True)
    found = {Symbol(str(name)): part for (name,), part in named.items()}
    return {name: _Part(BarFrame(f"bars of {name}"), part) for name, part in found.items()}


def _picked(rows: BarRows, frame: pl.DataFrame) -> pl.DataFrame:
    """Return the columns that are used, whatever their case."""
    header = {name.strip().lower() for name in frame.columns}
    times = tuple(name for name in ("ts", "date") if name in header)
    if not times:
        raise lacks_time(rows, tuple(frame.columns))
    table = pick_columns(rows, frame, (*times, *NUMBER_COLUMNS))
    if table.is_empty():
        raise rows.fault("there are no rows", "Give at least one bar.")
    return table


def _refuse_others(rows: BarFrame, table: pl.DataFrame, symbol: Symbol) -> None:
    if "symbol" not in table.columns:
        return
    other = table["symbol"].cast(pl.String).str.strip_chars().str.to_uppercase() != symbol
    Cells(rows, table[INDEX], table["symbol"]).refuse(other, f"is not {symbol}", "Give each symbol its own frame.")


def _time_column(part: _Part, size: BarSize | None) -> str:
    """Return `ts` or `date`: what the size needs, else `ts` where there is one."""
    if size is not None:
        return "date" if size.is_daily else "ts"
    return "ts" if "ts" in part.table.columns else "date"


def _timed(part: _Part, time_column: str) -> pl.DataFrame:
    """Return index, time and numbers, typed."""
    if time_column not in part.table.columns:
        other = "starts of bars in a column ts" if time_column == "ts" else "session dates in a column date"
        raise part.rows.fault(f"lacks the column {time_column}", f"Give {other}, or another bar_size.")
    table = to_floats(part.rows, part.table, time_column)
    times = read_dates(part.rows, table) if time_column == "date" else read_starts(part.rows, table, "UTC")
    return table.with_columns(times)


def _usual_size(parts: Mapping[Symbol, _Part], tables: Mapping[Symbol, pl.DataFrame]) -> BarSize:
    """Return the size that the distance between most starts tells."""
    steps = pl.concat([table[STARTED].drop_nulls().unique().sort().diff().drop_nulls() for table in tables.values()])
    rows = BarFrame("bars") if len(parts) > 1 else next(iter(parts.values())).rows
    if steps.is_empty():
        raise rows.fault("the bar size cannot be told from so few bars", _GIVE_SIZE)
    usual = int(steps.mode().sort()[0])
    if usual not in _INTRADAY:
        raise rows.fault(f"most start {usual / NANOS_PER_SECOND:g} seconds apart, which is no bar size", _GIVE_SIZE)
    return _INTRADAY[usual]


def _fit(rows: BarRows, table: pl.DataFrame, calendar: pl.DataFrame, size: BarSize) -> FittedBars:
    return fit_daily(rows, table, calendar) if size.is_daily else fit_intraday(rows, table, calendar, size)
