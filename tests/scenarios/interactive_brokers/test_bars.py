"""Bars through the real process and the real client library: each shown slice once, whole, and as it was shown."""

import os
import signal
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from pathlib import Path

import pytest

from robo_trader.adapters.brokers.interactive_brokers.bar_stream import BarStream
from robo_trader.core.domain.bars import Bar, BarSlice
from robo_trader.core.domain.broker_link import LinkState
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.market.bar_sizes import BarSize
from robo_trader.core.market.sessions import bar_intervals
from robo_trader.simulation.gateway.server.faults import Fault, read_fault
from tests.broker_process import Client, a_client
from tests.builders import a_bar, a_day, a_session, a_slice
from tests.gateway_running import STAGE, RunningGateway, a_gateway, until

SYMBOLS = (Symbol("AAPL"), Symbol("SPY"))


class Watcher:
    """What a session makes of the bars a client is told."""

    def __init__(self, client: Client, size: BarSize) -> None:
        self.broker = client.broker
        self.stream = BarStream(size, STAGE.sessions, after=0)
        self.slices: list[BarSlice] = []
        self.broker.watch(SYMBOLS, size, "5 D")

    async def come_to(self, at: int) -> list[BarSlice]:
        """Wait until all that ended by then was told; return the slices so far."""
        await until(lambda: self._look() and self.broker.is_watching and self.broker.bars_until >= at)
        self._look()
        return self.slices

    def _look(self) -> bool:
        for told in self.broker.take_bars():
            self.stream.take(told)
        if self.broker.is_watching:
            self.slices += self.stream.closed(self.broker.bars_until)
        return True


def minutes_of(first: int, last: int, size: BarSize = BarSize.MINUTES_5) -> list[BarSlice]:
    """Slices of both symbols, each bar with prices of its own."""
    spans = list(bar_intervals(a_session(), size))[first:last]
    return [
        a_slice(
            *(
                a_bar(symbol=symbol, started_at=start, ended_at=end, open=100.0 + number, high=101.5 + number,
                      low=99.37 + number, close=100.0625 + number + shift, volume=1000.0 + number)
                for shift, symbol in enumerate(SYMBOLS)
            )
        )
        for number, (start, end) in enumerate(spans, start=first)
    ]  # fmt: skip


def a_market(
    size: BarSize, past: Sequence[BarSlice] = (), *, faults: Sequence[Fault] = (), seed: int = 0
) -> AbstractAsyncContextManager[RunningGateway]:
    """A gateway that is shown bars of a size, and knows some from before."""
    return a_gateway(
        *faults,
        seed=seed,
        stage=replace(
            STAGE,
            bar_size=size,
            past=lambda symbol: [bar for slice_ in past for bar in slice_.bars if bar.symbol == symbol],
        ),
    )


def show(gateway: RunningGateway, slices: Sequence[BarSlice]) -> None:
    for slice_ in slices:
        gateway.show(slice_)


@pytest.mark.parametrize("size", [BarSize.MINUTES_5, BarSize.MINUTES_30], ids=lambda size: size.value)
async def test_history_arrives_and_then_each_slice_once_as_shown(size: BarSize, tmp_path: Path) -> None:
    slices = minutes_of(0, 6, size)
    async with (
        a_market(size, slices[:3]) as gateway,
        a_client(gateway, tmp_path) as client,
    ):
        gateway.clock.at = slices[2].ended_at
        watcher = Watcher(client, size)
        assert await watcher.come_to(slices[2].ended_at) == slices[:3]
        for count, slice_ in enumerate(slices[3:], start=4):
            gateway.show(slice_)
            assert await watcher.come_to(slice_.ended_at) == slices[:count]


async def test_hours_are_counted_from_the_open_though_the_gateway_cuts_them_by_the_clock(tmp_path: Path) -> None:
    halves = minutes_of(0, 13, BarSize.MINUTES_30)
    hours = [(start, end) for start, end in bar_intervals(a_session(), BarSize.HOUR_1)]
    async with (
        a_market(BarSize.MINUTES_30, halves[:5]) as gateway,
        a_client(gateway, tmp_path) as client,
    ):
        gateway.clock.at = halves[4].ended_at
        watcher = Watcher(client, BarSize.HOUR_1)
        slices = await watcher.come_to(halves[4].ended_at)
        assert [slice_.ended_at for slice_ in slices] == [end for _, end in hours[:2]], "the third is half told"
        show(gateway, halves[5:])
        slices = await watcher.come_to(halves[-1].ended_at)
        assert [slice_.ended_at for slice_ in slices] == [end for _, end in hours]
        for number, (slice_, span) in enumerate(zip(slices, hours, strict=True)):
            told = [piece for piece in halves if span[0] < piece.ended_at <= span[1]]
            for place, bar in enumerate(slice_.bars):
                pieces = [piece.bars[place] for piece in told]
                assert len(pieces) == (1 if number == 6 else 2)
                assert (bar.started_at, bar.ended_at, bar.open, bar.close) == (*span, pieces[0].open, pieces[-1].close)
                assert (bar.high, bar.low) == (max(one.high for one in pieces), min(one.low for one in pieces))
                assert bar.volume == sum(one.volume for one in pieces)


async def test_daily_bars_and_small_bars_summed_up_by_the_gateway(tmp_path: Path) -> None:
    days = [a_day(day, AAPL=(100.5 + day, 101.0 + day), SPY=(400.0, 401.25 + day)) for day in range(4)]
    async with (
        a_market(BarSize.DAY_1) as gateway,
        a_client(gateway, tmp_path) as client,
    ):
        show(gateway, days[:2])
        watcher = Watcher(client, BarSize.DAY_1)
        assert await watcher.come_to(days[1].ended_at) == days[:2]
        show(gateway, days[2:])
        assert await watcher.come_to(days[3].ended_at) == days


async def test_a_bar_of_several_shown_ones_is_given_when_the_last_of_them_is_over(tmp_path: Path) -> None:
    small = minutes_of(0, 7)
    async with (
        a_market(BarSize.MINUTES_5) as gateway,
        a_client(gateway, tmp_path) as client,
    ):
        watcher = Watcher(client, BarSize.MINUTES_15)
        await watcher.come_to(0)
        show(gateway, small)
        slices = await watcher.come_to(small[-1].ended_at)
        assert [slice_.ended_at for slice_ in slices] == [small[2].ended_at, small[5].ended_at]
        assert slices[0].bars == tuple(
            Bar(
                symbol, small[0].bars[place].started_at, small[2].ended_at, 100.0, 103.5, 99.37,
                small[2].bars[place].close, 3003.0,
            )
            for place, symbol in enumerate(SYMBOLS)
        )  # fmt: skip


@pytest.mark.parametrize("trouble", ["the connection breaks", "the process dies"])
async def test_bars_that_were_missed_come_once(trouble: str, tmp_path: Path) -> None:
    slices = minutes_of(0, 8)
    async with (
        a_market(BarSize.MINUTES_5) as gateway,
        a_client(gateway, tmp_path) as client,
    ):
        watcher = Watcher(client, BarSize.MINUTES_5)
        await watcher.come_to(0)
        show(gateway, slices[:3])
        await watcher.come_to(slices[2].ended_at)
        if trouble == "the process dies":
            assert client.broker.process_id is not None
            os.kill(client.broker.process_id, signal.SIGKILL)
        else:
            gateway.server.inject(read_fault({"kind": "close"}))
        await until(lambda: not gateway.server.clients())
        show(gateway, slices[3:6])
        await until(lambda: client.broker.link is not LinkState.READY)
        assert await watcher.come_to(slices[5].ended_at) == slices[:6]
        show(gateway, slices[6:])
        assert await watcher.come_to(slices[7].ended_at) == slices


async def test_bars_that_ended_while_the_gateway_itself_was_away_come_once(tmp_path: Path) -> None:
    slices = minutes_of(0, 6)
    away = read_fault({"name": "connectivity_lost"})
    mute = read_fault({"kind": "drop", "on": "HistoricalBarUpdate", "times": 4})
    back = read_fault({"name": "restored_data_maintained"})
    async with (
        a_market(BarSize.MINUTES_5) as gateway,
        a_client(gateway, tmp_path) as client,
    ):
        watcher = Watcher(client, BarSize.MINUTES_5)
        await watcher.come_to(0)
        show(gateway, slices[:2])
        await watcher.come_to(slices[1].ended_at)
        gateway.server.inject(away)
        await until(lambda: client.broker.link is LinkState.BLIND)
        gateway.server.inject(mute)
        show(gateway, slices[2:4])
        gateway.server.inject(back)
        assert await watcher.come_to(slices[3].ended_at) == slices[:4]
        show(gateway, slices[4:])
        assert await watcher.come_to(slices[5].ended_at) == slices
        assert gateway.server.book()["market"]["subscriptions"] == {"histories": 2, "lines": 2, "streams": 0}
