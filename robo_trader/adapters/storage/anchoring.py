"""Holds a journal against its anchor: it is at or past it, and is the one that was anchored."""

from collections.abc import Callable
from pathlib import Path

import structlog
from sqlalchemy import Connection, select

from robo_trader.adapters.storage import schema
from robo_trader.adapters.storage.head_anchor import Head
from robo_trader.core.domain.errors import JournalRegressed

_TRUST = (
    "Continue with the newest copy of this journal. If there is none, look at the account with the broker; then say "
    "that this one may be traded on: robo-trader db trust --database {path}"
)

log = structlog.get_logger()


def warn_of_no_anchor(path: Path) -> None:
    """Tell that a journal on paper is gone on with though nothing says how far it had come."""
    log.warning("the journal has no head anchor: nobody can tell whether it is whole", database=str(path))


def found_head(connection: Connection) -> Head:
    """Return how far the journal in a database goes."""
    facts = {row.key: row.value for row in connection.execute(select(schema.meta))}
    newest = connection.execute(select(schema.journal).order_by(schema.journal.c.seq.desc()).limit(1)).first()
    seq, digest = (0, b"") if newest is None else (newest.seq, newest.hash)
    return Head(install=facts["install"], epoch=int(facts["epoch"]), seq=seq, hash=bytes(digest).hex())


def demand_anchored(found: Head, anchor: Head | None, hash_at: Callable[[int], str | None], *, path: Path) -> None:
    """Raise JournalRegressed where the journal's head is not at or past what was anchored, or nothing was.

    hash_at: returns the hash of the record of a sequence, in hexadecimal, None if there is none.
    """
    if anchor is None:
        if found.seq:
            raise _regressed(path, f"nothing beside {path} says how far this journal had come")
        return
    if anchor.install != found.install:
        raise _regressed(path, f"{path} holds journal {found.install}, and journal {anchor.install} was written here")
    if not anchor.is_trusted:
        raise _regressed(path, f"{path} was restored from a backup: what came after it is not known")
    if anchor.epoch > found.epoch or anchor.seq > found.seq:
        raise _regressed(
            path,
            f"the journal in {path} ends at record {found.seq} of epoch {found.epoch}, and record {anchor.seq} of "
            f"epoch {anchor.epoch} was acknowledged: its end is lost (F55)",
        )
    if anchor.seq and hash_at(anchor.seq) != anchor.hash:
        raise _regressed(path, f"record {anchor.seq} of the journal in {path} is not the one that was acknowledged")


def _regressed(path: Path, message: str) -> JournalRegressed:
    return JournalRegressed(message, next_step=_TRUST.format(path=path))
