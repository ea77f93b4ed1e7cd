"""Work that goes on by itself while the session does something else. A bug in it ends the process, as any bug does."""

import asyncio
from collections.abc import Coroutine
from typing import Any


class Errands:
    """Starts tasks and waits for those that break."""

    def __init__(self) -> None:
        self._running: set[asyncio.Task[None]] = set()
        self._broken: asyncio.Queue[BaseException] = asyncio.Queue()

    def start(self, errand: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Begin an errand; whoever keeps the task may cancel it."""
        task = asyncio.ensure_future(errand)
        self._running.add(task)
        task.add_done_callback(self._note_end)
        return task

    async def watch(self) -> None:
        """Wait for an errand that breaks, and raise what broke it."""
        raise await self._broken.get()

    def _note_end(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is not None:
            self._broken.put_nowait(error)
