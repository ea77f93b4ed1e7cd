"""The loop of a session whose broker and market live elsewhere, and speak when they will."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence

from robo_trader.core.domain.bars import BarSlice
from robo_trader.runtime.live_records import LiveRecords
from robo_trader.runtime.reconciled_broker import LiveBroker, ReconciledBroker
from robo_trader.runtime.trading_loop import TradingLoop

TURN_SECONDS = 0.25  # it looks round so often though nothing arrives
BATCH = 256  # quotes and prints that are made durable together

SlicesOver = Callable[[], Sequence[BarSlice]]  # those that are over and were not given yet
SeeTo = Callable[[], Awaitable[None]]


class LiveTrading:
    """Takes reports as they arrive, slices as they are over, and what happens between them."""

    def __init__(
        self,
        loop: TradingLoop,
        live: LiveBroker,
        broker: ReconciledBroker,
        *,
        slices: SlicesOver,
        see_to: SeeTo,
        records: LiveRecords | None = None,
    ) -> None:
        """broker: stands before `live`; see_to: what else is to be done at every turn.

        records: quotes and prints, where there are any.
        """
        self._loop = loop
        self._live = live
        self._broker = broker
        self._slices = slices
        self._see_to = see_to
        self._records = records

    async def run(self, stop: asyncio.Event) -> None:
        """Trade until `stop` is set."""
        while not stop.is_set():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._live.arrived.wait(), TURN_SECONDS)
            await self.turn()

    async def turn(self) -> None:
        """Take what has arrived, and see to what is due."""
        await self._loop.take(self._broker.take_reports())
        await self._see_to()
        slices = self._slices()
        if self._records is not None:
            self._records.gather()
        for slice_ in slices:
            await self._take_records(until=slice_.ended_at)
            await self._loop.close_slice(slice_)  # and the timers before its end, each at its time
        horizon = None if self._records is None else self._records.horizon()
        await self._take_records(until=horizon)
        now = self._live.now()
        await self._loop.fire_timers(before=now if horizon is None else min(now, horizon))
        await self._broker.ask()

    async def _take_records(self, *, until: int | None) -> None:
        """Take the records up to a time, some at once; reports that come meanwhile go before the next of them."""
        records = self._records
        if records is None:
            return
        while found := records.until(until, BATCH, latest=self._loop.latest):
            await self._loop.take_records(found)
            await asyncio.sleep(0)  # what arrives is heard
        records.note_dealt()
