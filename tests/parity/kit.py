"""Real markets of the data kit beside the repository, as tables of bars and as records of quotes and trades."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import cache
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from robo_trader.core.domain.bars import TradingSession
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.market.columns import QUOTE_COLUMNS, TRADE_COLUMNS
from robo_trader.core.market.sessions import SessionTable
from robo_trader.research.backtest.bar_table import BarColumns, BarTable, build_table

KIT = Path(__file__).resolve().parents[3] / "shared/data"
needs_kit = pytest.mark.skipif(not KIT.exists(), reason="the data kit is not beside the repository")
MINUTE = 60_000_000_000

Columns = dict[str, np.ndarray]


@cache
def kit_sessions() -> SessionTable:
    """Every session of the kit's own calendar."""
    rows = pl.read_csv(KIT / "reference/us_equity_sessions.csv").select("session", "open_utc", "close_utc").iter_rows()
    return SessionTable([TradingSession(date=day, opens_at=_nanos(o), closes_at=_nanos(c)) for day, o, c in rows])


def daily_table(sources: Mapping[str, str], first: str, last: str) -> BarTable:
    """Raw daily bars from `first` to `last`. sources: the file under daily/ of each symbol."""
    held = {session.date: session for session in kit_sessions().sessions}
    series = {}
    for symbol, name in sources.items():
        rows = _rows(KIT / "daily" / name, symbol).with_columns(pl.col("date").cast(pl.String))
        rows = rows.filter(pl.col("date").is_between(pl.lit(first), pl.lit(last))).sort("date")
        own = [held[day] for day in rows["date"]]
        series[Symbol(symbol)] = _columns(rows, [one.opens_at for one in own], [one.closes_at for one in own])
    return build_table(series, kit_sessions())


def minute_table(file: str, symbols: Sequence[str], first: str, last: str) -> BarTable:
    """Raw minute bars of regular hours from `first` to `last`, ISO days in UTC."""
    series = {}
    for symbol in symbols:
        rows = _rows(KIT / "minute" / file, symbol).filter(pl.col("session") == "rth").sort("ts")
        day = pl.col("ts").dt.date().cast(pl.String)
        rows = rows.filter(day.is_between(pl.lit(first), pl.lit(last)))
        begun = rows["ts"].dt.timestamp("ns").to_list()
        series[Symbol(symbol)] = _columns(rows, begun, [at + MINUTE for at in begun])
    return build_table(series, kit_sessions())


def quote_records(symbol: str, first: int, count: int) -> Columns:
    """The best bid and ask of all exchanges after each of `count` updates, from the kit's one-sided ones."""
    best = list(_best_quotes(symbol, first + count))[first:]
    return _arrays(QUOTE_COLUMNS, [row[1:] for row in best])


def trade_records(symbol: str, first: int, count: int) -> Columns:
    """The tape of a symbol, each print with the best bid and ask that stood before it."""
    rows = _rows(KIT / "ticks/lean_trades.parquet", symbol).sort("ts").slice(first, count)
    until = rows["ts"].dt.timestamp("ns")
    best = np.array(list(_best_quotes(symbol, 200_000)))
    place = np.searchsorted(best[:, 0].astype(np.int64), until.to_numpy(), side="left") - 1
    bid, ask = best[place, 1], best[place, 2]
    return _arrays(TRADE_COLUMNS, list(zip(rows["price"], rows["size"].cast(pl.Float64), bid, ask, strict=True)))


def _best_quotes(symbol: str, count: int) -> Iterator[tuple[float, ...]]:
    """Yield time, bid, ask and their sizes; 0 where no exchange has that side."""
    bids: dict[str, tuple[float, float]] = {}
    asks: dict[str, tuple[float, float]] = {}
    rows = _rows(KIT / "ticks/lean_quotes.parquet", symbol).sort("ts").head(count)
    columns = rows.select(pl.col("ts").dt.timestamp("ns"), "exchange", "bid", "bid_size", "ask", "ask_size")
    for at, exchange, bid, bid_size, ask, ask_size in columns.iter_rows():
        if bid:
            bids[exchange] = (bid, float(bid_size))
        if ask:
            asks[exchange] = (ask, float(ask_size))
        top = max(bids.values(), default=(0.0, 0.0))
        low = min(asks.values(), default=(0.0, 0.0))
        yield float(at), top[0], low[0], top[1], low[1]


def consolidated_quotes(symbol: str, first: str, last: str, *, fresh_seconds: float = 2.0) -> pl.DataFrame:
    """The best quote of all exchanges whenever it changes, between two times in UTC, in the form of `--quotes`.

    An exchange's side counts for so long after its update: the updates do not say when an offer was withdrawn.
    """
    rows = _rows(KIT / "ticks/lean_quotes.parquet", symbol).sort("ts")
    rows = rows.filter(pl.col("ts").is_between(datetime.fromisoformat(first), datetime.fromisoformat(last)))
    columns = rows.select(pl.col("ts").dt.timestamp("ns"), "exchange", "bid", "bid_size", "ask", "ask_size")
    sides: tuple[dict[str, tuple[float, float, int]], ...] = ({}, {})
    found: list[tuple[int, float, float, float, float]] = []
    for at, exchange, bid, bid_size, ask, ask_size in columns.iter_rows():
        for side, price, size in zip(sides, (bid, ask), (bid_size, ask_size), strict=True):
            if price:
                side[exchange] = (price, float(size), at)
        fresh = [[row for row in side.values() if at - row[2] <= fresh_seconds * 1e9] for side in sides]
        if not all(fresh):
            continue
        top, low = max(row[0] for row in fresh[0]), min(row[0] for row in fresh[1])
        sizes = [sum(row[1] for row in side if row[0] == best) for side, best in zip(fresh, (top, low), strict=True)]
        if not found or found[-1][1:] != (top, low, *sizes):
            found.append((at, top, low, sizes[0], sizes[1]))
    frame = pl.DataFrame(found, schema=["at", *QUOTE_COLUMNS], orient="row")
    moments = pl.from_epoch("at", time_unit="ns").dt.replace_time_zone("UTC").alias("ts")
    return frame.select(moments, pl.lit(symbol).alias("symbol"), *QUOTE_COLUMNS)


def _arrays(names: Sequence[str], rows: Sequence[Sequence[float]]) -> Columns:
    values = np.array(rows, np.float64)
    return {name: np.ascontiguousarray(values[:, place]) for place, name in enumerate(names)}


def _rows(path: Path, symbol: str) -> pl.DataFrame:
    return pl.scan_parquet(path).filter(pl.col("symbol") == symbol).collect()


def _columns(rows: pl.DataFrame, begun: Sequence[int], ended: Sequence[int]) -> BarColumns:
    prices = [rows[name].cast(pl.Float64).to_numpy() for name in ("open", "high", "low", "close", "volume")]
    return BarColumns(np.array(begun, np.int64), np.array(ended, np.int64), *prices)


def _nanos(text: str) -> int:
    return int(np.datetime64(text.removesuffix("Z"), "ns").astype(np.int64))
