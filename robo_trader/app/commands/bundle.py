"""`robo-trader bundle`: what somebody needs to look into an incident, and nothing that is nobody's business."""

import json
import os
import platform
import sqlite3
from collections import deque
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import msgspec
from pydantic import SecretStr

from robo_trader import __version__
from robo_trader.adapters.storage.journal_reading import RecordedJournal
from robo_trader.app.code_hash import code_hash
from robo_trader.app.console import print_text
from robo_trader.app.masking import Masking
from robo_trader.app.session_memory import CODE
from robo_trader.app.settings import explain_settings, load_settings
from robo_trader.app.settings.explaining import value_of
from robo_trader.app.settings.keys import SECRETS
from robo_trader.core.domain.errors import InvalidConfig, RoboTraderError

LOG_LINES = 5_000
_PAPER = "PAPER"
_ENDINGS = ("KEY", "SECRET", "TOKEN", "PASSWORD", "CODE")  # of variables that hold something secret


def bundle_command(database: Path, out: Path, *, records: int, log: Path | None, config: Path | None) -> None:
    """Write the file. Raises InvalidConfig if it is there already, JournalError if the journal cannot be read."""
    if out.exists():
        raise InvalidConfig(f"{out} is there already", next_step="Name a file that is not, or delete it.")
    with closing(RecordedJournal(database)) as journal:
        masking = Masking(_accounts(journal), _secrets(config, os.environ), Path.home())
        parts = {
            "about.json": json.dumps(_about(journal, database), indent=2),
            "session.json": msgspec.json.format(msgspec.json.encode(journal.session)).decode(),
            "settings.json": json.dumps(_settings(config, os.environ), indent=2),
            "journal.jsonl": "".join(_lines(journal, records)),
        }
    if log is not None:
        parts["log.txt"] = _last_lines(log)
    with ZipFile(out, "x", compression=ZIP_DEFLATED) as file:
        for name, text in parts.items():
            file.writestr(name, masking.apply(text))
    out.chmod(0o600)
    print_text(f"{out}: {', '.join(parts)}. Account numbers and secrets are masked; read it before you send it.")


def _accounts(journal: RecordedJournal) -> list[str]:
    account = journal.session.account
    return [] if account == _PAPER else [account]


def _secrets(config: Path | None, environment: Mapping[str, str]) -> Iterable[str]:
    """Return every secret that the settings or the environment hold."""
    yield from (text for name, text in environment.items() if name.upper().endswith(_ENDINGS))
    try:
        settings = load_settings(
            config_file=config, overrides={}, environment=environment, working_directory=Path.cwd()
        )
    except RoboTraderError:
        return
    for key in SECRETS:
        value = value_of(settings, key)
        if isinstance(value, SecretStr):
            yield value.get_secret_value()


def _settings(config: Path | None, environment: Mapping[str, str]) -> object:
    """Return the settings as they are now, which may not be those of the session; secrets are not in it."""
    try:
        rows = explain_settings(config_file=config, overrides={}, environment=environment, working_directory=Path.cwd())
    except RoboTraderError as error:
        return {"error": str(error)}
    return {row.key: {"value": row.value, "origin": str(row.origin)} for row in rows}


def _about(journal: RecordedJournal, database: Path) -> dict[str, object]:
    return {
        "robo_trader": __version__, "code": code_hash(CODE), "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}", "sqlite": sqlite3.sqlite_version,
        "database": database.name, "install": journal.identity.install, "epoch": journal.identity.epoch,
        "records": journal.length,
    }  # fmt: skip


def _lines(journal: RecordedJournal, count: int) -> Iterable[str]:
    last = journal.length
    return (f"{json.dumps(asdict(record))}\n" for record in journal.records(last - count + 1, last))


def _last_lines(log: Path) -> str:
    try:
        with log.open(encoding="utf-8", errors="replace") as lines:
            return "".join(deque(lines, LOG_LINES))
    except OSError as error:
        raise InvalidConfig(f"the log {log} cannot be read: {error.strerror}", next_step="Check its path.") from error
