"""Codes, sessions and lock-out keep their bounds, and what is kept on disk opens no door."""

import os
import stat
from pathlib import Path

import pytest

from robo_trader.web.access import STORE_EVERY_MS, LockOut, LoginCode, Sessions
from robo_trader.web.buckets import SOURCES_MAX, Bucket, SourceBuckets
from robo_trader.web.session_file import SessionFile
from robo_trader.web.settings import Access, TlsFiles, WebSettings
from robo_trader.web.site import cookie_name

ACCESS = Access(
    logins_per_code=2,
    code_valid_seconds=100,
    session_idle_seconds=10,
    session_seconds=60,
    failures_max=3,
    lockout_seconds=20,
    sessions_max=2,
)


def test_a_code_is_spent_after_its_logins_and_replaced() -> None:
    shown: list[str] = []
    code = LoginCode(ACCESS, now=0, show=shown.append)
    assert [code.redeem(shown[0], 1) for _ in range(3)] == [True, True, False]
    assert len(set(shown)) == 2
    assert code.redeem(shown[1], 1)


def test_wrong_guesses_do_not_spend_a_code() -> None:
    shown: list[str] = []
    code = LoginCode(ACCESS, now=0, show=shown.append)
    assert not any(code.redeem("guess", 1) for _ in range(10))
    assert code.redeem(shown[0], 1)


def test_a_code_expires_on_time() -> None:
    shown: list[str] = []
    code = LoginCode(ACCESS, now=0, show=shown.append)
    assert not code.redeem(shown[0], 100)
    code.renew_if_expired(99)
    assert len(shown) == 1
    code.renew_if_expired(100)
    assert code.redeem(shown[1], 100)


def test_a_session_ends_when_idle_and_when_too_old() -> None:
    sessions = Sessions(ACCESS)
    token, session = sessions.start(0)
    for now in range(0, 60_000, 9_000):
        assert sessions.find(token, now) is session
    assert sessions.find(token, 60_000) is None
    idle, _ = sessions.start(0)
    assert sessions.find(idle, 10_000) is None


def test_a_revoked_session_is_not_revived_by_use() -> None:
    sessions = Sessions(ACCESS)
    token, session = sessions.start(0)
    sessions.revoke(session, 1)
    sessions.touch(session, 2)
    assert sessions.find(token, 2) is None


def test_the_session_idle_longest_makes_room() -> None:
    sessions = Sessions(ACCESS)
    tokens = [sessions.start(now)[0] for now in (0, 1, 2)]
    assert [sessions.find(token, 3) is not None for token in tokens] == [False, True, True]


def test_sessions_outlive_a_restart_but_their_file_is_no_key(tmp_path: Path) -> None:
    path = tmp_path / "sessions"
    token, _ = Sessions(ACCESS, SessionFile(path)).start(0)
    assert token.encode() not in path.read_bytes()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600 or os.name != "posix"
    assert Sessions(ACCESS, SessionFile(path)).find(token, 5_000) is not None
    assert Sessions(ACCESS, SessionFile(path)).find(token, 10_000) is None


def test_logging_out_holds_over_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "sessions"
    sessions = Sessions(ACCESS, SessionFile(path))
    token, session = sessions.start(0)
    sessions.revoke(session, 1)
    assert Sessions(ACCESS, SessionFile(path)).find(token, 2) is None


def test_use_is_written_down_now_and_then(tmp_path: Path) -> None:
    path = tmp_path / "sessions"
    access = Access(session_idle_seconds=60)
    sessions = Sessions(access, SessionFile(path))
    token, _ = sessions.start(0)
    sessions.find(token, 1_000)
    sessions.find(token, STORE_EVERY_MS)
    sessions.store_if_stale(1_000 + STORE_EVERY_MS)
    assert Sessions(access, SessionFile(path)).find(token, 60_000 + STORE_EVERY_MS - 1) is not None


@pytest.mark.parametrize("content", [b"", b"{", b"[[1,2,3]]", b'[["!",1,2]]', b"\xff"])
def test_a_malformed_file_means_logging_in_again(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "sessions"
    path.write_bytes(content)
    path.chmod(0o600)
    assert SessionFile(path).load() == []


@pytest.mark.skipif(os.name != "posix", reason="no such permissions here")
def test_a_file_others_may_write_is_not_believed(tmp_path: Path) -> None:
    path = tmp_path / "sessions"
    token, _ = Sessions(ACCESS, SessionFile(path)).start(0)
    path.chmod(0o660)
    assert Sessions(ACCESS, SessionFile(path)).find(token, 1) is None


def test_a_folder_that_cannot_be_written_costs_no_login(tmp_path: Path) -> None:
    sessions = Sessions(ACCESS, SessionFile(tmp_path / "missing" / "sessions"))
    token, _ = sessions.start(0)
    assert sessions.find(token, 1) is not None


def test_lock_out_counts_by_source_and_ends() -> None:
    lock_out = LockOut(ACCESS)
    for now in (0, 1, 2):
        assert lock_out.seconds_left("a", now) == 0
        lock_out.fail("a", now)
    assert lock_out.seconds_left("a", 2) == 20
    assert lock_out.seconds_left("b", 2) == 0
    assert lock_out.seconds_left("a", 20) == 0  # the first failure is forgotten by then


def test_a_bucket_allows_a_burst_and_then_a_rate() -> None:
    bucket = Bucket(2, 4, 0)
    assert [bucket.take(0) for _ in range(5)] == [True] * 4 + [False]
    assert [bucket.take(1) for _ in range(3)] == [True, True, False]


def test_sources_are_forgotten_oldest_first() -> None:
    buckets = SourceBuckets(1, 1)
    assert buckets.take("first", 0)
    assert not buckets.take("first", 0)
    for index in range(SOURCES_MAX):
        buckets.take(str(index), 0)
    assert buckets.take("first", 0)


def test_the_cookie_is_locked_to_its_host_under_tls(tmp_path: Path) -> None:
    tls = TlsFiles(certificate=tmp_path / "a", key=tmp_path / "b")
    assert cookie_name(WebSettings(port=8765)) == "robo_session_8765"
    assert cookie_name(WebSettings(port=8765, tls=tls)) == "__Host-robo_session_8765"
