"""Instructions on their way to a session: one file each, which a command leaves and the session takes.

A session listens on no socket. So who wants something of it puts a file into a folder beside its database, whole or not
at all, readable by the owner alone; the session takes the files in order before its next bar, journals each as an
event, and then removes it. If it dies in between, it takes the file again: an instruction names the state it was given
in, and does nothing in another one.
"""

import os
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
import structlog
from msgspec.structs import replace

from robo_trader.core.domain.errors import JournalUnwritable
from robo_trader.core.domain.events import InstructionGiven
from robo_trader.core.domain.releases import ReleaseInstructed
from robo_trader.core.domain.strategy_modes import StrategyInstructed

Instruction = InstructionGiven | StrategyInstructed | ReleaseInstructed
_KINDS: dict[str, type[Instruction]] = {kind.__name__: kind for kind in Instruction.__args__}

log = structlog.get_logger()


class InstructionInbox:
    """The folder of one session."""

    def __init__(self, database: Path) -> None:
        self._folder = database.with_name(f"{database.name}.inbox")

    def put(self, instruction: Instruction) -> Path:
        """Leave an instruction; return its file. Raises JournalUnwritable where that cannot be done."""
        name = f"{time.time_ns():020d}.{type(instruction).__name__}"
        path, half = self._folder / name, self._folder / f".{name}"
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            half.touch(mode=0o600, exist_ok=False)
            with half.open("wb") as file:
                file.write(msgspec.json.encode(instruction))
                file.flush()
                os.fsync(file.fileno())
            half.rename(path)
        except OSError as error:
            raise JournalUnwritable(
                f"the instruction cannot be left in {self._folder}: {error.strerror}",
                next_step="Give it as the user who runs the session.",
            ) from error
        return path

    def waiting(self, *, at: int) -> Iterator[tuple[Path, Instruction]]:
        """Yield what waits, oldest first, with `at` as its time. What cannot be read is put aside and told."""
        if not self._folder.is_dir():
            return
        for path in sorted(self._folder.glob("[0-9]*")):
            kind = _KINDS.get(path.suffix[1:])
            if kind is None:
                continue
            try:
                yield path, replace(msgspec.json.decode(path.read_bytes(), type=kind), occurred_at=at)
            except (msgspec.DecodeError, OSError) as error:
                log.warning("instruction cannot be read, and is put aside", file=str(path), reason=str(error))
                path.rename(path.with_name(f"{path.name}.unreadable"))
