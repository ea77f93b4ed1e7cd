"""Pretend processes of one event loop: whose a callback is, what it holds, and what is left when it dies."""

import asyncio
from collections import deque
from collections.abc import Callable
from contextvars import Context, ContextVar, copy_context

_CURRENT: ContextVar["Process | None"] = ContextVar("process", default=None)


class Death(SystemExit):
    """The process ends here, as if its power had gone: nothing of it may reach network or disk any more."""


class Process:
    """One program's share of the loop. Its callbacks run in order; those of others come between as the seed says."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.is_alive = True
        self.is_unwound = False  # its tasks have ended, too
        self.frozen_until = 0  # by the loop's time, ns: stopped, and its callbacks wait
        self.ready: deque[asyncio.Handle] = deque()
        self.tasks: dict[asyncio.Task[object], None] = {}  # in order of their beginning
        self.at_death: list[Callable[[], None]] = []  # what the system does for it: connections are reset
        self.died = asyncio.Event()
        self.failure: BaseException | None = None  # what its main task raised
        self.context: Context = copy_context()
        self.context.run(_CURRENT.set, self)

    def __repr__(self) -> str:
        return f"<{self.name}>"


def current_process() -> Process | None:
    """Return whose code runs."""
    return _CURRENT.get()


def process_of(context: Context) -> Process | None:
    """Return whose context it is."""
    return context.get(_CURRENT)
