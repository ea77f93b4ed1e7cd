"""A permission to trade real money is valid as it was written, for its account, until its time; else there is none."""

import os
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace

from robo_trader.app.arming import Arming, ArmingFile, ArmingWatch, NotArmed
from robo_trader.core.domain.arming import ArmingChanged
from robo_trader.core.market.sessions import SessionTable
from tests.builders import CLOSE, HOUR, OPEN, a_session

ACCOUNT = "U1234567"
NOW = OPEN + HOUR
SOUND = Arming(account=ACCOUNT, actor="anna", armed_at=NOW, expires_at=CLOSE)
SESSIONS = SessionTable([a_session(day=0), a_session(day=1)])


@pytest.fixture
def file(tmp_path: Path) -> ArmingFile:
    return ArmingFile({"XDG_DATA_HOME": str(tmp_path)}, ACCOUNT, SESSIONS)


def refused(file: ArmingFile, *, now: int = NOW) -> str:
    found = file.read(now=now)
    assert isinstance(found, str), found
    return found


def test_what_was_written_is_read_and_only_its_owner_can_read_it(file: ArmingFile) -> None:
    file.write(SOUND)
    assert file.read(now=NOW) == SOUND
    assert file.path.stat().st_mode & 0o777 == 0o600
    assert file.path.parent.stat().st_mode & 0o077 == 0
    assert [found.name for found in file.path.parent.iterdir()] == [f"{ACCOUNT}.json"]


def test_nothing_is_armed_until_somebody_does_nor_after_it_was_taken_back(file: ArmingFile) -> None:
    assert refused(file) == f"nobody has armed {ACCOUNT}"
    assert not file.remove()
    file.write(SOUND)
    assert file.remove()
    assert refused(file) == f"nobody has armed {ACCOUNT}"


def test_it_ends_at_its_time(file: ArmingFile) -> None:
    file.write(SOUND)
    assert file.read(now=CLOSE - 1) == SOUND
    assert "expired at" in refused(file, now=CLOSE)


@pytest.mark.parametrize(
    ("at", "latest"),
    [(NOW, CLOSE), (CLOSE - 1, CLOSE), (CLOSE, a_session(day=1).closes_at), (OPEN - HOUR, CLOSE)],
)
def test_it_may_last_to_the_end_of_the_session_under_way_or_else_the_next(
    file: ArmingFile, at: int, latest: int
) -> None:
    assert file.latest_expiry(at) == latest


def _raw(change: Callable[[bytes], bytes]) -> Callable[[Path], None]:
    def apply(path: Path) -> None:
        path.write_bytes(change(path.read_bytes()))

    return apply


def _with(**changes: object) -> Callable[[Path], None]:
    return _raw(lambda _raw: msgspec.json.encode(replace(SOUND, **changes)))


def _linked(path: Path) -> None:
    path.rename(path.with_name("elsewhere"))
    path.symlink_to("elsewhere")


def _a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def _a_pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path, 0o600)


@pytest.mark.parametrize(
    "tamper",
    [
        pytest.param(_raw(lambda raw: raw[:-1]), id="cut"),
        pytest.param(_raw(lambda _raw: b""), id="empty"),
        pytest.param(_raw(lambda _raw: b"\xff\xfe"), id="no text"),
        pytest.param(_raw(lambda raw: raw + b" " * 5_000), id="long"),
        pytest.param(_raw(lambda raw: raw[:-1] + b',"more":1}'), id="a field that is not ours"),
        pytest.param(_raw(lambda _raw: b"[]"), id="another shape"),
        pytest.param(_raw(lambda raw: raw.replace(b"armed_at", b"armed")), id="a field is missing"),
        pytest.param(_with(account="U7654321"), id="another account"),
        pytest.param(_with(actor=" "), id="nobody"),
        pytest.param(_with(expires_at=CLOSE + 1), id="beyond the session"),
        pytest.param(_with(expires_at=2**62), id="for ever"),
        pytest.param(_with(armed_at=NOW + 1), id="from a time to come"),
        pytest.param(_with(armed_at=0), id="since for ever"),
        pytest.param(_with(armed_at=-(10**18)), id="since before for ever"),
        pytest.param(_with(expires_at=NOW), id="for no time"),
        pytest.param(lambda path: path.chmod(0o640), id="others may read it"),
        pytest.param(lambda path: path.chmod(0o602), id="others may write it"),
        pytest.param(_linked, id="a link"),
        pytest.param(_a_folder, id="a folder"),
        pytest.param(_a_pipe, id="a pipe"),
    ],
)
def test_whatever_is_wrong_with_the_file_means_not_armed(file: ArmingFile, tamper: Callable[[Path], None]) -> None:
    file.write(SOUND)
    tamper(file.path)
    assert refused(file)
    with pytest.raises(NotArmed, match="not armed"):
        ArmingWatch(file, clock=lambda: NOW).demand()


def test_beyond_the_calendar_nothing_is_armed(file: ArmingFile) -> None:
    """A session may run for longer than it knows the exchange's sessions: that is no reason to fall over."""
    end = a_session(day=1).closes_at
    file.write(replace(SOUND, armed_at=end, expires_at=end + HOUR))
    assert "calendar ends" in refused(file, now=end)


class Clock:
    """The wall's clock, moved by hand."""

    def __init__(self) -> None:
        self.at = NOW

    def __call__(self) -> int:
        return self.at


def test_a_watch_tells_each_change_once(file: ArmingFile) -> None:
    clock, market_time = Clock(), 5
    watch = ArmingWatch(file, clock=clock)

    def look() -> ArmingChanged | None:
        return watch.look(at=market_time)

    def told() -> tuple[int, str]:
        change = look()
        assert change is not None
        assert (change.account, change.occurred_at) == (ACCOUNT, market_time)
        assert look() is None
        return change.expires_at, change.actor

    assert told() == (0, "")
    file.write(SOUND)
    assert told() == (CLOSE, "anna")
    clock.at = CLOSE
    assert told() == (0, ""), "it expires though nobody touches the file"
    later = replace(SOUND, actor="ben", armed_at=CLOSE, expires_at=a_session(day=1).closes_at)
    file.write(later)
    assert told() == (later.expires_at, "ben")
    file.remove()
    assert told() == (0, "")


def test_a_watch_lets_begin_what_is_armed(file: ArmingFile) -> None:
    file.write(SOUND)
    ArmingWatch(file, clock=lambda: NOW).demand()
