"""The heart beats only while the trading loop turns; it waits for nobody, and stops an engine that is alone."""

import asyncio
import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from robo_trader.app.settings import Settings
from robo_trader.app.settings.supervision_section import SupervisionSettings
from robo_trader.app.supervision.beats import Beat, Greeting, LineReader, Phase, Told
from robo_trader.app.supervision.heart import Heart, Upbringing, own_arguments
from robo_trader.app.supervision.vitals import read_vitals, vitals_file
from tests.unit.core.engine.desk import an_engine

SETTINGS = Settings(supervision=SupervisionSettings(freeze_seconds=1))
EPOCH = 7


class Supervisor:
    """The other end of the pipe."""

    def __init__(self) -> None:
        self.pipe, self.theirs = os.pipe()
        os.set_blocking(self.pipe, False)
        self._reader = LineReader()

    def heard(self) -> list[Told]:
        try:
            return self._reader.feed(os.read(self.pipe, 1 << 20))
        except BlockingIOError:
            return []

    def close(self) -> None:
        if self.pipe >= 0:
            os.close(self.pipe)
        self.pipe = -1


@contextmanager
def a_supervisor() -> Iterator[Supervisor]:
    with closing(Supervisor()) as supervisor:
        yield supervisor


def a_heart(folder: Path, supervisor: Supervisor, stop: asyncio.Event) -> Heart:
    heart = Heart(folder / "x.db", SETTINGS, stop, Upbringing(supervisor.theirs, ("run", "--no-web")))
    heart.begin(an_engine(), EPOCH)
    return heart


async def test_it_greets_beats_and_says_that_it_is_over(tmp_path: Path) -> None:
    with a_supervisor() as supervisor:
        heart = a_heart(tmp_path, supervisor, asyncio.Event())
        async with heart:
            heart.enter(Phase.TRADING)
            await asyncio.sleep(3 * heart.seconds)
        greeting, first, *beats = supervisor.heard()
        assert isinstance(greeting, Greeting) and greeting.database == str(tmp_path / "x.db")
        assert first == Beat(phase=Phase.STARTING, trading_state="ACTIVE")
        assert [beat.phase for beat in beats if isinstance(beat, Beat)][-1] is Phase.ENDED and len(beats) >= 3
        found = read_vitals(tmp_path / "x.db")
        assert found is not None and (found.epoch, found.pid, found.phase) == (EPOCH, os.getpid(), Phase.ENDED)
        assert vitals_file(tmp_path / "x.db").stat().st_mode & 0o777 == 0o600


async def test_who_leaves_by_an_error_has_not_ended_in_order(tmp_path: Path) -> None:
    with a_supervisor() as supervisor:
        with pytest.raises(RuntimeError):
            async with a_heart(tmp_path, supervisor, asyncio.Event()):
                raise RuntimeError
        found = read_vitals(tmp_path / "x.db")
        assert found is not None and found.phase is Phase.STARTING


async def test_a_trading_loop_that_waits_for_ever_ends_the_beats(tmp_path: Path) -> None:
    """Other tasks get their turn meanwhile, the heart's own among them."""
    with a_supervisor() as supervisor:
        async with (heart := a_heart(tmp_path, supervisor, asyncio.Event())):
            heart.enter(Phase.TRADING)
            heart.turn()
            await asyncio.sleep(0.6)
            assert supervisor.heard(), "it has turned a moment ago"
            await asyncio.sleep(0.8)
            supervisor.heard()
            await asyncio.sleep(3 * heart.seconds)
            assert not supervisor.heard()
            heart.turn()
            await asyncio.sleep(3 * heart.seconds)
            assert supervisor.heard(), "it turns again"


async def test_without_a_supervisor_it_stops(tmp_path: Path) -> None:
    stop = asyncio.Event()
    with a_supervisor() as supervisor:
        async with a_heart(tmp_path, supervisor, stop):
            supervisor.close()
            await asyncio.wait_for(stop.wait(), 5)


async def test_a_pipe_that_nobody_empties_keeps_nobody_waiting(tmp_path: Path) -> None:
    stop = asyncio.Event()
    with a_supervisor() as supervisor:
        async with (heart := a_heart(tmp_path, supervisor, stop)):
            for _ in range(5_000):
                heart.enter(Phase.TRADING)
                heart.enter(Phase.STARTING)
            assert not stop.is_set()
            assert len(supervisor.heard()) > 100, "what was told before is whole"


async def test_a_disk_that_takes_no_sign_of_life_stops_nothing(tmp_path: Path) -> None:
    (tmp_path / ".x.db.heartbeat").mkdir()
    with a_supervisor() as supervisor:
        async with (heart := a_heart(tmp_path, supervisor, asyncio.Event())):
            await asyncio.sleep(2 * heart.seconds)
            assert len(supervisor.heard()) >= 2
    assert read_vitals(tmp_path / "x.db") is None


def test_what_the_supervisor_added_is_not_the_users() -> None:
    assert own_arguments(["x", "run", "--beats-to", "7", "--no-web"]) == ("run", "--no-web")
    assert own_arguments(["x", "run", "--no-web"]) == ("run", "--no-web")
