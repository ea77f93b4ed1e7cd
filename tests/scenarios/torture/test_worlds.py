"""Pretend worlds by seed: what must hold holds, the same seed is the same world, and old failures stay mended.

The corpus holds every failure that was found, shrunk: the faults themselves, so that it outlives changes of the draw.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest

from robo_trader.app.commands.torture import TortureOptions, torture_command
from robo_trader.app.exit_codes import ExitCode
from robo_trader.app.torture.campaign import TorturePlan, play_seed, shrink
from robo_trader.app.torture.faults import WorldFault
from robo_trader.runtime.trading_loop import TradingLoop
from tests.running import TIMEOUT_SECONDS, environment, run

CORPUS = Path(__file__).with_name("corpus.json")
PLAN = TorturePlan()
FIRST_SEED = 1
SEEDS = 40  # a night plays thousands: `make nightly`
PARTS = 4  # tests that share them, for as many processes
SOME = 2


def corpus() -> list[Any]:
    return [pytest.param(one, id=one["finding"]) for one in json.loads(CORPUS.read_text())]


@pytest.mark.parametrize("part", range(PARTS))
def test_whatever_goes_wrong_what_must_hold_holds(part: int) -> None:
    for seed in range(FIRST_SEED + part, FIRST_SEED + SEEDS, PARTS):
        outcome = play_seed(PLAN, seed).outcome
        assert not outcome.violation, f"robo-trader torture --seed {seed}: {outcome.violation}"


@pytest.mark.parametrize("found", corpus())
def test_what_was_found_once_is_found_no_more(found: dict[str, Any]) -> None:
    faults = msgspec.convert(found["faults"], tuple[WorldFault, ...])
    outcome = play_seed(msgspec.convert(found["plan"], TorturePlan), found["seed"], faults).outcome
    assert not outcome.violation, outcome.violation


def test_without_faults_it_trades_and_both_books_are_one() -> None:
    outcome = play_seed(TorturePlan(with_faults=False), 2).outcome
    assert not outcome.violation
    assert (outcome.ending, outcome.faults.total()) == ("ACTIVE", 0)
    assert outcome.lives == PLAN.days
    assert outcome.orders > 10


DIGESTS = """
from robo_trader.app.torture.campaign import TorturePlan, play_seed
print(*[play_seed(TorturePlan(), seed).outcome.digest for seed in range(1, 1 + int("{count}"))])
"""


def test_a_seed_is_the_same_world_in_other_processes_with_other_hash_seeds() -> None:
    command = [sys.executable, "-c", DIGESTS.format(count=SOME)]
    playing = [
        subprocess.Popen(command, env=environment(PYTHONHASHSEED=seed), stdout=subprocess.PIPE, text=True)
        for seed in ("0", "1", "4711")
    ]
    told = {one.communicate(timeout=TIMEOUT_SECONDS)[0] for one in playing}
    assert len(told) == 1
    assert len(set(told.pop().split())) == SOME


def test_a_planted_bug_is_found_and_its_faults_are_shrunk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Orders that leave before they are durable: seen on the wire where the disk refuses them, or the program dies."""

    async def act_first(loop: TradingLoop, inputs: Any) -> None:  # noqa: ANN401 - as the loop takes them
        while inputs:
            batch = loop._decide(inputs)
            for listen in loop._listeners:
                listen(batch)
            for command in batch.commands:
                await loop._carry_out(command)
            await loop._journal.commit(batch)
            inputs = loop._broker.take_reports()

    monkeypatch.setattr(TradingLoop, "take", act_first)
    plan = TorturePlan(days=1, session_minutes=20)
    played = play_seed(plan, 20)
    assert "I01" in played.outcome.violation
    assert len(played.faults) > 20
    shrunk = shrink(plan, played, tries_max=40)
    assert "I01" in shrunk.outcome.violation
    assert len(shrunk.faults) <= 4


def test_the_command_tells_what_came_of_it() -> None:
    done = run("torture", "--seeds", "2", "--session-minutes", "10", "--jobs", "2", "--json")
    assert done.returncode == ExitCode.OK, done.stderr
    told = json.loads(done.stdout)
    assert (told["seeds"], told["failed"]) == (2, 0)
    assert told["events"] > 0
    assert told["events_a_fault"] < 50  # T02


def test_the_command_plays_a_strategy_of_ones_own(tmp_path: Path) -> None:
    file = tmp_path / "mine.py"
    file.write_text(
        "from dataclasses import dataclass\n"
        "from robo_trader.core.strategies.event_strategy import EventStrategy\n\n\n"
        "@dataclass(frozen=True)\n"
        "class Steady(EventStrategy):\n"
        "    def on_bar(self, memory, bar, values, desk):\n"
        "        desk.want(bar.symbol, 0.5, 'always')\n"
    )
    arguments = ("--strategy", f"{file}:Steady", "--seeds", "1", "--session-minutes", "10", "--jobs", "1", "--json")
    done = run("torture", *arguments)
    assert done.returncode == ExitCode.OK, done.stderr
    assert json.loads(done.stdout)["orders"] > 0


def test_a_failure_ends_the_command_with_its_seed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def do_nothing(_: TradingLoop, inputs: Any) -> None:  # noqa: ANN401
        raise AssertionError(f"a bug at {len(inputs)} inputs")

    monkeypatch.setattr(TradingLoop, "take", do_nothing)
    options = TortureOptions(seeds=(5,), jobs=1, is_shrunk=False, as_json=True)
    with pytest.raises(Exception, match="1 seeds failed, the first is 5"):
        torture_command(PLAN, options)
    told = json.loads(capsys.readouterr().out)
    assert told["failures"][0]["seed"] == 5
    assert "a bug at 1 inputs" in told["failures"][0]["violation"]
