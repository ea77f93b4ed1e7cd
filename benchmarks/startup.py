"""How long a user waits: `--help`, and `run` until the first bar is processed. Whole processes, warm."""

import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.measuring import Figure, repeat

RUNS = 7


def measure_startup() -> list[Figure]:
    """Return the figures, with a bare interpreter as the baseline."""
    bare = Figure("python -c pass", "s", repeat(lambda: _seconds([sys.executable, "-c", "pass"]), runs=RUNS))
    answer = repeat(lambda: _seconds([sys.executable, "-m", "robo_trader", "--help"]), runs=RUNS)
    with tempfile.TemporaryDirectory() as folder:
        fresh = repeat(_FirstBar(Path(folder)), runs=RUNS)
        restarted = repeat(_FirstBar(Path(folder), restart=True), runs=RUNS)
    return [
        bare,
        Figure("robo-trader --help", "s", answer, promise=0.3, baseline=bare),
        Figure("run to the first bar, new session", "s", fresh, promise=2.0, baseline=bare),
        Figure("run to the first bar, 2,000 slices journaled", "s", restarted, promise=2.0, baseline=bare),
    ]


def _seconds(command: list[str]) -> float:
    begun = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - begun


class _FirstBar:
    """Starts a run and waits for the log line that says that the first slice is journaled."""

    def __init__(self, folder: Path, *, restart: bool = False) -> None:
        self._folder = folder
        self._number = 0
        self._grown = folder / "grown.db" if restart else None
        if self._grown is not None:
            _grow(self._grown)

    def __call__(self) -> float:
        self._number += 1
        database = self._grown or self._folder / f"{self._number}.db"
        begun = time.perf_counter()
        process = _start(database, "--speed", "1")
        try:
            assert process.stderr is not None
            for line in process.stderr:
                if "first_slice" in line:
                    return time.perf_counter() - begun
            raise RuntimeError("the run ended before its first slice")
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait()


def _start(database: Path, *arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "robo_trader", "run", "--database", str(database), "--no-web", *arguments]
    return subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)


def _grow(database: Path) -> None:
    """Journal about 2,000 slices and stop, as a user does."""
    process = _start(database, "--speed", "1000")
    time.sleep(3.0)
    process.send_signal(signal.SIGTERM)
    process.communicate()
