"""The journal on the pretend disk: the records and the chain of the real one, in a file of frames.

A batch is one frame, written and synced before `commit` returns. A frame whose end is missing was never acknowledged:
it is cut off when the journal is opened, as a database rolls back what was not committed.
"""

import asyncio
from collections.abc import Iterator
from hashlib import blake2b

import msgspec

from robo_trader.adapters.storage.chain import GENESIS, damaged_record, next_hash, read_batches, records_of
from robo_trader.adapters.storage.encoding import encode
from robo_trader.core.domain.commands import SubmitOrder
from robo_trader.core.domain.errors import JournalTakenOver, JournalUnwritable
from robo_trader.core.ports.journal import Batch, JournalIdentity
from robo_trader.simulation.world.disk import Disk

JOURNAL, META = "journal", "meta"
_LENGTH = 4
_NEXT_STEP = "Make room, or look after the disk; then start again."


class KeptRecord(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """A record of the chain, as it is kept."""

    seq: int
    batch: int
    epoch: int
    role: str
    kind: str
    occurred_at: int
    payload: bytes
    hash: bytes


_FRAME = msgspec.msgpack.Decoder(list[KeptRecord])


class DiskJournal:
    """Writes batches and reads them back."""

    def __init__(self, disk: Disk, install: str) -> None:
        """install: of a new journal."""
        self._disk = disk
        self._install = install
        self._hash, self._seq, self._batch, self._epoch = GENESIS, 0, 0, 0

    def begin(self) -> JournalIdentity:
        """Become the one writer: take the next epoch. Raises JournalDamaged, JournalUnwritable."""
        data = self._disk.read(JOURNAL) or b""
        whole = sum(len(frame) for frame in _frames(data))
        try:
            if whole < len(data):
                self._disk.truncate(JOURNAL, whole)
            self._epoch = self._stored_epoch() + 1
            self._disk.replace(META, str(self._epoch).encode())
        except OSError as error:
            raise JournalUnwritable(f"the journal cannot be opened: {error}", next_step=_NEXT_STEP) from error
        for record in self._records():
            self._seq, self._batch, self._hash = record.seq, record.batch, record.hash
        return JournalIdentity(self._install, self._epoch)

    async def commit(self, batch: Batch) -> None:
        """As Journal.commit. The program may die before and after it, as anywhere."""
        await asyncio.sleep(0)
        if self._stored_epoch() != self._epoch:
            raise JournalTakenOver("another program writes the journal", next_step="Let this one end.")
        rows = self._chained(batch)
        try:
            self._disk.append(JOURNAL, _framed(msgspec.msgpack.encode(rows)))
            self._disk.sync(JOURNAL)
        except OSError as error:
            raise JournalUnwritable(f"the journal cannot be written: {error}", next_step=_NEXT_STEP) from error
        self._seq, self._batch, self._hash = rows[-1].seq, rows[-1].batch, rows[-1].hash
        await asyncio.sleep(0)

    def batches(self) -> Iterator[Batch]:
        """As Journal.batches."""
        yield from read_batches(self._records(), "the pretend disk")

    def digest(self) -> str:
        """Return a hash of every byte that is kept."""
        return blake2b(self._disk.read(JOURNAL) or b"", digest_size=16).hexdigest()

    def _stored_epoch(self) -> int:
        return int(self._disk.read(META) or b"0")

    def _records(self) -> Iterator[KeptRecord]:
        seq = 0
        for frame in _frames(self._disk.read(JOURNAL) or b""):
            try:
                records = _FRAME.decode(frame[_LENGTH:])
            except (msgspec.DecodeError, UnicodeDecodeError) as error:
                raise damaged_record("the pretend disk", seq + 1) from error
            seq += len(records)
            yield from records

    def _chained(self, batch: Batch) -> list[KeptRecord]:
        rows: list[KeptRecord] = []
        head, number = self._hash, self._batch + 1
        for seq, (role, value) in enumerate(records_of(batch), start=self._seq + 1):
            kind, payload = type(value).__name__, encode(value)
            head = next_hash(head, self._epoch, number, role, kind, payload)
            rows.append(KeptRecord(seq, number, self._epoch, role, kind, value.occurred_at, payload, head))
        return rows


class DurableOrders:
    """The orders that the medium holds the intention of: they may have left, and no other may."""

    def __init__(self, disk: Disk) -> None:
        self._disk = disk
        self._read = 0
        self._found: set[int] = set()

    def holds(self, order_id: int) -> bool:
        """Return whether an order is among them."""
        file = self._disk.files.get(JOURNAL)
        synced = file.synced if file else b""
        self._read = min(self._read, len(synced))
        for frame in _frames(synced[self._read :]):
            self._read += len(frame)
            for record in _FRAME.decode(frame[_LENGTH:]):
                if record.kind == SubmitOrder.__name__:
                    sent = msgspec.msgpack.decode(record.payload, type=SubmitOrder)
                    self._found.add(sent.order.order_id)
        return order_id in self._found


def _framed(body: bytes) -> bytes:
    return len(body).to_bytes(_LENGTH, "big") + body


def _frames(data: bytes) -> Iterator[bytes]:
    """Yield the whole frames."""
    at = 0
    while at + _LENGTH <= len(data):
        end = at + _LENGTH + int.from_bytes(data[at : at + _LENGTH], "big")
        if end > len(data):
            return
        yield data[at:end]
        at = end
