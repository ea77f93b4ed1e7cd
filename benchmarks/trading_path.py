"""What a slice costs on its way from the feed to the durable books, in pieces."""

import asyncio
import tempfile
import time
from decimal import Decimal
from functools import partial
from pathlib import Path

from sqlalchemy import Connection, text

from benchmarks.measuring import Figure, repeat
from robo_trader.adapters.calendars.exchange import load_sessions
from robo_trader.adapters.feeds.sample import SampleFeed
from robo_trader.adapters.storage.database import open_database
from robo_trader.adapters.storage.head_anchor import Head, HeadAnchor
from robo_trader.adapters.storage.journal import SqlJournal
from robo_trader.adapters.storage.session_record import SessionRecord
from robo_trader.app.joining import build_broker, build_engine
from robo_trader.app.session_plan import plan_session
from robo_trader.app.settings import Settings
from robo_trader.core.domain.bars import BarSlice
from robo_trader.core.domain.events import SessionStarted
from robo_trader.runtime.loading import load_series
from robo_trader.runtime.slices import merge_slices
from robo_trader.runtime.trading_loop import TradingLoop
from robo_trader.runtime.unjournaled import UnjournaledRun

RUNS = 5
COMMITS = 500


def measure_trading_path() -> list[Figure]:
    """Return microseconds a slice of five symbols, on the sample: core alone, and with the SQLite journal."""
    settings = Settings()
    slices, record = asyncio.run(_sample(settings))
    commit = Figure("bare SQLite commit, WAL and FULL", "us", repeat(bare_commit, runs=RUNS))
    core = repeat(lambda: _trade(settings, slices, None), runs=RUNS)
    whole = repeat(lambda: _trade(settings, slices, record), runs=RUNS)
    return [
        commit,
        Figure("anchor of the journal's head, flushed", "us", repeat(_anchored, runs=RUNS), baseline=commit),
        Figure("decide: engine and venue, a slice", "us", core),
        Figure("decide and journal, a slice", "us", whole, baseline=commit),
    ]


async def _sample(settings: Settings) -> tuple[list[BarSlice], SessionRecord]:
    sessions = load_sessions("1998-01-02", "2014-01-02")
    plan = plan_session(settings, sessions, now=0)
    assert all(isinstance(feed, SampleFeed) for feed in plan.feeds.values())
    series = await load_series(plan.requests(after=0), max_concurrent=4)
    return list(merge_slices(series, sessions, after=0)), plan.record()


def _trade(settings: Settings, slices: list[BarSlice], record: SessionRecord | None) -> float:
    """record: what a journal would be about; None to keep none."""
    with tempfile.TemporaryDirectory() as folder:
        journal: SqlJournal | UnjournaledRun = UnjournaledRun()
        if record is not None:
            journal = SqlJournal(Path(folder) / "bench.db")
            journal.begin(record)
        broker = build_broker(settings)
        loop = TradingLoop(build_engine(settings), journal, broker, observers=[broker.observe])
        begun = time.perf_counter()
        asyncio.run(_play(loop, slices))
        spent = time.perf_counter() - begun
        if isinstance(journal, SqlJournal):
            journal.close()
    return spent / len(slices) * 1e6


async def _play(loop: TradingLoop, slices: list[BarSlice]) -> None:
    await loop.take([SessionStarted(occurred_at=0, account="PAPER", opening_cash=Decimal(100_000))])
    for slice_ in slices:
        await loop.close_slice(slice_)


def bare_commit() -> float:
    """Return microseconds of a commit of one number, on disk when it returns."""
    with tempfile.TemporaryDirectory() as folder:
        database = open_database(Path(folder) / "bare.db", read_only=False, busy_timeout_seconds=5)
        database.run(lambda connection: connection.exec_driver_sql("CREATE TABLE t (a INTEGER)"))
        begun = time.perf_counter()
        for number in range(COMMITS):
            database.run(partial(_insert, number=number))
        spent = time.perf_counter() - begun
        database.close()
    return spent / COMMITS * 1e6


def _insert(connection: Connection, number: int) -> None:
    connection.execute(text("INSERT INTO t VALUES (:a)"), {"a": number})


def _anchored() -> float:
    with tempfile.TemporaryDirectory() as folder:
        anchor = HeadAnchor(Path(folder) / "bare.db")
        anchor.write(Head(install="abcdefgh", epoch=1, seq=0, hash="00" * 16))
        begun = time.perf_counter()
        for number in range(COMMITS):
            anchor.write(Head(install="abcdefgh", epoch=1, seq=number, hash=f"{number:032x}"))
        spent = time.perf_counter() - begun
        anchor.close()
    return spent / COMMITS * 1e6
