"""How long W1 takes from the shell: a whole process, prices read from files, result with statistics made.

Cold, the folder of compiled code is empty and everything is compiled; warm, it is read from there.
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.measuring import Figure, repeat, seconds
from benchmarks.whole_run import save_prices

COLD_RUNS, WARM_RUNS = 3, 7
# Numba loads scipy where it finds it. It is here for the tests alone: nobody who installs the product has it from us.
_AS_USERS_HAVE_IT = """
import runpy, sys
sys.modules["scipy"] = None
runpy.run_module("benchmarks.whole_run", run_name="__main__")
"""


def measure_cold_start() -> list[Figure]:
    """Return seconds cold and warm, held against an interpreter that only loads what any such program loads; memory."""
    with tempfile.TemporaryDirectory() as kept:
        folder = Path(kept)
        save_prices(folder)
        imports = [sys.executable, "-c", "import numba, polars"]
        bare = repeat(lambda: seconds(lambda: subprocess.run(imports, check=True)), runs=WARM_RUNS)
        caches = [folder / f"cold-{number}" for number in range(COLD_RUNS)]
        cold = [_wall_and_cpu(partial(run_whole, folder, cache)) for cache in caches]
        run_whole(folder, caches[0])
        warm = [_wall_and_cpu(partial(run_whole, folder, caches[0])) for _ in range(WARM_RUNS)]
        used = run_whole(folder, caches[0], "--memory")
    baseline = Figure("python -c 'import numba, polars'", "s", bare)
    memory = used["added_bytes"] / used["array_bytes"]
    return [
        baseline,
        *_figures("W1 as a whole process, nothing compiled yet", cold, 5.8, baseline),
        *_figures("W1 as a whole process, compiled code on disk", warm, 1.5, baseline),
        Figure("W1: peak resident memory added, in its arrays' size", "x", (memory,), promise=3.0),
    ]


def _figures(name: str, times: list[tuple[float, float]], promise: float, baseline: Figure) -> list[Figure]:
    wall, cpu = zip(*times, strict=True)
    return [Figure(name, "s", wall, promise, baseline), Figure(f"{name}, CPU time", "s", cpu)]


def _wall_and_cpu(work: Callable[[], object]) -> tuple[float, float]:
    """Return how long a call that starts a program took, in seconds, and how much CPU time the program."""
    cpu = _cpu_of_children()
    wall = seconds(work)
    return wall, _cpu_of_children() - cpu


def _cpu_of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def run_whole(folder: Path, cache: Path, *more: str) -> dict[str, Any]:
    """Run W1 as a process with its own cache folder; return what it printed."""
    command = [sys.executable, "-c", _AS_USERS_HAVE_IT, str(folder), *more]
    environment = {**os.environ, "XDG_CACHE_HOME": str(cache)}
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, env=environment)
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer
