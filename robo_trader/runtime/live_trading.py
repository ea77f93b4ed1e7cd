"""The loop of a session whose broker and market live elsewhere, and speak when they will."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import structlog

from robo_trader.core.domain.bars import BarSlice
from robo_trader.runtime.live_records import LiveRecords
from robo_trader.runtime.missed_slices import FreshUntil, part
from robo_trader.runtime.reconciled_broker import LiveBroker, ReconciledBroker
from robo_trader.runtime.trading_loop import TradingLoop

TURN_SECONDS = 0.25  # it looks round so often though nothing arrives
BATCH = 256  # quotes and prints that are made durable together

log = structlog.get_logger()

SlicesOver = Callable[[], Sequence[BarSlice]]  # those that are over and were not given yet
SeeTo = Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class LiveMarket:
    """What is told of a market that lives elsewhere."""

    slices: SlicesOver
    fresh_until: FreshUntil  # how long a slice is decided on; later it is only shown
    records: LiveRecords | None = None  # quotes and prints, where there are any


class LiveTrading:
    """Takes reports as they arrive, slices as they are over, and what happens between them."""

    def __init__(
        self,
        loop: TradingLoop,
        live: LiveBroker,
        broker: ReconciledBroker,
        *,
        market: LiveMarket,
        see_to: SeeTo,
        turn_seconds: float = TURN_SECONDS,
    ) -> None:
        """broker: stands before `live`; see_to: what else is to be done at every turn.

        turn_seconds: it looks round so often though nothing arrives.
        """
        self._turn_seconds = turn_seconds
        self._loop = loop
        self._live = live
        self._broker = broker
        self._slices = market.slices
        self._fresh_until = market.fresh_until
        self._see_to = see_to
        self._records = market.records

    async def run(self, stop: asyncio.Event) -> None:
        """Trade until `stop` is set."""
        while not stop.is_set():
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._turn_seconds):
                    await self._live.arrived.wait()
            await self.turn()

    async def turn(self) -> None:
        """Take what has arrived, and see to what is due."""
        await self._see_to()  # first: it may find that the line is not to be trusted any more
        await self._loop.take(self._broker.take_reports())
        slices = self._slices()
        if self._records is not None:
            self._records.gather()
        missed, fresh = part(slices, now=self._live.now(), fresh_until=self._fresh_until)
        if missed:
            log.warning("bars were missed; they are shown, and nothing is decided on them", slices=len(missed))
            await self._take_records(until=missed[-1].ended_at)
            await self._loop.show_history(missed)
        for slice_ in fresh:
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
