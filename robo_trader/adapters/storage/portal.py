"""An event loop in a thread of its own: for a library that can only be awaited, and callers that cannot await."""

import asyncio
import contextlib
from collections.abc import Coroutine
from concurrent.futures import Future
from threading import Thread
from typing import Any, TypeVar

Result = TypeVar("Result")


_END_SECONDS = 5  # to let go of what is held


class Portal:
    """Runs coroutines elsewhere. It ends with `close`, or with the process."""

    def __init__(self, name: str) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._loop.run_forever, name=name, daemon=True)
        self._thread.start()

    def submit(self, work: Coroutine[Any, Any, Result]) -> Future[Result]:
        """Begin something; return what will hold its result."""
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    def wait(self, work: Coroutine[Any, Any, Result], seconds: float) -> Result:
        """Return the result of something. Raises what it raised, and TimeoutError when it takes longer."""
        begun = self.submit(work)
        try:
            return begun.result(seconds)
        finally:
            begun.cancel()  # does nothing to what has ended

    def close(self) -> None:
        """End the thread, and what is under way in it."""
        if self._loop.is_closed():
            return
        with contextlib.suppress(TimeoutError):
            self.wait(_end_others(), _END_SECONDS)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


async def _end_others() -> None:
    others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
