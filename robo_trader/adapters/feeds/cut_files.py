"""Writes a copy of a file of bars that ends earlier: what the file held when its last bar was known."""

from pathlib import Path

import polars as pl

from robo_trader.adapters.feeds.bar_tables import INDEX, read_whole
from robo_trader.adapters.feeds.bar_times import read_dates, read_starts
from robo_trader.adapters.feeds.file_places import BarFile
from robo_trader.core.domain.bars import TradingSession


def write_cut(path: Path, target: Path, session: TradingSession, ended_at: int, naive_zone: str | None) -> None:
    """Write the rows of bars that had ended: days up to the session, smaller bars that start before `ended_at`.

    Rows without a time stay. Raises DataError if the file cannot be read.
    """
    file = BarFile(path)
    whole = read_whole(file).with_row_index(INDEX)
    names = {name.strip().lower(): name for name in whole.columns}
    times = whole.rename({names[key]: key for key in ("ts", "date") if key in names})
    is_intraday = "ts" in names
    late = read_starts(file, times, naive_zone) >= ended_at if is_intraday else read_dates(file, times) > session.date
    kept = whole.filter(~late.fill_null(value=False)).drop(INDEX)
    _write(kept, target, is_csv=file.is_csv)


def _write(table: pl.DataFrame, target: Path, *, is_csv: bool) -> None:
    if is_csv:
        table.write_csv(target)
    else:
        table.write_parquet(target)
