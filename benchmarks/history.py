"""How quickly the history of a hundred symbols comes: a gateway's process, the broker's process, sockets between them.

The gateway is the pretend one, and this machine runs both: what is measured is our side and the wire, not what
Interactive Brokers' servers take.
"""

import asyncio
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import structlog

from benchmarks.measuring import Figure
from robo_trader.adapters.brokers.interactive_brokers.broker import GatewayTarget, InteractiveBrokers
from robo_trader.core.domain.broker_link import LinkState
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.domain.reference_table import ReferenceTable
from robo_trader.core.market.bar_sizes import BarSize

SYMBOLS = tuple(Symbol(f"S{number:02}") for number in range(100))
RUNS = 5
ACCOUNT = "DU1234567"
_PATIENCE_SECONDS = 120


@dataclass(frozen=True, slots=True)
class _Run:
    """Seconds of one run: each request's, from the first to the last answer, and until the engine's end has all."""

    requests: tuple[float, ...]
    whole: float
    told: float


def measure_history() -> list[Figure]:
    """Return median and 95th percentile of a request, with five connections and with one, and what all took."""
    structlog.configure(processors=[_say_nothing])
    with _gateway() as port:
        runs = {clients: [asyncio.run(_ask(port, clients)) for _ in range(RUNS)] for clients in (1, 5)}
    alone, pool = runs[1], runs[5]
    one = Figure("a request, one connection alone, p95", "s", tuple(_late(run) for run in alone))
    whole = Figure("history of 100 symbols, one connection alone", "s", tuple(run.whole for run in alone))
    told = Figure("the same, at the engine's end, one connection", "s", tuple(run.told for run in alone))
    return [
        Figure("a request, one connection alone, p50", "s", tuple(_middle(run) for run in alone)),
        one,
        Figure("a request, five connections, p50", "s", tuple(_middle(run) for run in pool)),
        Figure("a request, five connections, p95", "s", tuple(_late(run) for run in pool), promise=0.3, baseline=one),
        whole,
        Figure("history of 100 symbols, five connections", "s", tuple(run.whole for run in pool), baseline=whole),
        told,
        Figure("the same, at the engine's end, five connections", "s", tuple(run.told for run in pool), baseline=told),
    ]


def _say_nothing(_logger: object, _name: str, _event: MutableMapping[str, Any]) -> str:
    """Drop what the broker logs: the figures are all that is printed."""
    raise structlog.DropEvent


def _middle(run: _Run) -> float:
    return sorted(run.requests)[len(run.requests) // 2]


def _late(run: _Run) -> float:
    return sorted(run.requests)[len(run.requests) * 95 // 100]


async def _ask(port: int, clients: int) -> _Run:
    """Ask for five days of bars of five minutes, the connections still to be made."""
    with tempfile.TemporaryDirectory() as folder:
        target = GatewayTarget(host="127.0.0.1", port=port, account=ACCOUNT, history_clients=clients)
        broker = InteractiveBrokers(
            target, table=ReferenceTable(install="be9c4a1d"), numbers_file=Path(folder) / "numbers"
        )
        await broker.start()
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                while broker.link is not LinkState.READY:  # noqa: ASYNC110 - the link sets no event
                    await asyncio.sleep(0.01)
                begun = time.perf_counter()
                batch = await broker.history_of(SYMBOLS, BarSize.MINUTES_5, "5 D")
                told = time.perf_counter() - begun
        finally:
            await broker.stop()
    assert len(batch.bars) == len(batch.seconds) == len(SYMBOLS), batch.problems
    return _Run(batch.seconds, batch.whole_seconds, told)


@contextmanager
def _gateway() -> Iterator[int]:
    """A gateway whose market stands still, with thirty days of bars before it; gives its port."""
    command = [
        sys.executable, "-m", "robo_trader", "gateway", "--port", "0", "--account", ACCOUNT, "--feed", "synthetic",
        "--symbols", ",".join(SYMBOLS), "--bar-size", "5 mins", "--duration", "1 D", "--speed", "0.001", "--json",
    ]  # fmt: skip
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        assert process.stdout is not None
        yield json.loads(process.stdout.readline())["port"]
    finally:
        process.terminate()
        process.wait()
