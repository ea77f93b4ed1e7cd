"""The daily bars that come with the package: five US stocks, 2000 to 2013. See SAMPLESAMPLE_FILE.md."""

import asyncio
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from robo_trader.core.domain.bars import Bar
from robo_trader.core.domain.errors import DataError
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.market.bar_sizes import BarSize
from robo_trader.core.market.sessions import SessionTable
from robo_trader.core.ports.market_feed import BarRequest

if TYPE_CHECKING:  # polars takes a fifth of a second to import
    import polars as pl

SAMPLE_SYMBOLS = tuple(map(Symbol, ("AAPL", "GOOG", "IBM", "META", "MSFT")))
SAMPLE_FIRST, SAMPLE_LAST = "2000-03-01", "2013-03-01"  # of AAPL, IBM and MSFT; GOOG and META begin later

SAMPLE_FILE = Path(__file__).with_name("sample_bars.parquet")
_COLUMNS = ("open", "high", "low", "close", "volume")


class SampleFeed:
    """Serves daily bars of `SAMPLE_SYMBOLS`, on the sessions that the table knows.

    adjusted: whether prices and volumes carry later splits and dividends; raw ones jump on the day of a split.
    """

    name = "sample"

    def __init__(self, sessions: SessionTable, *, adjusted: bool = True) -> None:
        self._sessions = sessions
        self._prefix = "adj_" if adjusted else ""

    def serves(self, symbol: Symbol, bar_size: BarSize) -> bool:
        """Whether it is one of the five, by day."""
        return bar_size.is_daily and symbol in SAMPLE_SYMBOLS

    def last_bar_ends_at(self, symbol: Symbol, bar_size: BarSize) -> int | None:
        """Return the close of the last session held."""
        assert self.serves(symbol, bar_size), (symbol, bar_size)
        bars = self._read(symbol)
        return bars[-1].ended_at if bars else None

    async def history(self, request: BarRequest) -> Sequence[Bar]:
        """Return the bars of the window. Raises DataError if the package's file is gone or damaged."""
        assert self.serves(request.symbol, request.bar_size), request
        bars = await asyncio.to_thread(self._read, request.symbol)
        return [bar for bar in bars if request.start <= bar.started_at and bar.ended_at <= request.end]

    def _read(self, symbol: Symbol) -> list[Bar]:
        rows = _load_rows(symbol, [self._prefix + name for name in _COLUMNS])
        placed = ((self._sessions.on(day.isoformat()), values) for day, *values in rows)
        return [
            Bar(symbol, session.opens_at, session.closes_at, *values)
            for session, values in placed
            if session is not None
        ]


def _load_rows(symbol: Symbol, columns: Sequence[str]) -> list[tuple[date, float, float, float, float, float]]:
    """Return date, prices and volume of a symbol's days, in order of time."""
    import polars as pl

    try:
        table = pl.read_parquet(SAMPLE_FILE)
    except (OSError, pl.exceptions.PolarsError) as error:
        raise DataError(f"the sample bars cannot be read: {error}", next_step="Install the package anew.") from error
    return _select_rows(table, symbol, columns).rows()


def _select_rows(table: "pl.DataFrame", symbol: Symbol, columns: Sequence[str]) -> "pl.DataFrame":
    import polars as pl

    floats = [pl.col(name).cast(pl.Float64) for name in columns]
    return table.filter(pl.col("symbol") == symbol).select("date", *floats)
