"""The loop of a session whose broker and market live elsewhere, and speak when they will."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence

import structlog

from robo_trader.core.domain.bars import BarSlice
from robo_trader.runtime.missed_slices import FreshUntil, part
from robo_trader.runtime.reconciled_broker import LiveBroker, ReconciledBroker
from robo_trader.runtime.trading_loop import TradingLoop

TURN_SECONDS = 0.25  # it looks round so often though nothing arrives

log = structlog.get_logger()

SlicesOver = Callable[[], Sequence[BarSlice]]  # those that are over and were not given yet
SeeTo = Callable[[], Awaitable[None]]


class LiveTrading:
    """Takes reports as they arrive, and slices as they are over."""

    def __init__(
        self,
        loop: TradingLoop,
        live: LiveBroker,
        broker: ReconciledBroker,
        *,
        slices: SlicesOver,
        fresh_until: FreshUntil,
        see_to: SeeTo,
    ) -> None:
        """broker: stands before `live`; see_to: what else is to be done at every turn.

        fresh_until: how long a slice is decided on; later it is only shown.
        """
        self._loop = loop
        self._live = live
        self._broker = broker
        self._slices = slices
        self._fresh_until = fresh_until
        self._see_to = see_to

    async def run(self, stop: asyncio.Event) -> None:
        """Trade until `stop` is set."""
        while not stop.is_set():
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(TURN_SECONDS):
                    await self._live.arrived.wait()
            await self.turn()

    async def turn(self) -> None:
        """Take what has arrived, and see to what is due."""
        await self._see_to()  # first: it may find that the line is not to be trusted any more
        await self._loop.take(self._broker.take_reports())
        missed, fresh = part(self._slices(), now=self._live.now(), fresh_until=self._fresh_until)
        if missed:
            log.warning("bars were missed; they are shown, and nothing is decided on them", slices=len(missed))
            await self._loop.show_history(missed)
        for slice_ in fresh:
            await self._loop.close_slice(slice_)  # and the timers before its end, each at its time
        await self._loop.fire_timers(before=self._live.now())
        await self._broker.ask()
