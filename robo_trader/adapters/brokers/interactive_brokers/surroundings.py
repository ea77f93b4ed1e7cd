"""What engine's end and broker's process stand on: clocks, chance, a durable file, and how the process is started.

Everything else in this adapter is a function of what it hears. So a whole session can be played in a pretend world,
where time jumps, disks fail and processes die as a seed says.
"""

import asyncio
import os
import random
import socket
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


class BrokerProcess(Protocol):
    """A process that was started."""

    @property
    def pid(self) -> int:
        """Its number in the system."""
        ...

    @property
    def returncode(self) -> int | None:
        """How it ended; None while it lives."""
        ...

    def kill(self) -> None:
        """End it at once. Raises ProcessLookupError if it is gone."""
        ...

    async def wait(self) -> int:
        """Return how it ended, once it has."""
        ...


@dataclass(frozen=True, slots=True)
class Launched:
    """A process, and our end of the line to it."""

    process: BrokerProcess
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter


class DurableFiles(Protocol):
    """Small files that are there whole or not at all."""

    def read(self, path: Path) -> str | None:
        """Return what a file holds; None where there is none. Raises OSError or ValueError if it is unreadable."""
        ...

    def replace(self, path: Path, text: str) -> None:
        """Return once the text is the file's, on disk. Raises OSError; then it holds the old text or the new."""
        ...


class DiskFiles:
    """Files of this machine."""

    def read(self, path: Path) -> str | None:
        """As DurableFiles.read."""
        return path.read_text("ascii") if path.exists() else None

    def replace(self, path: Path, text: str) -> None:
        """As DurableFiles.replace."""
        beside = path.with_suffix(".new")
        with beside.open("w", encoding="ascii") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


async def launch_process(epoch: int) -> Launched:
    """Start the broker's process with one end of a new line."""
    ours, theirs = socket.socketpair()
    command = (sys.executable, "-m", "robo_trader.adapters.brokers.interactive_brokers")
    with theirs:
        reader, writer = await asyncio.open_connection(sock=ours)
        try:
            process = await asyncio.create_subprocess_exec(
                *command, str(theirs.fileno()), str(epoch), pass_fds=(theirs.fileno(),), start_new_session=True
            )
        except BaseException:
            writer.close()
            raise
    return Launched(process, reader, writer)  # nothing is waited for once there is a process: it would be lost


@dataclass(frozen=True, slots=True)
class Surroundings:
    """This machine, if nothing else is said."""

    monotonic: Callable[[], float] = time.monotonic  # seconds that never go back
    wall: Callable[[], int] = time.time_ns  # UTC ns
    between: Callable[[float, float], float] = random.uniform  # spreads attempts
    files: DurableFiles = DiskFiles()  # noqa: RUF009 - it has no state
    launch: Callable[[int], Awaitable[Launched]] = launch_process


THIS_MACHINE = Surroundings()
