"""A seeded event loop on virtual time. The same seed runs the same callbacks in the same order, to the last one.

Time stands still while anything can run, and then jumps to the next timer. What a real system leaves open is drawn by
the seed: which of several processes runs next. Inside a process callbacks keep their order, as asyncio promises.
"""

# ruff: noqa: SLF001 - a loop is made of asyncio's own parts

import asyncio
import heapq
from collections.abc import Awaitable, Callable, Coroutine, Generator
from contextvars import Context, copy_context
from random import Random
from typing import Any

from robo_trader.simulation.world.processes import Death, Process, process_of

NANOS_PER_SECOND = 1_000_000_000
_UNWINDINGS_MAX = 50  # attempts to end the tasks of a dead process
_BUSY_MAX = 200_000  # callbacks at one moment
_RUN_AT_ONCE = 64  # callbacks between two looks whether the loop is to stop


MakeProtocol = Callable[[], asyncio.BaseProtocol]
Connect = Callable[[MakeProtocol, tuple[str, int]], Awaitable[tuple[asyncio.Transport, asyncio.BaseProtocol]]]


class Stuck(AssertionError):
    """Nobody can run and nobody waits for a time: the world has come to an end too early."""


class Busy(AssertionError):
    """Somebody runs and runs without ever waiting for anything."""


class WorldLoop(asyncio.BaseEventLoop):
    """Runs pretend processes. `nanos` is the time since the beginning; there are no threads and no sockets."""

    def __init__(self, seed: int) -> None:
        super().__init__()
        self.nanos = 0
        self.steps = 0  # callbacks run so far
        self._steps_before = 0  # this moment
        self.bugs: list[BaseException] = []  # what callbacks raised and nobody took
        self.connect: Connect | None = None  # what a network puts here and below
        self.listen: Callable[[MakeProtocol, str, int], Any] | None = None
        self._alarms: list[tuple[int, int, Callable[[], None]]] = []  # by step
        self._chance = Random(f"loop/{seed}")  # noqa: S311 - a schedule
        self._world = Process("world")
        self.nobody = self._world.context  # of what no program does: it happens whoever has died
        self._waiting: list[Process] = []  # those with something to run
        self._timers: list[tuple[int, int, asyncio.TimerHandle]] = []
        self._timer_count = 0
        self._posthumous: Process | None = None
        self._graveyard: list[asyncio.Task[object]] = []
        self.set_exception_handler(self._note_bug)
        self.set_task_factory(_make_task)

    def __del__(self) -> None:
        """It holds nothing of the system's that would have to be given back."""

    # ---- time ----

    def time(self) -> float:
        """Return seconds since the beginning."""
        return self.nanos / NANOS_PER_SECOND

    def call_at(
        self,
        when: float,
        callback: Callable[..., object],
        *args: object,
        context: Context | None = None,
    ) -> asyncio.TimerHandle:
        """As asyncio's; timers of the same moment keep their order."""
        timer = asyncio.TimerHandle(when, callback, args, self, context)
        self._timer_count += 1
        heapq.heappush(self._timers, (round(when * NANOS_PER_SECOND), self._timer_count, timer))
        return timer

    def call_later(
        self,
        delay: float,
        callback: Callable[..., object],
        *args: object,
        context: Context | None = None,
    ) -> asyncio.TimerHandle:
        """As asyncio's."""
        return self.call_at(self.time() + delay, callback, *args, context=context)

    def _timer_handle_cancelled(self, handle: asyncio.TimerHandle) -> None:
        """It is passed over when its time comes."""

    # ---- what can run ----

    def call_soon(
        self,
        callback: Callable[..., object],
        *args: object,
        context: Context | None = None,
    ) -> asyncio.Handle:
        """As asyncio's, in order within a process."""
        handle = asyncio.Handle(callback, args, self, context)
        self._add(handle)
        return handle

    call_soon_threadsafe = call_soon

    async def create_connection(  # type: ignore[override]
        self, make: MakeProtocol, host: str, port: int
    ) -> tuple[asyncio.Transport, asyncio.BaseProtocol]:
        """As asyncio's, over the pretend network. Raises OSError."""
        assert self.connect is not None, "this world has no network"
        return await self.connect(make, (host, port))

    async def create_server(self, make: MakeProtocol, host: str, port: int) -> Any:  # type: ignore[override]  # noqa: ANN401
        """As asyncio's, on the pretend network."""
        assert self.listen is not None, "this world has no network"
        return self.listen(make, host, port)

    def run_in_executor(self, *_: object) -> Any:  # noqa: ANN401
        """Refuse: what a thread does no seed decides."""
        raise AssertionError("no threads in a pretend world")

    def _add(self, handle: asyncio.Handle) -> None:
        process = self._owner(handle)
        if process.is_alive or process is self._posthumous:
            if not process.ready and process.is_alive:
                self._waiting.append(process)
            process.ready.append(handle)

    def _owner(self, handle: asyncio.Handle) -> Process:
        return process_of(handle._context) or self._world  # type: ignore[attr-defined]

    def _run_once(self) -> None:
        """Run some callbacks, or come to the next timer."""
        if self.steps - self._steps_before > _BUSY_MAX:
            raise Busy(f"{_BUSY_MAX} callbacks ran and no time has passed, in {self._waiting}")
        for _ in range(_RUN_AT_ONCE):
            self._wake_due()
            process = self._next_process()
            if process is None:
                self._come_to_next_timer()
            else:
                self._run(process)
            if self._stopping:  # type: ignore[attr-defined]
                return

    def _next_process(self) -> Process | None:
        waiting = self._waiting
        if not waiting:
            return None
        place = 0 if len(waiting) == 1 else self._chance.randrange(len(waiting))
        process = waiting[place]
        if process.frozen_until <= self.nanos:
            return process
        awake = [one for one in waiting if one.frozen_until <= self.nanos]
        return awake[self._chance.randrange(len(awake))] if awake else None

    def _run(self, process: Process) -> None:
        handle = process.ready.popleft()
        if not process.ready:
            self._waiting.remove(process)
        if handle.cancelled():
            return
        self.steps += 1
        try:
            handle._run()
        except Death:
            self.seal(process)
        if not process.is_alive:  # its last callback may still wait for something
            self.kill(process)
        while self._alarms and self._alarms[0][0] <= self.steps:
            heapq.heappop(self._alarms)[2]()

    def _wake_due(self) -> None:
        timers = self._timers
        while timers and (timers[0][0] <= self.nanos or timers[0][2].cancelled()):
            timer = heapq.heappop(timers)[2]
            if not timer.cancelled():
                self._add(timer)

    def _come_to_next_timer(self) -> None:
        thaws = [one.frozen_until for one in self._waiting]
        times = [*thaws, *([self._timers[0][0]] if self._timers else [])]
        if not times:
            raise Stuck("nobody waits for anything any more")
        self.nanos = max(self.nanos, min(times))
        self._steps_before = self.steps

    # ---- processes ----

    def after_steps(self, count: int, act: Callable[[], None]) -> None:
        """Do something between two callbacks, so many callbacks from now."""
        heapq.heappush(self._alarms, (self.steps + count, len(self._alarms), act))

    def spawn(self, process: Process, main: Coroutine[Any, Any, None]) -> None:
        """Let a process begin; it is over when its main task is."""

        def over(task: asyncio.Task[None]) -> None:
            if process.is_alive:
                process.failure = None if task.cancelled() else task.exception()
                self.kill(process)

        task = self.create_task(main, name=process.name, context=process.context)
        task.add_done_callback(over, context=self._world.context)

    def freeze(self, process: Process, seconds: float) -> None:
        """Stop a process for a time: its connections stay, and whatever comes to it waits."""
        process.frozen_until = max(process.frozen_until, self.nanos + round(seconds * NANOS_PER_SECOND))

    def kill(self, process: Process) -> None:
        """End a process between two of its callbacks. What its code does while it unwinds reaches nobody."""
        self.seal(process)
        if not process.is_unwound:
            process.is_unwound = True
            self._unwind(process)
            process.died.set()

    def seal(self, process: Process) -> None:
        """Let nothing of a process reach anybody from here on; `kill` follows."""
        if not process.is_alive:
            return
        process.is_alive = False
        if process in self._waiting:
            self._waiting.remove(process)
        for act in process.at_death:
            act()

    def _unwind(self, process: Process) -> None:
        before, self._posthumous = self._posthumous, process
        running = asyncio.tasks.current_task(self)
        for _ in range(_UNWINDINGS_MAX):
            left = [task for task in process.tasks if not task.done() and task is not running]
            if not left:
                break
            for task in left:
                task.cancel()
            self._run_posthumous(process)
        for task in list(process.tasks):
            if not task.done():
                task._log_destroy_pending = False  # type: ignore[attr-defined]
                self._graveyard.append(task)
            elif not task.cancelled():
                task.exception()  # seen: nobody is left to hear of it
        process.ready.clear()
        self._posthumous = before

    def _run_posthumous(self, process: Process) -> None:
        running = asyncio.tasks.current_task(self)
        if running is not None:
            asyncio.tasks._leave_task(self, running)
        try:
            while process.ready:
                handle = process.ready.popleft()
                if not handle.cancelled():
                    try:
                        handle._run()
                    except SystemExit:
                        continue
        finally:
            if running is not None:
                asyncio.tasks._enter_task(self, running)

    def _note_bug(self, _: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        failure = context.get("exception") or AssertionError(context.get("message"))
        if self._posthumous is None:
            self.bugs.append(failure)


def _make_task(
    loop: asyncio.AbstractEventLoop,
    main: Coroutine[Any, Any, Any] | Generator[Any, None, Any],
    context: Context | None = None,
) -> "asyncio.Task[Any]":
    context = context or copy_context()
    task: asyncio.Task[Any] = asyncio.Task(main, loop=loop, context=context)
    process = process_of(context)
    if process is not None:
        process.tasks[task] = None
        task.add_done_callback(lambda done: process.tasks.pop(done, None))
    return task
