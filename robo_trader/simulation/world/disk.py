"""A pretend disk: files of bytes, of which only what was synced outlives a loss of power.

Every call counts. A call may fail (no room, an error of the medium), or the power may go in its middle. What was
written and not synced is lost then, or a part of it is.
"""

import errno
from dataclasses import dataclass, field
from enum import Enum
from random import Random

from robo_trader.simulation.world.loop import WorldLoop
from robo_trader.simulation.world.processes import Death, current_process


class DiskFault(Enum):
    """What happens at a call."""

    FULL = "disk_full"  # no room is left
    ERROR = "disk_error"  # the medium fails
    DEATH = "death_at_disk"  # the process dies in the call; what is written stays
    POWER = "power_at_disk"  # the power goes in the call


@dataclass(slots=True)
class File:
    """Bytes as the system shows them, and as they are on the medium."""

    written: bytes = b""
    synced: bytes = b""


@dataclass(eq=False)
class Disk:
    """What the programs of one machine keep. Raises OSError where a call fails."""

    loop: WorldLoop
    seed: int
    calls: int = 0
    files: dict[str, File] = field(default_factory=dict)
    on_power_loss: object = None
    _armed: list[tuple[int, DiskFault]] = field(default_factory=list)  # by number of the call

    def arm(self, fault: DiskFault, after: int) -> None:
        """Let a fault happen at a coming call: 1 is the next."""
        self._armed.append((self.calls + after, fault))

    def calm(self) -> None:
        """Let nothing fail from here on."""
        self._armed.clear()

    def read(self, name: str) -> bytes | None:
        """Return what a file holds; None where there is none."""
        file = self.files.get(name)
        return None if file is None else file.written

    def append(self, name: str, data: bytes) -> None:
        """Write at the end of a file."""
        fault = self._call()
        file = self.files.setdefault(name, File())
        if fault is None:
            file.written += data
            return
        torn = self._chance().randrange(len(data) + 1)
        file.written += data[:torn]
        self._fail(fault)

    def truncate(self, name: str, length: int) -> None:
        """Cut a file's end off."""
        fault = self._call()
        if fault is not None:
            self._fail(fault)
        file = self.files[name]
        file.written = file.written[:length]

    def sync(self, name: str) -> None:
        """Return once the medium holds what was written."""
        fault = self._call()
        if fault is not None and self._chance().random() < 0.5:
            self._fail(fault)
        file = self.files[name]
        file.synced = file.written
        if fault is not None:
            self._fail(fault)

    def replace(self, name: str, data: bytes) -> None:
        """Put a file in the place of another, whole and synced: it is the old one, or the new one."""
        fault = self._call()
        if fault is not None and self._chance().random() < 0.5:
            self._fail(fault)
        self.files[name] = File(data, data)
        if fault is not None:
            self._fail(fault)

    def lose_power(self) -> None:
        """Forget what was not synced, or a part of it."""
        for name, file in self.files.items():
            kept = file.synced
            if file.written.startswith(kept):
                rest = file.written[len(kept) :]
                kept += rest[: self._chance(name).randrange(len(rest) + 1)]
            file.written = file.synced = kept

    def flip(self, name: str, place: float, bit: int) -> bool:
        """Flip a bit on the medium. place: in [0, 1) of the file; returns whether there was one."""
        file = self.files.get(name)
        if file is None or not file.written:
            return False
        at = int(place * len(file.written))
        changed = bytearray(file.written)
        changed[at] ^= 1 << bit
        file.written = file.synced = bytes(changed)
        return True

    def _call(self) -> DiskFault | None:
        process = current_process()
        if process is not None and not process.is_alive:
            raise Death  # it unwinds: nothing of it reaches the disk
        self.calls += 1
        due = [fault for at, fault in self._armed if at <= self.calls]
        self._armed = [one for one in self._armed if one[0] > self.calls]
        return due[0] if due else None

    def _fail(self, fault: DiskFault) -> None:
        if fault is DiskFault.FULL:
            raise OSError(errno.ENOSPC, "no space left on device")
        if fault is DiskFault.ERROR:
            raise OSError(errno.EIO, "input/output error")
        process = current_process()
        assert process is not None
        self.loop.seal(process)
        if fault is DiskFault.POWER:
            self.lose_power()
        raise Death

    def _chance(self, name: str = "") -> Random:
        return Random(f"disk/{self.seed}/{self.calls}/{name}")  # noqa: S311 - a schedule
