"""What the server does by itself: look at the projections, tick, beat, and end what is over."""

import asyncio
from collections.abc import Awaitable, Callable
from logging import getLogger
from typing import Final

from robo_trader.web.hub import RATES_HZ
from robo_trader.web.site import Site

UNREADABLE_POLL_SECONDS: Final = 1.0
HOUSEKEEPING_SECONDS: Final = 1.0

_log = getLogger(__name__)


class LiveLoops:
    """The loops of one server. `on_failure` is called if one of them dies.

    A page that stands still unsaid is worse than a server that stops and is started again.
    """

    def __init__(self, site: Site, on_failure: Callable[[], None]) -> None:
        self._site = site
        self._on_failure = on_failure
        self._lag_seconds = 0.0
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Read once, so that the first page finds something, then start all loops."""
        await self._site.watcher.check_engine()
        await self._site.watcher.poll()
        loops: list[Awaitable[None]] = [self._watch(), self._beat(), self._keep_house()]
        loops += [self._tick(hz) for hz in RATES_HZ]
        self._tasks = [asyncio.ensure_future(loop) for loop in loops]
        for task in self._tasks:
            task.add_done_callback(self._note_end)

    async def stop(self) -> None:
        """End all loops."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _note_end(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and task.exception() is not None:
            _log.critical("a live loop died; the server stops", exc_info=task.exception())
            self._on_failure()

    async def _watch(self) -> None:
        watcher = self._site.watcher
        while True:
            pause = self._site.settings.poll_seconds if watcher.readable else UNREADABLE_POLL_SECONDS
            await asyncio.sleep(pause)
            await watcher.poll()

    async def _tick(self, hz: int) -> None:
        clock, due = self._site.clock, self._site.clock.monotonic()
        while True:
            due = max(due + 1 / hz, clock.monotonic())  # a late tick is not made up for
            await asyncio.sleep(due - clock.monotonic())
            self._lag_seconds = max(0.0, clock.monotonic() - due)
            self._site.hub.tick(hz, clock.monotonic())

    async def _beat(self) -> None:
        clock = self._site.clock
        while True:
            await asyncio.sleep(self._site.settings.heartbeat_seconds)
            lag_ms = round(self._lag_seconds * 1000)
            self._site.hub.heartbeat(wall_ms=clock.wall_ms(), lag_ms=lag_ms, now=clock.monotonic())

    async def _keep_house(self) -> None:
        while True:
            await asyncio.sleep(HOUSEKEEPING_SECONDS)
            now = self._site.clock.monotonic()
            self._site.hub.cut_undrained(now)
            self._site.end_dead_connections()
            self._site.code.renew_if_expired(now)
            self._site.sessions.store_if_stale(self._site.clock.wall_ms())
            await self._site.watcher.check_engine()
