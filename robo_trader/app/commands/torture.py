"""`robo-trader torture`: plays worlds, tells how they ended, and shrinks what failed."""

import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from robo_trader import __version__
from robo_trader.app.console import print_json, print_pairs, print_progress, print_text
from robo_trader.app.torture.campaign import Played, Tally, TorturePlan, play_seeds, shrink, with_strategy_file
from robo_trader.runtime.invariants.broken import InvariantBroken

_TELL_EVERY = 25  # seeds


@dataclass(frozen=True, slots=True)
class TortureOptions:
    """What the command line says beyond the plan."""

    seeds: Sequence[int]
    jobs: int
    is_shrunk: bool
    as_json: bool


class TortureFailed(InvariantBroken):
    """Some seeds found what must not be."""

    def __init__(self, count: int, first: int) -> None:
        Exception.__init__(self, f"{count} seeds failed, the first is {first}")
        self.next_step = f"Play it again with: robo-trader torture --seed {first}"


def torture_command(plan: TorturePlan, options: TortureOptions) -> None:
    """Play the seeds. Raises TortureFailed if any of them failed."""
    plan, tally = with_strategy_file(plan), Tally()
    for played in play_seeds(plan, options.seeds, options.jobs):
        tally.add(played)
        if played.outcome.violation:
            print_progress(f"seed {played.outcome.seed} failed at event {played.outcome.events}")
        elif not tally.seeds % _TELL_EVERY:
            print_progress(f"{tally.seeds} of {len(options.seeds)} seeds, {len(tally.failures)} failed")
    failures = [_shrunk(plan, one, options) for one in sorted(tally.failures, key=lambda one: one.outcome.seed)]
    if options.as_json:
        print_json(_told(tally, failures))
    else:
        _print(tally, failures, is_single=len(options.seeds) == 1)
    if failures:
        raise TortureFailed(len(failures), failures[0].outcome.seed)


def _shrunk(plan: TorturePlan, played: Played, options: TortureOptions) -> Played:
    return shrink(plan, played, print_progress) if options.is_shrunk else played


def _told(tally: Tally, failures: Sequence[Played]) -> dict[str, Any]:
    return {
        "version": program_version(), "seeds": tally.seeds, "failed": len(failures), "events": tally.events,
        "steps": tally.steps, "orders": tally.orders, "lives": tally.lives, "endings": dict(tally.endings),
        "faults": dict(sorted(tally.faults.items())), "events_a_fault": round(tally.events_a_fault, 1),
        "cpu_seconds": round(tally.cpu_seconds, 1), "slowest_reconciled_seconds": tally.slowest_reconciled,
        "failures": [_failure(one) for one in failures],
    }  # fmt: skip


def _failure(played: Played) -> dict[str, Any]:
    outcome = played.outcome
    return {
        "seed": outcome.seed, "event": outcome.events, "violation": outcome.violation, "digest": outcome.digest,
        "faults": msgspec.to_builtins(played.faults),
    }  # fmt: skip


def _print(tally: Tally, failures: Sequence[Played], *, is_single: bool) -> None:
    pairs = {
        "program": program_version(),
        "seeds": f"{tally.seeds}, {len(failures)} failed",
        "events": f"{tally.events:,} in {tally.lives:,} lives of the program, {tally.orders:,} orders",
        "faults": f"{tally.faults.total():,} of {len(tally.faults)} kinds, one in {tally.events_a_fault:.1f} events",
        "endings": ", ".join(f"{count} {name}" for name, count in tally.endings.most_common()),
        "slowest to be reconciled": f"{tally.slowest_reconciled:.1f} s of the world",
        "speed": f"{tally.steps / max(tally.cpu_seconds, 1e-9):,.0f} callbacks a second of a core",
        "processor": f"{tally.cpu_seconds:.1f} s",
    }
    print_pairs("Torture", pairs)
    for one in failures:
        print_text(f"\nseed {one.outcome.seed}, event {one.outcome.events}, {program_version()}")
        print_text(f"  {one.outcome.violation}")
        for fault in one.faults:
            print_text(f"  {msgspec.json.encode(fault).decode()}")
    if is_single and not failures:
        print_text("It ended as it should.")


def print_digest(played: Played) -> None:
    """Print the hash of all that one world came to."""
    print_text(f"seed {played.outcome.seed}: {played.outcome.digest}")


def program_version() -> str:
    """Return the program's version, and the commit if it runs from a checkout."""
    folder = Path(__file__).parents[3]
    try:
        commit = subprocess.run(  # noqa: S603 - a fixed command
            ["git", "-C", str(folder), "rev-parse", "--short=12", "HEAD"],  # noqa: S607
            capture_output=True, text=True, check=True, timeout=5,
        ).stdout.strip()  # fmt: skip
    except (OSError, subprocess.SubprocessError):
        return __version__
    return f"{__version__} ({commit})"
