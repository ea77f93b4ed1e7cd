"""Does a piece of work on a copy of the memory as it is now, in a child process, while this one goes on.

A fork costs milliseconds where walking the memory of a thousand symbols costs a second; the child sees nothing of what
happens after it. It inherits open files: it lets go of them first, so that neither a lock nor a connection outlives
the program in it, and it never returns into the program. Where there is no fork, the work is done at once.
"""

import gc
import os
import signal
from collections.abc import Callable

_WORDS_MAX = 4096
_DESCRIPTORS = 1 << 16
CAN_FORK = os.name == "posix" and hasattr(os, "fork")


class Aside:
    """One piece of work that is going on."""

    def __init__(self, work: Callable[[], None]) -> None:
        """work: writes what it makes to a file of its own; an exception is told in its words."""
        self._process = 0
        self._fault: str | None = None
        if not CAN_FORK:
            self._fault = attempt(work)
            return
        reading, writing = os.pipe()
        self._process = os.fork()
        if not self._process:
            _be_child(work, writing)
        os.close(writing)
        self._words = reading

    @property
    def is_over(self) -> bool:
        """Whether it has come to its end."""
        if self._process and os.waitpid(self._process, os.WNOHANG)[0]:
            self._end()
        return not self._process

    def wait(self) -> str:
        """Wait for its end; return what went wrong, nothing if all went well."""
        if self._process:
            os.waitpid(self._process, 0)
            self._end()
        return self._fault or ""

    def _end(self) -> None:
        self._process = 0
        with os.fdopen(self._words, "rb") as told:
            words = told.read(_WORDS_MAX).decode(errors="replace")
        self._fault = None if words == _DONE else words or "its process was ended"


_DONE = "done"


def attempt(work: Callable[[], None]) -> str | None:
    """Do a piece of work; return in words what went wrong."""
    try:
        work()
    except Exception as error:  # noqa: BLE001 - whatever it is: the session must go on
        return f"{type(error).__name__}: {error}"
    return None


def _be_child(work: Callable[[], None], writing: int) -> None:
    """Do the work and end, whatever happens."""
    try:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        gc.disable()
        os.closerange(3, writing)
        os.closerange(writing + 1, _DESCRIPTORS)
        os.write(writing, (attempt(work) or _DONE).encode()[:_WORDS_MAX])
    finally:
        os._exit(0)
