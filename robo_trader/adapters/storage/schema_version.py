"""Which schemas of a journal this program reads, and what to do about the others."""

from pathlib import Path

from robo_trader.adapters.storage.schema import SCHEMA_VERSION
from robo_trader.core.domain.errors import JournalDamaged

OLDEST = 3  # that steps lead from


def demand_schema(version: str | None, path: Path) -> None:
    """Raise JournalDamaged where a journal has another schema than this program knows."""
    if version == str(SCHEMA_VERSION):
        return
    known = f"{path} has schema {version}, this program knows {SCHEMA_VERSION}"
    if version is None or not version.isdigit() or int(version) > SCHEMA_VERSION:
        raise JournalDamaged(
            known, next_step="Use the program version that wrote it, or begin a new session with --database."
        )
    if int(version) < OLDEST:
        raise JournalDamaged(
            f"{known}; its records do not say who wrote them, and the chain of hashes does not let that be added",
            next_step="Read it with the program version that wrote it, and begin a new session with --database.",
        )
    raise JournalDamaged(known, next_step=f"Stop whoever uses it, then: robo-trader db migrate --database {path}")
