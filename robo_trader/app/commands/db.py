"""`robo-trader db`: migrations, copies, checks and archives of a session's database."""

import os
import time
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

import msgspec

from robo_trader.adapters.storage.archiving import Manifest, archive, check_archive
from robo_trader.adapters.storage.checking import check_chain, check_projections, rebuild_projections
from robo_trader.adapters.storage.copying import back_up, restore, trust
from robo_trader.adapters.storage.head_anchor import Head
from robo_trader.adapters.storage.migrating import migrate
from robo_trader.adapters.storage.writer_lock import WriterLock
from robo_trader.app.console import print_json, print_rows, print_text
from robo_trader.app.places import existing_session
from robo_trader.core.domain.errors import JournalDamaged

_DAY_NANOS = 86_400 * 10**9


def migrate_database(database: Path, *, as_json: bool) -> None:
    """Bring a database to this version's schema."""
    with WriterLock(database):
        before, after, copy = migrate(database)
    words = f"{database} had schema {before} and has schema {after}"
    kept = "" if copy is None else f"; as it was it is kept in {copy}"
    _tell(words + kept, {"before": before, "after": after, "copy": copy and str(copy)}, as_json=as_json)


def back_up_database(database: Path, target: Path, *, as_json: bool) -> None:
    """Copy a journal into one file."""
    head = back_up(database, target)
    check_chain(target, is_copy=True)
    _tell(f"{target} holds the journal up to {_words(head)}", _facts(head), as_json=as_json)


def restore_database(source: Path, database: Path, *, url: str | None, as_json: bool) -> None:
    """Put a copy in place."""
    check_chain(existing_session(source), is_copy=True)
    head = restore(source, database, url=url)
    words = (
        f"{database} holds the journal up to {_words(head)}. Look at the account with the broker; then say that it may "
        f"be traded on: robo-trader db trust --database {database}"
    )
    _tell(words, _facts(head), as_json=as_json)


def trust_database(database: Path, *, as_json: bool) -> None:
    """Anchor a journal as it is."""
    with WriterLock(database):
        check_chain(database, is_copy=True)
        head = trust(database)
    _tell(f"{database} is traded on from {_words(head)}", _facts(head), as_json=as_json)


def give_way() -> None:
    """Let every other program be served before this one, where the system knows of that."""
    if hasattr(os, "nice"):
        os.nice(10)


def verify_database(database: Path, *, chain_only: bool, as_json: bool) -> None:
    """Check the records, and what was made from them. Raises JournalDamaged for what is wrong, after it is printed."""
    checked = check_chain(database)
    differences = [] if chain_only else check_projections(database)
    facts = {
        **_facts(checked.head), "batches": checked.batches,
        "projections": "not looked at" if chain_only else [asdict(one) for one in differences],
    }  # fmt: skip
    words = f"{database} is as it was written: {checked.batches} batches, up to {_words(checked.head)}"
    _tell(words, facts, as_json=as_json)
    if differences:
        if not as_json:
            columns = ("table", "missing", "extra", "different")
            print_rows("Not what the journal says", differences, columns=columns, as_json=False)
        raise JournalDamaged(
            f"tables that are made from the journal in {database} are not what it says: "
            + ", ".join(one.table for one in differences),
            next_step="Nothing is decided by them. Stop the session, then: robo-trader db rebuild",
        )


def verify_archive(folder: Path, *, as_json: bool) -> None:
    """Check an archive."""
    _tell_archive(folder, check_archive(folder), as_json=as_json)


def rebuild_database(database: Path, *, as_json: bool) -> None:
    """Make all projections anew."""
    with WriterLock(database):
        rows = rebuild_projections(database)
    _tell(f"{sum(rows.values())} rows of {len(rows)} tables were made anew", dict(rows), as_json=as_json)


def archive_database(database: Path, folder: Path, *, older_than_days: int, as_json: bool) -> None:
    """Archive old records."""
    before = time.time_ns() - older_than_days * _DAY_NANOS
    _tell_archive(folder, archive(database, folder, before=before), as_json=as_json)


def _tell_archive(folder: Path, manifest: Manifest, *, as_json: bool) -> None:
    words = (
        f"{folder} holds journal {manifest.install} up to record {manifest.last_seq}, in {len(manifest.files)} files"
    )
    _tell(words, msgspec.to_builtins(manifest), as_json=as_json)


def _facts(head: Head) -> Mapping[str, object]:
    return dict(msgspec.to_builtins(head))


def _words(head: Head) -> str:
    return f"record {head.seq} of epoch {head.epoch}, install {head.install}"


def _tell(words: str, facts: Mapping[str, object], *, as_json: bool) -> None:
    if as_json:
        print_json(facts)
    else:
        print_text(words)
