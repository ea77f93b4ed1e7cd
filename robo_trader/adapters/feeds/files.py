"""Bars from the user's own Parquet and CSV files; docs/data.md specifies their layout."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from robo_trader.adapters.feeds.notices import FeedNotice
from robo_trader.core.domain.bars import Bar
from robo_trader.core.domain.errors import DataError, InvalidConfig
from robo_trader.core.domain.instruments import Symbol, parse_symbol
from robo_trader.core.market.bar_sizes import BarSize
from robo_trader.core.market.sessions import SessionTable
from robo_trader.core.ports.market_feed import BarRequest

if TYPE_CHECKING:  # what reads the files brings polars, which a run without this feed need not import
    from robo_trader.adapters.feeds.bar_sessions import FittedBars

_SUFFIXES = (".parquet", ".csv")


class FilesFeed:
    """Serves what lies in a directory. A file is read anew for each request, as a whole."""

    name = "files"

    def __init__(self, directory: Path, sessions: SessionTable, *, naive_zone: str | None = None) -> None:
        """Raises InvalidConfig if there is no such directory or zone.

        naive_zone: the zone, e.g. "America/New_York", of times written without one; None refuses such files.
        """
        _check_settings(directory, naive_zone)
        self._directory = directory
        self._sessions = sessions
        self._naive_zone = naive_zone
        self._notices: dict[tuple[Symbol, BarSize], tuple[FeedNotice, ...]] = {}

    @property
    def notices(self) -> tuple[FeedNotice, ...]:
        """What was left out or reordered in the files read so far, each file's latest reading once."""
        return tuple(notice for notices in list(self._notices.values()) for notice in notices)

    def serves(self, symbol: Symbol, bar_size: BarSize) -> bool:
        """Whether there is a file. Raises DataError if a flat file's header, which tells its size, is unreadable."""
        return self._find(symbol, bar_size) is not None

    def path_of(self, symbol: Symbol, bar_size: BarSize) -> Path | None:
        """Return the file that holds a symbol's bars, None if there is none. Raises DataError as `serves` does."""
        return self._find(symbol, bar_size)

    def last_bar_ends_at(self, symbol: Symbol, bar_size: BarSize) -> int | None:
        """Return the end of the last bar within a session. Reads the file. Raises DataError as `history` does."""
        last = self._read(symbol, bar_size).table.select("ended_at").max().item()
        assert isinstance(last, int), last
        return last

    async def history(self, request: BarRequest) -> Sequence[Bar]:
        """Return the bars of the window, faulty ones included.

        Raises DataError if the file cannot be read without guessing; it names file, line, column and a way out.
        """
        return await asyncio.to_thread(self._read_window, request)

    def _read_window(self, request: BarRequest) -> list[Bar]:
        table = self._read(request.symbol, request.bar_size).table
        wanted = (table["started_at"] >= request.start) & (table["ended_at"] <= request.end)
        columns = table.filter(wanted).select("started_at", "ended_at", "open", "high", "low", "close", "volume")
        return [Bar(request.symbol, *values) for values in columns.iter_rows()]

    def _read(self, symbol: Symbol, size: BarSize) -> "FittedBars":
        path = self._find(symbol, size)
        if path is None:  # it was there when `serves` was asked
            raise DataError(
                f'{self._directory} holds no file of {symbol} at bar size "{size.value}"',
                next_step=f"Put {size_folder(size)}/{symbol}.parquet or .csv there.",
            )
        fitted = _read_file(path, symbol, size, self._sessions, self._naive_zone)
        self._notices[symbol, size] = tuple(
            FeedNotice(symbol=symbol, bar_size=size, kind=finding.kind, rows=finding.rows, first=finding.first)
            for finding in fitted.findings
        )
        return fitted

    def _find(self, symbol: Symbol, size: BarSize) -> Path | None:
        """Return the file of a symbol: first in the folder of the bar size, then flat if its header fits."""
        parse_symbol(symbol)  # again: its grammar has no separator, so no symbol leads out of the directory
        folder = self._directory / size_folder(size)
        try:
            sized = next(filter(Path.is_file, (folder / f"{symbol}{suffix}" for suffix in _SUFFIXES)), None)
            if sized is not None:
                return sized
            flat = (self._directory / f"{symbol}{suffix}" for suffix in _SUFFIXES)
            return next((path for path in flat if path.is_file() and _flat_size(path) is size), None)
        except OSError as error:
            raise DataError(
                f"{self._directory} cannot be searched: {error}", next_step="Check who may read it."
            ) from error


def size_folder(size: BarSize) -> str:
    """Return the name of the folder that holds the files of a bar size: "1-min", "1-hour", "1-day"."""
    return size.value.replace(" ", "-")


def _check_settings(directory: Path, naive_zone: str | None) -> None:
    if not directory.is_dir():
        raise InvalidConfig(f"{directory} is not a directory", next_step="Name the directory that holds the bars.")
    try:
        ZoneInfo(naive_zone or "UTC")
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise InvalidConfig(
            f"{naive_zone!r} is not a time zone", next_step='Write it like "America/New_York".'
        ) from error


def _flat_size(path: Path) -> BarSize:
    """Return the bar size of a file outside the size folders: minutes if it has `ts`, days if only `date`."""
    from robo_trader.adapters.feeds.bar_tables import lacks_time, read_header
    from robo_trader.adapters.feeds.file_places import BarFile

    file = BarFile(path)
    header = read_header(file)
    if "ts" in header:
        return BarSize.MINUTE_1
    if "date" in header:
        return BarSize.DAY_1
    raise lacks_time(file, header)


def _read_file(
    path: Path, symbol: Symbol, size: BarSize, sessions: SessionTable, naive_zone: str | None
) -> "FittedBars":
    from robo_trader.adapters.feeds import bar_sessions, bar_tables, bar_times
    from robo_trader.adapters.feeds.file_places import BarFile

    file = BarFile(path)
    frame = bar_sessions.to_frame(sessions)
    if size.is_daily:
        table = bar_tables.read_table(file, symbol, "date")
        return bar_sessions.fit_daily(file, table.with_columns(bar_times.read_dates(file, table)), frame)
    table = bar_tables.read_table(file, symbol, "ts")
    placed = table.with_columns(bar_times.read_starts(file, table, naive_zone))
    return bar_sessions.fit_intraday(file, placed, frame, size)
