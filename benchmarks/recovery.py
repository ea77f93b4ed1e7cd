"""How long a start takes with a long journal: from a snapshot and the journal behind it, and from the journal alone.

The journal is made by the engine, the paper broker and the loop that trade, on a random walk of eight symbols: about
one order a minute. The starts are processes of their own, up to where `run` would ask the broker for its statement.
And how long trading stands still for a snapshot, by symbols.
"""

import asyncio
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

from benchmarks.measuring import Figure, seconds
from robo_trader.adapters.storage.journal import SqlJournal
from robo_trader.adapters.storage.session_record import SessionRecord
from robo_trader.app.joining import build_engine_settings
from robo_trader.app.running import Recovered, recover
from robo_trader.app.session_memory import REMEMBERED, SessionMemory, capture
from robo_trader.app.settings import Settings, load_settings
from robo_trader.core.domain.bars import Bar, BarSlice, TradingSession
from robo_trader.core.domain.events import SessionStarted
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.ports.journal import START
from robo_trader.runtime.order_references import OrderReferences
from robo_trader.runtime.snapshots.aside import Aside
from robo_trader.runtime.snapshots.configuration import Configuration
from robo_trader.runtime.trading_loop import TradingLoop
from robo_trader.runtime.unjournaled import UnjournaledRun

RECORDS = 1_000_000
TAIL = 50_000  # records behind the snapshot: as many as there may be with the default settings
SYMBOLS = 8
RUNS = 3
MINUTE = 60_000_000_000
DAY = 1440 * MINUTE
MINUTES_A_SESSION = 390
FIRST_DAY, OPENED_AT = date(2020, 9, 14), 1_600_090_200_000_000_000
RECORD = SessionRecord(
    account="PAPER", mode="PAPER", broker="paper", bar_size="1 min", strategy="sma_crossover", feeds={},
    opening_cash=Decimal(1_000_000), settings={},
)  # fmt: skip


def measure_recovery() -> list[Figure]:
    """Return the figures."""
    folder = Path(tempfile.mkdtemp(prefix="recovery"))
    try:
        database = folder / "session.db"
        asyncio.run(_trade(database))
        started = _starts(database)
        shutil.rmtree(f"{database}.snapshots")
        whole = Figure("start, the whole journal replayed", "s", _starts(database), promise=30)
    finally:
        shutil.rmtree(folder)
    start = Figure("start, a snapshot and 50,000 records behind it", "s", started, promise=15, baseline=whole)
    return [start, whole, *(figure for symbols in (1, 100, 500) for figure in _pauses(symbols))]


def settings_of(symbols: int, folder: Path) -> Settings:
    """Return what the benchmark trades with."""
    return load_settings(
        config_file=None, environment={}, working_directory=folder,
        overrides={
            "data": {"symbols": ",".join(f"S{number:03d}" for number in range(symbols)), "bar_size": "1 min"},
            "strategy": {"parameters": {"fast": 3, "slow": 12}},
            "execution": {"opening_cash": "1000000"},
        },
    )  # fmt: skip


def slices(symbols: int) -> Iterator[BarSlice]:
    """Yield minutes without end."""
    draw = random.Random(1)  # noqa: S311 - prices, not secrets
    prices = {Symbol(f"S{number:03d}"): 100.0 for number in range(symbols)}
    number = 0
    while True:
        day, minute = divmod(number, MINUTES_A_SESSION)
        opens = OPENED_AT + day * DAY
        session = TradingSession(
            date=(FIRST_DAY + timedelta(days=day)).isoformat(),
            opens_at=opens,
            closes_at=opens + MINUTES_A_SESSION * MINUTE,
        )
        start = opens + minute * MINUTE
        bars = []
        for symbol, last in prices.items():
            close = prices[symbol] = max(5.0, round(last * draw.gauss(1.0, 0.001), 2))
            high, low = max(last, close), min(last, close)
            bars.append(Bar(symbol, start, start + MINUTE, last, high, low, close, 50_000.0))
        yield BarSlice(ended_at=start + MINUTE, session=session, bars=tuple(bars))
        number += 1


def resume(database: Path, symbols: int = SYMBOLS) -> tuple[SqlJournal, SessionMemory, Recovered]:
    """Return a session as `run` finds it again."""
    settings = settings_of(symbols, database.parent)
    journal = SqlJournal(database)
    identity = journal.begin(RECORD)
    memory = SessionMemory(build_engine_settings(settings), journal, identity, database)
    return journal, memory, recover(settings, journal, OrderReferences(identity), memory)


async def _trade(database: Path) -> None:
    journal, memory, session = resume(database)
    keeper = memory.keeper(settings_of(SYMBOLS, database.parent), session.parts)
    with closing(journal):
        loop = TradingLoop(
            session.engine, journal, session.broker, observers=[session.broker.observe],
            listeners=[session.references.note, session.progress.note],
        )  # fmt: skip
        await loop.take([SessionStarted(occurred_at=0, account="PAPER", opening_cash=RECORD.opening_cash)])
        was_saved = False
        for slice_ in slices(SYMBOLS):
            await loop.close_slice(slice_)
            if not was_saved and journal.mark.seq >= RECORDS - TAIL:
                keeper.close()
                was_saved = True
            if journal.mark.seq >= RECORDS:
                return


def _starts(database: Path) -> tuple[float, ...]:
    script = f"from pathlib import Path; from benchmarks.recovery import resume; resume(Path({str(database)!r}))"
    command = [sys.executable, "-c", script]
    return tuple(seconds(lambda: subprocess.run(command, check=True, capture_output=True)) for _ in range(RUNS))


def _pauses(symbols: int) -> list[Figure]:
    """Return how long a snapshot holds up who trades, and how long it takes beside him."""
    with tempfile.TemporaryDirectory() as folder:
        settings = settings_of(symbols, Path(folder))
        engine_settings = build_engine_settings(settings)
        configuration = Configuration(engine_settings, REMEMBERED)
        session = asyncio.run(_played(symbols))
        path = Path(folder) / "snapshot"
        pauses, wholes = [], []
        for _ in range(5):
            begun = time.perf_counter()
            aside = Aside(lambda: _save(path, session, configuration))
            pauses.append(1e3 * (time.perf_counter() - begun))
            fault = aside.wait()
            assert not fault, fault
            wholes.append(1e3 * (time.perf_counter() - begun))
        name = f"{symbols} symbols, {path.stat().st_size / 1e6:.1f} MB"
    return [
        Figure(f"a snapshot holds trading up, {name}", "ms", tuple(pauses)),
        Figure(f"the same until it is written, {name}", "ms", tuple(wholes)),
    ]


async def _played(symbols: int) -> Recovered:
    with tempfile.TemporaryDirectory() as folder:
        journal, _, session = resume(Path(folder) / "none.db", symbols)
        journal.close()
    loop = TradingLoop(session.engine, UnjournaledRun(), session.broker, observers=[session.broker.observe])
    await loop.take([SessionStarted(occurred_at=0, account="PAPER", opening_cash=RECORD.opening_cash)])
    for _, slice_ in zip(range(200), slices(symbols), strict=False):
        await loop.close_slice(slice_)
    return session


def _save(path: Path, session: Recovered, configuration: Configuration) -> None:
    path.write_bytes(capture(START, session.parts(), configuration, "benchmark").memory)
