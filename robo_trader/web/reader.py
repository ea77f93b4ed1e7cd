"""Reads the projections away from the event loop.

A database connection belongs to one thread, so a reader owns one thread and opens its projections there, at
the first read. The live watcher and the REST pages have a reader each: a long page of history must not hold
up what is live.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from robo_trader.core.domain.errors import JournalError
from robo_trader.core.ports.projections import Projections

ProjectionsFactory = Callable[[], Projections]
T = TypeVar("T")


class ProjectionsReader:
    """One thread with one set of projections."""

    def __init__(self, factory: ProjectionsFactory, name: str) -> None:
        self._factory = factory
        self._projections: Projections | None = None
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix=f"web-{name}")

    async def read(self, question: Callable[[Projections], T]) -> T:
        """Return the answer to a question put in the reader's thread.

        Raises JournalError if the projections cannot be opened or read; the next read opens them anew.
        """
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._ask, question)

    async def call(self, function: Callable[[], T]) -> T:
        """Run something else that may block in the reader's thread."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, function)

    async def close(self) -> None:
        """Let go of the projections and the thread."""
        await self.call(self._let_go)
        self._thread.shutdown()

    def _ask(self, question: Callable[[Projections], T]) -> T:
        if self._projections is None:
            self._projections = self._factory()
        try:
            return question(self._projections)
        except JournalError:
            self._let_go()
            raise

    def _let_go(self) -> None:
        projections, self._projections = self._projections, None
        if projections is not None:
            projections.close()
