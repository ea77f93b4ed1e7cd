"""Finds the newest snapshot that a session can begin with."""

import gc
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol

from robo_trader.core.domain.errors import JournalDamaged
from robo_trader.core.ports.journal import JournalMark
from robo_trader.core.ports.snapshots import KeptSnapshot
from robo_trader.runtime.snapshots.configuration import Configuration
from robo_trader.runtime.snapshots.errors import SnapshotRefused
from robo_trader.runtime.snapshots.memory import memory_from
from robo_trader.runtime.snapshots.snapshot import Snapshot, snapshot_from


class MarkedJournal(Protocol):
    """What is asked of a journal: whether a batch of it ends at a mark. Raises JournalDamaged if none does."""

    def demand_mark(self, mark: JournalMark) -> None:
        """Raise JournalDamaged unless a batch of this journal ends at the mark."""
        ...


@dataclass(frozen=True, slots=True)
class Remembered:
    """A session as of a mark of its journal."""

    snapshot: Snapshot
    parts: dict[str, Any]


def newest_memory(
    kept: Iterable[KeptSnapshot],
    journal: MarkedJournal,
    configuration: Configuration,
    *,
    install: str,
    code: str,
    tell: Callable[[str, str], None],
) -> Remembered | None:
    """Return the newest memory that fits journal, program and configuration; None if the journal must be read whole.

    kept: the newest first. tell: the name of a snapshot, and why it is passed over.
    """
    with _not_collecting():
        for one in kept:
            try:
                return _remembered(one, journal, configuration, install, code)
            except SnapshotRefused as refusal:
                tell(one.name, str(refusal))
    return None


@contextmanager
def _not_collecting() -> Iterator[None]:
    """Look for no garbage meanwhile: every object that is made stays, and each search would look at all of them."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _remembered(
    kept: KeptSnapshot, journal: MarkedJournal, configuration: Configuration, install: str, code: str
) -> Remembered:
    if kept.fault:
        raise SnapshotRefused(kept.fault)
    snapshot = snapshot_from(kept.content)
    snapshot.demand_fits(install=install, code=code)
    try:
        journal.demand_mark(snapshot.mark)
    except JournalDamaged as damage:
        raise SnapshotRefused(f"the journal does not hold record {snapshot.mark.seq} as it was then") from damage
    parts = memory_from(snapshot.memory, configuration)
    if parts["engine"].state_hash() != snapshot.state_hash:
        raise SnapshotRefused("its state has another hash than the state that was saved")
    return Remembered(snapshot, parts)
