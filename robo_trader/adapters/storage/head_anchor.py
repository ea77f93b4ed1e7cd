"""A second file that knows how far the journal had come, so that a journal which lost its end cannot pass for whole.

The database checks itself, but an older copy of it is as sound as the newest. So after every commit, and before
anything is acted on, the head of the journal is written beside it: install, epoch, sequence and hash. The file has two
slots that are written in turn, each with a checksum; a write that is cut short leaves the other one. It is as long as
it will ever be from the beginning, so that flushing it moves no more than the slot.
"""

import contextlib
import errno
import os
from hashlib import blake2b
from pathlib import Path

import msgspec

from robo_trader.adapters.storage.durable_files import flush_directory
from robo_trader.core.domain.errors import JournalDamaged, JournalUnwritable

SLOT_BYTES = 4096  # no write to one slot touches the page of the other
_SLOTS = 2
_flush = getattr(os, "fdatasync", os.fsync)


class Head(msgspec.Struct, frozen=True, kw_only=True):
    """How far a journal has come."""

    install: str
    epoch: int
    seq: int  # 0 before the first record
    hash: str  # of the record `seq`, in hexadecimal
    is_trusted: bool = True  # False: it came out of a backup, and nobody has said yet that it may be traded on


class _Slot(msgspec.Struct, frozen=True, kw_only=True):
    turn: int
    head: Head


def anchor_file(database: Path) -> Path:
    """Return the file that holds the anchor of a journal."""
    return database.with_name(database.name + ".anchor")


class HeadAnchor:
    """The anchor of one journal. Nobody but the journal's one writer writes it."""

    def __init__(self, database: Path) -> None:
        self.path = anchor_file(database)
        self._descriptor = -1
        self._turn = 0

    def read(self) -> Head | None:
        """Return what was written last, None if nothing ever was. Raises JournalDamaged if it cannot be read."""
        newest = self._newest()
        self._turn = 0 if newest is None else newest.turn
        return None if newest is None else newest.head

    def write(self, head: Head) -> None:
        """Return once it is on disk. Raises JournalUnwritable; what was written before still stands then."""
        try:
            if self._descriptor < 0:
                self._open()
            turn = self._turn + 1
            os.lseek(self._descriptor, (turn % _SLOTS) * SLOT_BYTES, os.SEEK_SET)
            self._put(_slot_bytes(_Slot(turn=turn, head=head)))
            _flush(self._descriptor)
        except OSError as error:
            self.close()  # what a descriptor says after a failed flush is not to be relied on
            raise JournalUnwritable(
                f"the head anchor {self.path} cannot be written: {error.strerror}; nothing of the last batch was sent",
                next_step="Free disk space or mend its permissions, then start again: trading continues where it "
                "stopped.",
            ) from error
        self._turn = turn

    def close(self) -> None:
        """Let go of the file."""
        descriptor, self._descriptor = self._descriptor, -1
        if descriptor >= 0:
            with contextlib.suppress(OSError):  # what was flushed stays, whatever this says
                os.close(descriptor)

    def _open(self) -> None:
        self.read()
        self._descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o600)
        missing = SLOT_BYTES * _SLOTS - os.fstat(self._descriptor).st_size
        if missing > 0:
            os.lseek(self._descriptor, 0, os.SEEK_END)
            self._put(b" " * missing)
            os.fsync(self._descriptor)
            flush_directory(self.path.parent)

    def _put(self, content: bytes) -> None:
        if os.write(self._descriptor, content) != len(content):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def _newest(self) -> _Slot | None:
        try:
            stored = self.path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise JournalUnwritable(
                f"the head anchor {self.path} cannot be read: {error.strerror}",
                next_step="Mend its permissions, then start again.",
            ) from error
        found = [_read_slot(stored[at : at + SLOT_BYTES]) for at in range(0, SLOT_BYTES * _SLOTS, SLOT_BYTES)]
        slots = [slot for slot in found if slot is not None]
        if not slots and stored.strip():
            raise JournalDamaged(
                f"the head anchor {self.path} is not what was written: nobody can tell whether the journal is whole",
                next_step="Look at the account with the broker. If it is as the journal says, move the anchor away "
                "and say so: robo-trader db trust.",
            )
        return max(slots, key=lambda slot: slot.turn, default=None)


def _slot_bytes(slot: _Slot) -> bytes:
    told = msgspec.json.encode(slot)
    written = told + b" " + _checksum(told) + b"\n"
    assert len(written) <= SLOT_BYTES, "a head is a few hundred bytes"
    return written.ljust(SLOT_BYTES)


def _read_slot(stored: bytes) -> _Slot | None:
    told, _, checksum = stored.rstrip().rpartition(b" ")
    if not told or checksum != _checksum(told):
        return None
    try:
        return msgspec.json.decode(told, type=_Slot)
    except msgspec.DecodeError:
        return None


def _checksum(told: bytes) -> bytes:
    return blake2b(told, digest_size=16).hexdigest().encode()
