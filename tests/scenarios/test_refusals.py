"""What the world may do wrong: each ends in one clear message and its documented exit code, or in a counted refusal.

Nothing that was acknowledged is lost: wherever a run is refused half-way, the next one ends with the untouched figures.
"""

import json
import resource
import sqlite3
import subprocess
from pathlib import Path

import pytest

from tests.running import command, environment, rows, run, run_json

pytestmark = pytest.mark.process

SHORT = ("--symbols", "IBM", "--feed", "sample", "--duration", "400 D")
AT_ONCE = ("--speed", "max", "--exit-when-done", "--json")


def test_a_symbol_that_no_feed_serves() -> None:
    done = run("run", "--symbols", "TSLA", "--feed", "sample", *AT_ONCE)
    assert done.returncode == 3
    assert "TSLA" in done.stderr and "sample" in done.stderr and "Traceback" not in done.stderr


def test_a_text_that_is_no_symbol() -> None:
    done = run("run", "--symbols", "../etc/passwd", *AT_ONCE)
    assert done.returncode == 2
    assert "symbol" in done.stderr


def test_a_typo_in_the_configuration_names_the_nearest_key_the_file_and_the_line(tmp_path: Path) -> None:
    (tmp_path / "robo_trader.toml").write_text('[data]\nsymbols = "IBM"\n\n[risk]\nmax_positon_fraction = 0.2\n')
    done = run("run", *AT_ONCE, cwd=tmp_path)
    assert done.returncode == 2
    assert "risk.max_position_fraction" in done.stderr
    assert "robo_trader.toml:5" in done.stderr.replace(", line ", ":").replace(" line ", ":")


def test_a_database_that_another_program_has_locked(tmp_path: Path) -> None:
    database = tmp_path / "held.db"
    run_json(database, *SHORT)
    holder = sqlite3.connect(database, isolation_level=None)
    try:
        holder.execute("BEGIN EXCLUSIVE")
        done = run("run", "--database", str(database), *SHORT, *AT_ONCE, ROBO_STORAGE__BUSY_TIMEOUT_SECONDS="0.2")
    finally:
        holder.close()
    assert done.returncode == 4
    assert "locked" in done.stderr and str(database) in done.stderr


def test_two_engines_on_one_database(tmp_path: Path) -> None:
    database = tmp_path / "one.db"
    arguments = ("--database", str(database), *SHORT, "--speed", "1", "--no-web")
    first = subprocess.Popen(command("run", *arguments), env=environment(), stderr=subprocess.PIPE, text=True)
    try:
        assert first.stderr is not None
        next(line for line in first.stderr if "first_slice" in line)
        second = run("run", *arguments)
    finally:
        first.terminate()
        first.communicate()
    assert second.returncode == 4
    assert "another robo-trader" in second.stderr
    assert first.returncode == 0, "a polite stop is no error"


def test_a_full_disk_stops_before_anything_is_sent_and_the_next_run_goes_on(tmp_path: Path) -> None:
    untouched = run_json(tmp_path / "untouched.db", *SHORT)
    database = tmp_path / "small.db"
    limit = 400_000

    def no_file_grows_beyond() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    done = subprocess.run(
        command("run", "--database", str(database), *SHORT, *AT_ONCE), capture_output=True, text=True, check=False,
        env=environment(), preexec_fn=no_file_grows_beyond, timeout=60,
    )  # fmt: skip
    assert done.returncode == 5, done.stderr
    assert "cannot be written" in done.stderr and "Traceback" not in done.stderr
    assert 0 < len(rows(database, "journal")) < len(rows(tmp_path / "untouched.db", "journal"))
    after = run_json(database, *SHORT)
    assert {**after, "seconds": 0} == {**untouched, "seconds": 0}


def test_other_settings_on_the_same_database_are_refused_by_name(tmp_path: Path) -> None:
    database = tmp_path / "mine.db"
    run_json(database, *SHORT)
    done = run("run", "--database", str(database), *SHORT, "--param", "fast=10", *AT_ONCE)
    assert done.returncode == 7
    assert "strategy.parameters.fast: 20 in the journal, 10 now" in done.stderr


@pytest.mark.parametrize(
    "statement",
    [
        pytest.param(
            "UPDATE journal SET payload = zeroblob(length(payload)) WHERE seq = 40", id="a record is overwritten"
        ),
        pytest.param(
            "UPDATE journal SET role = 'input' WHERE seq = (SELECT min(seq) FROM journal WHERE role = 'decision')",
            id="a record changes its role",
        ),
        pytest.param("DELETE FROM journal WHERE seq = 40", id="a record is missing"),
    ],
)
def test_a_journal_that_was_tampered_with(tmp_path: Path, statement: str) -> None:
    database = tmp_path / "tampered.db"
    run_json(database, *SHORT)
    with sqlite3.connect(database) as connection:
        connection.execute(statement)
    connection.close()
    done = run("run", "--database", str(database), *SHORT, *AT_ONCE)
    assert done.returncode == 6
    assert "not what was written" in done.stderr


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    database = tmp_path / "notes.db"
    database.write_text("my notes\n" * 500)
    done = run("run", "--database", str(database), *SHORT, *AT_ONCE)
    assert done.returncode == 6
    assert database.read_text() == "my notes\n" * 500, "what is not ours is not touched"


def test_there_is_no_session_to_read(tmp_path: Path) -> None:
    done = run("status", XDG_DATA_HOME=str(tmp_path))
    assert done.returncode == 8
    assert "robo-trader run" in done.stderr


def test_faulty_rows_of_a_file_are_refused_and_counted(tmp_path: Path) -> None:
    days = ["03", "04", "05", "06", "07", "10", "11", "12"]
    lines = [f"2011-01-{day},10,11,9,10.5,1000" for day in days]
    lines[1] = lines[1].replace("10.5", "NaN")
    lines[2] = lines[2].replace(",9,", ",-9,")
    lines[3] = lines[3].replace(",11,", ",8,")
    lines[4], lines[5] = lines[5], lines[4]  # out of order in the file
    lines.append(lines[-1])  # a duplicate
    (tmp_path / "XYZ.csv").write_text("date,open,high,low,close,volume\n" + "\n".join(lines) + "\n")
    summary = run_json(tmp_path / "s.db", "--symbols", "XYZ", "--data", str(tmp_path))
    assert summary["bars"] == 5
    assert summary["bars_rejected"] == {"DUPLICATE": 1, "HIGH_BELOW_LOW": 1, "NOT_FINITE": 1, "NOT_POSITIVE": 1}


def test_reading_commands_speak_json(tmp_path: Path) -> None:
    database = tmp_path / "s.db"
    summary = run_json(database, *SHORT)
    said = {name: json.loads(run(name, "--database", str(database), "--json").stdout) for name in
            ("status", "positions", "orders", "fills")}  # fmt: skip
    assert said["status"]["equity"] == summary["equity"]
    assert said["status"]["running"] is False
    assert len(said["orders"]) == summary["orders"] and len(said["fills"]) == summary["fills"]
    assert all(int(row["quantity"]) > 0 for row in said["positions"])
