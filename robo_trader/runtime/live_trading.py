"""The loop of a session whose broker and market live elsewhere, and speak when they will."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence

from robo_trader.core.domain.bars import BarSlice
from robo_trader.runtime.reconciled_broker import LiveBroker, ReconciledBroker
from robo_trader.runtime.trading_loop import TradingLoop

TURN_SECONDS = 0.25  # it looks round so often though nothing arrives

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
        see_to: SeeTo,
        turn_seconds: float = TURN_SECONDS,
    ) -> None:
        """broker: stands before `live`; see_to: what else is to be done at every turn."""
        self._turn_seconds = turn_seconds
        self._loop = loop
        self._live = live
        self._broker = broker
        self._slices = slices
        self._see_to = see_to

    async def run(self, stop: asyncio.Event) -> None:
        """Trade until `stop` is set."""
        while not stop.is_set():
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._turn_seconds):
                    await self._live.arrived.wait()
            await self.turn()

    async def turn(self) -> None:
        """Take what has arrived, and see to what is due."""
        await self._loop.take(self._broker.take_reports())
        await self._see_to()
        for slice_ in self._slices():
            await self._loop.close_slice(slice_)  # and the timers before its end, each at its time
        await self._loop.fire_timers(before=self._live.now())
        await self._broker.ask()
