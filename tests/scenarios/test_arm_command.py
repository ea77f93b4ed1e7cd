"""`robo-trader arm` at a terminal of its own: only a person who types the phrase arms, and nobody through a pipe."""

import json
import os
import pty
import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from robo_trader.app.arming import Arming
from tests.arming import arming_file
from tests.running import TIMEOUT_SECONDS, command, environment, run

pytestmark = pytest.mark.process

ACCOUNT = "U1234567"
PHRASE = f"trade real money in {ACCOUNT}"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "robo_trader.toml").write_text(
        f'[execution]\nbroker = "ibkr"\nmode = "live"\n[live]\naccounts = "{ACCOUNT}"\n[ibkr]\nport = 4001\n'
    )
    return tmp_path


def changes(folder: Path) -> dict[str, str]:
    return {"XDG_DATA_HOME": str(folder), "XDG_CACHE_HOME": str(folder)}


def typed(folder: Path, words: str, *arguments: str) -> tuple[int, str]:
    """Run `arm` at a new terminal, type words there, and return the exit code and what it showed."""
    ours, theirs = pty.openpty()
    with os.fdopen(ours, "wb", buffering=0) as terminal:
        with os.fdopen(theirs, "rb", buffering=0) as end:
            process = subprocess.Popen(
                command("arm", *arguments), stdin=end, stdout=end, stderr=subprocess.PIPE, cwd=folder,
                env=environment(**changes(folder)), start_new_session=True,
            )  # fmt: skip
            terminal.write(words.encode() + b"\n")
            _, errors = process.communicate(timeout=TIMEOUT_SECONDS)
        os.set_blocking(terminal.fileno(), False)
        shown = os.read(terminal.fileno(), 65_536) if process.returncode == 0 else b""
    return process.returncode, shown.decode() + errors.decode()


def armed(folder: Path) -> Arming | str:
    return arming_file(changes(folder), ACCOUNT).read(now=int(datetime.now(UTC).timestamp()) * 10**9 + 10**9)


def asked(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return run(*arguments, cwd=folder, **changes(folder))


def test_who_types_the_phrase_arms_until_the_session_ends_and_can_take_it_back(folder: Path) -> None:
    code, shown = typed(folder, PHRASE, "--account", ACCOUNT)
    assert code == 0, shown
    assert "REAL MONEY" in shown
    found = armed(folder)
    assert isinstance(found, Arming)
    assert found.expires_at == arming_file(changes(folder), ACCOUNT).latest_expiry(found.armed_at)
    told = json.loads(asked(folder, "arm", "--account", ACCOUNT, "--show", "--json").stdout)
    assert (told["is_armed"], told["expires_at"]) == (True, found.expires_at)
    assert asked(folder, "disarm", "--account", ACCOUNT).returncode == 0
    assert isinstance(armed(folder), str)
    assert not json.loads(asked(folder, "arm", "--account", ACCOUNT, "--show", "--json").stdout)["is_armed"]


@pytest.mark.parametrize("words", ["", "y", "trade real money in U7654321", PHRASE.upper(), f"{PHRASE} ", f" {PHRASE}"])
def test_other_words_arm_nothing(folder: Path, words: str) -> None:
    code, shown = typed(folder, words, "--account", ACCOUNT)
    assert code == 2
    assert "that is not the phrase" in shown
    assert isinstance(armed(folder), str)


def test_a_pipe_arms_nothing(folder: Path) -> None:
    done = subprocess.run(
        command("arm", "--account", ACCOUNT), input=PHRASE + "\n", capture_output=True, text=True, check=False,
        timeout=TIMEOUT_SECONDS, cwd=folder, env=environment(**changes(folder)),
    )  # fmt: skip
    assert done.returncode == 2
    assert "not by a pipe" in done.stderr
    assert isinstance(armed(folder), str)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--account", "U7654321"), "not among the accounts"),
        (("--account", "DU1234567"), "is a paper account"),
        (("--account", "../x"), "names no account"),
        ((), "no account is named"),
        (("--account", ACCOUNT, "--until", "tomorrow"), "no time with its zone"),
        (("--account", ACCOUNT, "--until", "2026-03-02T20:00"), "no time with its zone"),
        (("--account", ACCOUNT, "--until", "2020-03-02T20:00Z"), "is not between now"),
    ],
)
def test_what_does_not_fit_is_refused_though_the_phrase_is_typed(
    folder: Path, arguments: Sequence[str], words: str
) -> None:
    code, shown = typed(folder, PHRASE, *arguments)
    assert code == 2
    assert words in shown
    assert isinstance(armed(folder), str)


def test_nobody_arms_for_longer_than_a_session(folder: Path) -> None:
    code, shown = typed(folder, PHRASE, "--account", ACCOUNT, "--until", f"{datetime.now(UTC) + timedelta(days=30)}")
    assert code == 2
    assert "Arm until" in shown


def test_a_configuration_for_paper_arms_nothing(tmp_path: Path) -> None:
    code, shown = typed(tmp_path, PHRASE, "--account", ACCOUNT)
    assert code == 2
    assert "`execution.mode` is paper" in shown
