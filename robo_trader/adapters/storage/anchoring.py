"""Holds a journal against its anchor: it is at or past it, and is the one that was anchored."""

from collections.abc import Callable
from pathlib import Path

import structlog

from robo_trader.adapters.storage.head_anchor import Head
from robo_trader.core.domain.errors import JournalRegressed

_TRUST = (
    "Continue with the newest copy of this journal. If there is none, look at the account with the broker; then say "
    "that this one may be traded on: robo-trader db trust --database {path}"
)

log = structlog.get_logger()


def demand_anchored(
    found: Head, anchor: Head | None, hash_at: Callable[[int], str | None], *, path: Path, is_live: bool
) -> None:
    """Raise JournalRegressed where the journal's head is not at or past what was anchored.

    hash_at: returns the hash of the record of a sequence, in hexadecimal, None if there is none.
    Without an anchor nothing is known: real money is not traded then, paper is, with a warning.
    """
    if anchor is None:
        if found.seq and is_live:
            raise _regressed(path, f"nothing beside {path} says how far this journal had come")
        if found.seq:
            log.warning("the journal has no head anchor: nobody can tell whether it is whole", database=str(path))
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
