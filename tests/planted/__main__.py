"""`python -m tests.planted [NAME...]`: plants each bug in a copy of the program, and lets pretend worlds look for it.

Prints a table: which seed found the bug first, at which event, and what was broken. Exit code 1 if one was not found.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from tests.planted.bug import PACKAGE, Bug
from tests.planted.core_bugs import CORE_BUGS
from tests.planted.shell_bugs import SHELL_BUGS

BUGS = (*CORE_BUGS, *SHELL_BUGS)
AT_A_TIME = 25  # seeds, until one of them fails
PATIENCE_SECONDS = 1_200.0


@dataclass(frozen=True, slots=True)
class Hunt:
    """What became of one bug."""

    bug: Bug
    seed: int | None  # that found it; None: none did
    words: str

    def __str__(self) -> str:
        found = f"seed {self.seed}" if self.seed is not None else "NOT FOUND"
        return f"{self.bug.name:<76} {found:<11} {self.words[:150]}"


def main() -> None:
    """Hunt for the named bugs, or for all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="a part of a bug's name; all if none is given")
    parser.add_argument("--seeds", type=int, default=1_000, help="how many worlds may be tried for each")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="bugs hunted side by side")
    chosen = parser.parse_args()
    wanted = [bug for bug in BUGS if not chosen.names or any(name in bug.name for name in chosen.names)]
    missed = 0
    with ThreadPoolExecutor(chosen.jobs) as pool:
        for hunt in pool.map(partial(_hunt, seeds=chosen.seeds), wanted):
            print(hunt, flush=True)  # noqa: T201 - the table is what it is for
            missed += hunt.seed is None
    print(f"{len(wanted) - missed} of {len(wanted)} found, each within {chosen.seeds} seeds")  # noqa: T201
    sys.exit(1 if missed else 0)


def _hunt(bug: Bug, *, seeds: int) -> Hunt:
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(PACKAGE, Path(folder) / PACKAGE.name, ignore=shutil.ignore_patterns("static", "__pycache__"))
        bug.plant(Path(folder) / PACKAGE.name)
        for told in _campaigns(Path(folder), seeds):
            if isinstance(told, str):
                return Hunt(bug, 0, told)  # the program does not even run
            if told["failures"]:
                first = min(told["failures"], key=lambda failure: int(failure["seed"]))
                return Hunt(bug, first["seed"], f"event {first['event']}: {first['violation']}")
    return Hunt(bug, None, f"{seeds} seeds went well")


def _campaigns(folder: Path, seeds: int) -> Iterator[dict[str, Any] | str]:
    for first in range(1, seeds + 1, AT_A_TIME):
        command = [
            sys.executable, "-m", "robo_trader", "torture", "--json", "--no-shrink", "--jobs", "1",
            "--first", str(first), "--seeds", str(min(AT_A_TIME, seeds + 1 - first)),
        ]  # fmt: skip
        environment = {**os.environ, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
        try:
            done = subprocess.run(
                command, cwd=folder, env=environment, capture_output=True, text=True, check=False,
                timeout=PATIENCE_SECONDS,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            yield f"some seed from {first} on never ended"
            return
        if not done.stdout.startswith("{"):
            yield done.stderr.strip().rpartition("\n")[2]
            return
        yield json.loads(done.stdout)


if __name__ == "__main__":
    main()
