"""Compiles in a copy of this process what will be needed soon, so that two cores compile at once."""

import contextlib
import multiprocessing
import os
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_WAIT_SECONDS = 60.0  # far more than any loop takes; then it is compiled here


@contextmanager
def compiled_ahead(work: Callable[[], object], *, wanted: bool = True) -> Iterator[None]:
    """Do `work` in a copy of this process meanwhile. What it compiles is on disk when the block is over.

    Where a process cannot be copied soundly, and where it fails, nothing is lost: it is compiled when it is needed.
    """
    if not (wanted and _can_be_copied()):
        yield
        return
    copy = multiprocessing.get_context("fork").Process(target=_quietly, args=(work,), daemon=True)
    copy.start()
    try:
        yield
        copy.join(_WAIT_SECONDS)
    finally:
        copy.kill()
        copy.join()


def _can_be_copied() -> bool:
    """Return whether a copy would be sound and worth it.

    A copy has none of the other threads but all of their locks; and a worker of a pool may start no process.
    """
    alone = threading.active_count() == 1 and not multiprocessing.current_process().daemon
    return sys.platform == "linux" and alone and len(os.sched_getaffinity(0)) > 1


def _quietly(work: Callable[[], object]) -> None:
    with contextlib.suppress(Exception):  # whatever it is, this process will meet it too, and can tell it
        work()
