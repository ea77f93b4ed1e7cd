"""A cached calendar is the calendar; whatever is wrong with the file, the sessions are right."""

from pathlib import Path

import pytest

from robo_trader.adapters.calendars import session_cache
from robo_trader.adapters.calendars.exchange import load_sessions
from robo_trader.adapters.calendars.session_cache import cached_sessions

SPAN = ("2012-11-01", "2012-12-31")


def the_file(directory: Path) -> Path:
    (path,) = directory.iterdir()
    return path


def test_it_is_what_the_calendar_says_the_first_time_and_the_second(tmp_path: Path) -> None:
    wanted = load_sessions(*SPAN).sessions
    assert cached_sessions(*SPAN, tmp_path).sessions == wanted
    assert cached_sessions(*SPAN, tmp_path).sessions == wanted
    assert len(wanted) == 41


def test_the_second_time_nobody_asks_the_calendar(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cached_sessions(*SPAN, tmp_path)
    monkeypatch.setattr(session_cache, "load_sessions", lambda *_: pytest.fail("the calendar was asked"))
    assert len(cached_sessions(*SPAN, tmp_path)) == 41


@pytest.mark.parametrize("damage", [b"", b"short", b"x" * 4_000])
def test_a_damaged_file_is_made_anew(tmp_path: Path, damage: bytes) -> None:
    wanted = cached_sessions(*SPAN, tmp_path).sessions
    the_file(tmp_path).write_bytes(damage)
    assert cached_sessions(*SPAN, tmp_path).sessions == wanted
    assert the_file(tmp_path).read_bytes() != damage


def test_one_flipped_bit_is_noticed(tmp_path: Path) -> None:
    wanted = cached_sessions(*SPAN, tmp_path).sessions
    stored = bytearray(the_file(tmp_path).read_bytes())
    stored[len(stored) // 2] ^= 1
    the_file(tmp_path).write_bytes(stored)
    assert cached_sessions(*SPAN, tmp_path).sessions == wanted


def test_a_place_that_cannot_be_written_is_done_without(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file, not a folder")
    assert len(cached_sessions(*SPAN, tmp_path / "taken")) == 41
