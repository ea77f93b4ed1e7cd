"""What is compiled ahead is done by another process, is there when the block is over, and never does harm."""

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from robo_trader.research.compiled.compiled_ahead import compiled_ahead

_ALONE = """
import os, sys, time
from pathlib import Path
from robo_trader.research.compiled.compiled_ahead import compiled_ahead

told = Path(sys.argv[1])

def work():
    time.sleep(0.2)
    told.write_text(str(os.getpid()))
    {ends}

with compiled_ahead(work):
    {meanwhile}
print(os.getpid(), told.exists() and told.read_text())
"""

needs_two_cores = pytest.mark.skipif(
    sys.platform != "linux" or len(os.sched_getaffinity(0)) < 2, reason="a process is copied on Linux, with two cores"
)


def _run(folder: Path, *, ends: str = "pass", meanwhile: str = "pass") -> subprocess.CompletedProcess[str]:
    program = _ALONE.format(ends=ends, meanwhile=meanwhile)
    command = [sys.executable, "-c", program, str(folder / "told")]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


@needs_two_cores
def test_work_is_done_by_a_copy_and_waited_for(tmp_path: Path) -> None:
    mine, copy = _run(tmp_path).stdout.split()
    assert int(copy) > 0
    assert copy != mine


@needs_two_cores
def test_a_copy_that_fails_is_no_harm(tmp_path: Path) -> None:
    done = _run(tmp_path, ends='raise RuntimeError("nothing comes of it")')
    assert (done.returncode, done.stderr) == (0, "")


@needs_two_cores
def test_nobody_waits_for_a_copy_when_the_block_fails(tmp_path: Path) -> None:
    done = _run(tmp_path, ends="time.sleep(50)", meanwhile='raise ValueError("wrong strength")')
    assert "wrong strength" in done.stderr


def test_a_process_with_threads_is_not_copied() -> None:
    over, done = threading.Event(), []
    thread = threading.Thread(target=over.wait)
    thread.start()
    try:
        with compiled_ahead(lambda: done.append(1)):
            pass
    finally:
        over.set()
        thread.join()
    assert done == []


def test_what_is_not_wanted_is_not_done() -> None:
    done: list[int] = []
    with compiled_ahead(lambda: done.append(1), wanted=False):
        pass
    assert done == []


_BACKTEST = """
from benchmarks.workloads import W1, Workload, columns_of, engine_settings, generate_prices, sessions_of, venue_settings
from robo_trader.research.backtest.bar_table import build_table
from robo_trader.research.backtest.compiled_run import play_compiled
from robo_trader.research.compiled.account_loop import run
from robo_trader.research.compiled.compiler import Compiler

small, compiler = Workload("small", 2, 500, W1.cash), Compiler()
table = build_table(columns_of(small, generate_prices(small)), sessions_of(small))
played = play_compiled(table, engine_settings(small), venue_settings(), cash=small.cash, compiler=compiler)
taken_from_disk = sum(compiler.compile(run).stats.cache_hits.values())
print(len(played.fills), taken_from_disk)
"""


@needs_two_cores
def test_a_first_backtest_takes_the_account_as_the_copy_compiled_it(tmp_path: Path) -> None:
    environment = {**os.environ, "XDG_CACHE_HOME": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", _BACKTEST], capture_output=True, text=True, timeout=120, check=True, env=environment
    )
    fills, taken_from_disk = map(int, done.stdout.split())
    assert fills > 0
    assert taken_from_disk == 1
