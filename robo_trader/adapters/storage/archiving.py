"""Old records of a journal as Parquet files, with a manifest that says what each holds, and its hash.

Nothing is taken out of the journal: a start reads it from its beginning. What is archived is a second copy that needs
no database to be read, in files that never change once they are written. It goes on where it ended the last time.
"""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec
import polars as pl
from sqlalchemy import Row, func, select

from robo_trader.adapters.storage import schema
from robo_trader.adapters.storage.chain import GENESIS, chained, damaged_record
from robo_trader.adapters.storage.database import Held, open_database, rows_of
from robo_trader.adapters.storage.durable_files import write_durably
from robo_trader.adapters.storage.journal_facts import read_facts
from robo_trader.core.domain.errors import JournalDamaged, JournalUnwritable, SessionMismatch

FILE_ROWS = 200_000
_PATIENCE_SECONDS = 3600.0
_FRAME = {
    "seq": pl.Int64, "batch": pl.Int64, "epoch": pl.Int64, "role": pl.String, "kind": pl.String,
    "occurred_at": pl.Int64, "payload": pl.Binary, "hash": pl.Binary,
}  # fmt: skip


class ArchivedFile(msgspec.Struct, frozen=True, kw_only=True):
    """One file of an archive: whole batches, in order."""

    name: str
    first_seq: int
    last_seq: int
    last_hash: str  # of the last record, in hexadecimal: the first of the next file continues from it
    sha256: str  # of the file's bytes


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What an archive holds."""

    install: str
    files: tuple[ArchivedFile, ...] = ()

    @property
    def last_seq(self) -> int:
        """Return the last record that is archived, 0 for none."""
        return self.files[-1].last_seq if self.files else 0


def archive(path: Path, folder: Path, *, before: int) -> Manifest:
    """Archive what is older than `before`, UTC nanoseconds, and not archived yet; return what the archive holds then.

    Raises SessionMismatch if the folder holds the archive of another journal, JournalDamaged for a record that is not
    what was written, and JournalUnwritable.
    """
    with (
        closing(open_database(path, read_only=True, busy_timeout_seconds=_PATIENCE_SECONDS)) as database,
        closing(database.hold()) as held,
    ):
        install = held.run(lambda connection: read_facts(connection, path)).identity.install
        manifest = read_manifest(folder) or Manifest(install=install)
        if manifest.install != install:
            raise SessionMismatch(
                f"{folder} holds the archive of journal {manifest.install}, and {path} is {install}",
                next_step="Name another folder.",
            )
        end = _end_before(held, before)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            while manifest.last_seq < end:
                manifest = _with_next(manifest, held, folder, path, end)
                write_durably(_manifest_file(folder), msgspec.json.format(msgspec.json.encode(manifest)))
        except OSError as error:
            raise JournalUnwritable(
                f"{folder} cannot be written: {error.strerror}", next_step="Choose another folder."
            ) from error
    return manifest


def read_manifest(folder: Path) -> Manifest | None:
    """Return what an archive says it holds, None if there is none. Raises JournalDamaged if it cannot be read."""
    try:
        return msgspec.json.decode(_manifest_file(folder).read_bytes(), type=Manifest)
    except FileNotFoundError:
        return None
    except (OSError, msgspec.DecodeError) as error:
        raise JournalDamaged(
            f"{_manifest_file(folder)} cannot be read: {error}", next_step="Archive anew, into another folder."
        ) from error


def check_archive(folder: Path) -> Manifest:
    """Read every record of an archive. Raises JournalDamaged at the first that is not what was written."""
    manifest = read_manifest(folder)
    if manifest is None:
        raise JournalDamaged(f"there is no archive in {folder}", next_step="Check the path.")
    head = GENESIS
    for file in manifest.files:
        place = folder / file.name
        if not place.is_file() or _sha256(place) != file.sha256:
            raise JournalDamaged(f"{place} is not what was archived", next_step="Archive anew, into another folder.")
        head = _checked(pl.read_parquet(place).iter_rows(named=True), head, place)
        if head.hex() != file.last_hash:
            raise damaged_record(place, file.last_seq)
    return manifest


def _with_next(manifest: Manifest, held: Held, folder: Path, path: Path, end: int) -> Manifest:
    """Write one more file; return the manifest with it."""
    rows = _whole_batches(held, manifest.last_seq, end)
    before = bytes.fromhex(manifest.files[-1].last_hash) if manifest.files else GENESIS
    head = _checked((dict(row._mapping) for row in rows), before, path)  # noqa: SLF001 - its public name
    first, last = rows[0].seq, rows[-1].seq
    place = folder / f"journal-{manifest.install}-{first:012d}-{last:012d}.parquet"
    columns = {name: [getattr(row, name) for row in rows] for name in _FRAME}
    half = place.with_name(f".{place.name}.half")
    pl.DataFrame(columns, schema=_FRAME).write_parquet(half, compression="zstd")
    content = half.read_bytes()
    half.unlink()
    write_durably(place, content)
    written = ArchivedFile(
        name=place.name, first_seq=first, last_seq=last, last_hash=head.hex(), sha256=sha256(content).hexdigest()
    )
    return Manifest(install=manifest.install, files=(*manifest.files, written))


def _whole_batches(held: Held, after: int, end: int) -> Sequence[Row[Any]]:
    journal = schema.journal.c
    wanted = select(schema.journal).where(journal.seq > after, journal.seq <= end).order_by(journal.seq)
    rows: Sequence[Row[Any]] = held.run(rows_of(wanted.limit(FILE_ROWS)))
    if len(rows) < FILE_ROWS:
        return rows
    last = rows[-1].batch
    ended = [row for row in rows if row.batch != last]
    if ended:
        return ended
    whole: Sequence[Row[Any]] = held.run(rows_of(wanted.where(journal.batch == last)))
    return whole


def _end_before(held: Held, before: int) -> int:
    """Return the last record of the last batch before the first one in which something is not old enough."""
    journal = schema.journal.c
    young = select(func.min(journal.batch)).where(journal.occurred_at >= before).scalar_subquery()
    old = select(func.max(journal.seq)).where((journal.batch < young) | young.is_(None))
    return held.run(rows_of(old))[0][0] or 0


def _checked(records: Iterable[Mapping[str, Any]], head: bytes, place: Path) -> bytes:
    for record in records:
        head = chained(head, record)
        if head != record["hash"]:
            raise damaged_record(place, record["seq"])
    return head


def _manifest_file(folder: Path) -> Path:
    return folder / "manifest.json"


def _sha256(place: Path) -> str:
    return sha256(place.read_bytes()).hexdigest()
