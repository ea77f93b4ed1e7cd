"""One symbol's kept values: versions, each a chain of files that are written once and never again.

A file is named by its first row, and comes into being whole, under a name that nobody else can then take: of two
programs that go on from the same row at once, one is told that it was too late and looks again.
"""

import json
import os
import re
import tempfile
from dataclasses import asdict, dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from robo_trader.core.domain.errors import DataError
from robo_trader.research.feature_store.row_hashes import Hashes

ENDED_AT, ROW_HASH = "ended_at", "row_hash"
_METADATA = "robo_trader"
_DIGEST_BYTES = 12
_DAMAGED = "Delete the folder of that version; it will be computed again."

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class PartFacts:
    """What a file says of itself. Times are UTC nanoseconds."""

    first_row: int  # in the symbol's history, from 0
    rows: int
    bars_hash: str  # of all input rows up to this file's last one
    computed_from: int  # end of the first bar of the version
    computed_to: int  # end of the last bar that went into this file
    computed_at: int  # by the clock of the machine
    values_hash: str
    state_hash: str  # names the file of the rules' memory after the last row; "" if there is no memory


@dataclass(frozen=True, slots=True)
class Version:
    """Values from one history of bars. A history that is revised begins another version."""

    number: int
    parts: tuple[PartFacts, ...]

    @property
    def rows(self) -> int:
        """How many bars were computed."""
        return sum(part.rows for part in self.parts)

    @property
    def bars_hash(self) -> str:
        """Stands for all the bars, and whatever else went in."""
        return self.parts[-1].bars_hash

    @property
    def computed_from(self) -> int:
        """End of the first bar, UTC nanoseconds."""
        return self.parts[0].computed_from

    @property
    def computed_to(self) -> int:
        """End of the last bar, UTC nanoseconds."""
        return self.parts[-1].computed_to

    @property
    def begun_at(self) -> int:
        """When the version was begun, by the clock of the machine, UTC nanoseconds."""
        return self.parts[0].computed_at


class TakenPart(Exception):
    """Another program has written this part meanwhile."""


class Lane:
    """The folder of one symbol's versions."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def versions(self) -> tuple[Version, ...]:
        """Return all versions, oldest first. Raises DataError for a file that is damaged."""
        found = []
        for folder in self._folder.glob("v*"):
            match = re.fullmatch(r"v(\d+)", folder.name)
            parts = tuple(_facts(path) for path in _part_files(folder)) if match else ()
            if match and parts:
                _check_chain(folder, parts)
                found.append(Version(int(match[1]), parts))
        return tuple(sorted(found, key=lambda version: version.number))

    def hashes(self, version: Version) -> Hashes:
        """Return the row hashes of the inputs, shape (rows,)."""
        frames = [_read(path, [ROW_HASH]) for path in self._files(version)]
        return pl.concat(frames)[ROW_HASH].to_numpy()

    def values(self, version: Version) -> pl.DataFrame:
        """Return all rows: `ended_at` and the features. Raises DataError if they are not what was written."""
        frames = []
        for path, facts in zip(self._files(version), version.parts, strict=True):
            frame = _read(path).drop(ROW_HASH)
            if _values_hash(frame) != facts.values_hash:
                raise DataError(f"{path} is not what was written", next_step=_DAMAGED)
            frames.append(frame)
        return pl.concat(frames)

    def state(self, version: Version) -> Floats:
        """Return the rules' memory after the last row, one flat vector."""
        name = version.parts[-1].state_hash
        if not name:
            return np.zeros(0)
        path = self._place(version.number) / f"{name}.state"
        try:
            content = path.read_bytes()
        except OSError as error:
            raise DataError(f"{path} cannot be read: {error.strerror}", next_step=_DAMAGED) from error
        if _digest(content) != name:
            raise DataError(f"{path} is not what was written", next_step=_DAMAGED)
        return np.frombuffer(content, np.float64).copy()

    def add(self, number: int, frame: pl.DataFrame, state: Floats, facts: dict[str, Any]) -> PartFacts:
        """Write rows that come after those of version `number`; return what the file says of itself.

        frame: `ended_at`, `row_hash` and the features. facts: fields of `PartFacts` but the hashes of values and state.

        Raises TakenPart if another program was faster, DataError if the disk refuses.
        """
        folder = self._place(number)
        state_hash = _digest(state.tobytes()) if len(state) else ""
        full = PartFacts(**facts, values_hash=_values_hash(frame.drop(ROW_HASH)), state_hash=state_hash)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            if state_hash:
                _write_state(folder / f"{state_hash}.state", state)
            _write_part(folder / f"{full.first_row:012}.parquet", frame, full)
        except (OSError, pl.exceptions.PolarsError) as error:
            raise DataError(
                f"{folder} cannot be written: {error}", next_step="Free space, or choose another folder."
            ) from error
        return full

    def _place(self, number: int) -> Path:
        return self._folder / f"v{number:04}"

    def _files(self, version: Version) -> list[Path]:
        """Return the files of the version as it was when it was looked at; parts may have come since."""
        folder = self._place(version.number)
        return [folder / f"{part.first_row:012}.parquet" for part in version.parts]


def _part_files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob("*.parquet") if path.stem.isdigit())


def _facts(path: Path) -> PartFacts:
    try:
        return PartFacts(**json.loads(pl.read_parquet_metadata(path)[_METADATA]))
    except (OSError, pl.exceptions.PolarsError, KeyError, TypeError, ValueError) as error:
        raise DataError(f"{path} cannot be read: {error}", next_step=_DAMAGED) from error


def _check_chain(folder: Path, parts: tuple[PartFacts, ...]) -> None:
    row = 0
    for part in parts:
        if part.first_row != row:
            raise DataError(f"{folder} lacks the part that begins at row {row}", next_step=_DAMAGED)
        row += part.rows


def _read(path: Path, columns: list[str] | None = None) -> pl.DataFrame:
    try:
        return pl.read_parquet(path, columns=columns)
    except (OSError, pl.exceptions.PolarsError) as error:
        raise DataError(f"{path} cannot be read: {str(error).partition(chr(10))[0]}", next_step=_DAMAGED) from error


def _write_state(path: Path, state: Floats) -> None:
    if not path.exists():  # named by its content: whoever wrote it wrote the same
        _whole(path, state.tobytes()).replace(path)


def _write_part(path: Path, frame: pl.DataFrame, facts: PartFacts) -> None:
    part = _whole(path, b"")
    try:
        frame.write_parquet(part, metadata={_METADATA: json.dumps(asdict(facts))})
        with part.open("rb+") as written:
            os.fsync(written.fileno())
        _take_name(part, path)
    finally:
        part.unlink(missing_ok=True)


def _whole(path: Path, content: bytes) -> Path:
    """Return a new file beside `path` with this content, on disk."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f"{path.stem}.", suffix=".part")
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    return Path(name)


def _take_name(part: Path, path: Path) -> None:
    """Give the finished file its name, unless another has it: a name is taken once and for all."""
    try:
        os.link(part, path)
    except FileExistsError as error:
        raise TakenPart(str(path)) from error
    except OSError as error:  # a disk without hard links: the gap between the look and the move is then ours to bear
        if path.exists():
            raise TakenPart(str(path)) from error
        part.replace(path)


def _values_hash(frame: pl.DataFrame) -> str:
    hasher = blake2b(digest_size=_DIGEST_BYTES)
    for name in frame.columns:
        hasher.update(name.encode())
        hasher.update(np.ascontiguousarray(frame[name].to_numpy()).tobytes())
    return hasher.hexdigest()


def _digest(content: bytes) -> str:
    return blake2b(content, digest_size=_DIGEST_BYTES).hexdigest()
