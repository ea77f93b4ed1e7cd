"""The market as the unmodified clients see it, over real sockets: history, what follows it, ticks, small bars."""

import asyncio
import math
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import ib_async
import pytest

from robo_trader.core.domain.events import TradePrinted
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.domain.quotes import TradePrint
from robo_trader.core.market.bar_sizes import BarSize
from robo_trader.simulation.gateway.market.settings import MarketAccess
from tests.builders import MINUTE, OPEN, a_bar, a_quote, a_session, a_slice, an_arrival
from tests.gateway_running import STAGE, RunningGateway, a_gateway, ib_async_client, until
from tests.official_client import aapl, answered, connected

AAPL = ib_async.Stock("AAPL", "SMART", "USD", conId=265598)
SPY = ib_async.Stock("SPY", "SMART", "USD", conId=756733)
MINUTES = replace(STAGE, bar_size=BarSize.MINUTE_1)
SECOND = 1_000_000_000


@pytest.fixture(autouse=True)
def nothing_is_unreadable(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    yield
    assert [record.message for record in caplog.records if record.name.startswith("ib_async.")] == []


def show_minutes(gateway: RunningGateway, first: int, last: int) -> None:
    """Minutes of AAPL: number n opens at 100 + n and closes a quarter above."""
    for number in range(first, last):
        start = OPEN + number * MINUTE
        bar = a_bar(started_at=start, ended_at=start + MINUTE, open=100.0 + number, close=100.25 + number, volume=300.0)
        gateway.show(a_slice(bar))


def subscriptions(gateway: RunningGateway) -> dict[str, int]:
    return dict(gateway.server.book()["market"]["subscriptions"])


def show_print(gateway: RunningGateway, at: int, price: float, size: float = 50.0) -> None:
    gateway.show(TradePrinted(trade=TradePrint(Symbol("AAPL"), at, price, size), session=a_session()))


@pytest.mark.parametrize("version", [157, 170, 178])
async def test_history_as_ib_async_asks_for_it(version: int) -> None:
    async with a_gateway(stage=MINUTES) as gateway, ib_async_client(gateway, version=version) as ib:
        show_minutes(gateway, 0, 12)
        bars: Any = await asyncio.wait_for(
            ib.reqHistoricalDataAsync(AAPL, "", "1 D", "5 mins", "TRADES", useRTH=True, formatDate=2), 10
        )
        told = [(bar.date.timestamp(), bar.open, bar.high, bar.low, bar.close, bar.volume) for bar in bars]
        assert told == [
            (OPEN / 1e9, 100.0, 104.25, 100.0, 104.25, 1500),
            (OPEN / 1e9 + 300, 105.0, 109.25, 105.0, 109.25, 1500),
            (OPEN / 1e9 + 600, 110.0, 111.25, 110.0, 111.25, 600),
        ]
        [day] = await asyncio.wait_for(ib.reqHistoricalDataAsync(AAPL, "", "1 D", "1 day", "MIDPOINT", useRTH=True), 10)
        assert (day.date.isoformat(), day.open, day.close, day.volume) == ("2024-03-04", 100.0, 111.25, -1)
        earlier = await asyncio.wait_for(
            ib.reqHistoricalDataAsync(AAPL, "20240304 09:33:00 US/Eastern", "60 S", "1 min", "TRADES", useRTH=True), 10
        )
        assert [bar.open for bar in earlier] == [102.0]


async def test_history_that_is_kept_up_to_date() -> None:
    async with a_gateway(stage=MINUTES) as gateway, ib_async_client(gateway) as ib:
        show_minutes(gateway, 0, 2)
        bars = await asyncio.wait_for(
            ib.reqHistoricalDataAsync(
                AAPL, "", "1 D", "2 mins", "TRADES", useRTH=True, formatDate=2, keepUpToDate=True
            ), 10,
        )  # fmt: skip
        show_minutes(gateway, 2, 3)
        await until(lambda: len(bars) == 2 and bars[-1].close == 102.25)
        show_minutes(gateway, 3, 4)
        await until(lambda: bars[-1].close == 103.25)
        assert [(bar.open, bar.close, bar.volume) for bar in bars] == [(100.0, 101.25, 600), (102.0, 103.25, 600)]
        ib.cancelHistoricalData(bars)
        await until(lambda: not subscriptions(gateway)["histories"])


async def test_a_schedule_and_how_far_history_goes_back() -> None:
    async with a_gateway(stage=MINUTES) as gateway, ib_async_client(gateway) as ib:
        show_minutes(gateway, 0, 1)
        schedule = await asyncio.wait_for(ib.reqHistoricalScheduleAsync(AAPL, 1), 10)
        assert [(one.startDateTime, one.endDateTime, one.refDate) for one in schedule.sessions] == [
            ("20240304-09:30:00", "20240304-16:00:00", "20240304")
        ]
        head = await asyncio.wait_for(ib.reqHeadTimeStampAsync(AAPL, "TRADES", useRTH=True, formatDate=2), 10)
        assert head.timestamp() == OPEN / 1e9


async def test_ticks_and_a_snapshot() -> None:
    async with a_gateway(stage=MINUTES) as gateway, ib_async_client(gateway) as ib:
        show_minutes(gateway, 0, 1)
        ticker = ib.reqMktData(AAPL, "233")
        await until(lambda: ticker.last == 100.25)
        assert (ticker.bid, ticker.bidSize, ticker.ask, ticker.volume) == (100.24, 100, 100.26, 300)
        assert (ticker.open, ticker.high, ticker.low) == (100.0, 100.25, 100.0)
        gateway.show(an_arrival(a_quote(at=OPEN + MINUTE + SECOND, bid=100.5, ask=100.75, bid_size=200, ask_size=400)))
        show_print(gateway, OPEN + MINUTE + 2 * SECOND, 100.75, 70)
        await until(lambda: ticker.last == 100.75)
        assert (ticker.bid, ticker.bidSize, ticker.ask, ticker.askSize) == (100.5, 200, 100.75, 400)
        assert (ticker.lastSize, ticker.volume, ticker.rtVolume) == (70, 370, 370)
        assert ticker.marketDataType == 1
        ib.cancelMktData(AAPL)
        await until(lambda: not subscriptions(gateway)["lines"])
        [snapshot] = await asyncio.wait_for(ib.reqTickersAsync(AAPL), 10)
        assert (snapshot.last, snapshot.bid) == (100.75, 100.5)


async def test_delayed_ticks_come_after_their_delay() -> None:
    stage = replace(MINUTES, access=MarketAccess.DELAYED)
    async with a_gateway(stage=stage) as gateway, ib_async_client(gateway) as ib:
        codes: list[int] = []
        ib.errorEvent += lambda _about, code, *_: codes.append(code)
        show_minutes(gateway, 0, 1)
        ib.reqMktData(SPY)
        await until(lambda: 354 in codes)
        ib.reqMarketDataType(3)
        ticker = ib.reqMktData(AAPL)
        await until(lambda: 10167 in codes and ticker.marketDataType == 3)
        show_minutes(gateway, 1, 2)
        gateway.clock.at += 14 * MINUTE
        assert (await asyncio.wait_for(ib.reqCurrentTimeAsync(), 10)).minute == 46
        assert math.isnan(ticker.last)
        gateway.clock.at += MINUTE
        await until(lambda: ticker.last == 101.25)


async def test_small_bars_and_single_ticks() -> None:
    async with a_gateway(stage=MINUTES) as gateway, ib_async_client(gateway) as ib:
        bars = ib.reqRealTimeBars(AAPL, 5, "TRADES", useRTH=True)
        prints: list[float] = []  # the ticker forgets them with the next message
        ticker = ib.reqTickByTickData(AAPL, "AllLast")
        ticker.updateEvent += lambda told: prints.extend(tick.price for tick in told.tickByTicks)
        await until(lambda: subscriptions(gateway)["streams"] == 2)
        for second, price in ((1, 100.0), (2, 101.0), (4, 99.5), (6, 100.5)):
            show_print(gateway, OPEN + second * SECOND, price)
        gateway.clock.at = OPEN + 10 * SECOND
        await until(lambda: len(bars) == 2)
        assert [(bar.time.timestamp(), bar.open_, bar.high, bar.low, bar.close, bar.volume) for bar in bars] == [
            (OPEN / 1e9, 100.0, 101.0, 99.5, 99.5, 150),
            (OPEN / 1e9 + 5, 100.5, 100.5, 100.5, 100.5, 50),
        ]
        assert prints == [100.0, 101.0, 99.5, 100.5]
        past = await asyncio.wait_for(ib.reqHistoricalTicksAsync(AAPL, "", "20240304-14:30:04", 2, "TRADES", True), 10)
        assert [(tick.price, tick.size) for tick in past] == [(101.0, 50), (99.5, 50)]


async def test_the_official_client_sees_the_same() -> None:
    async with a_gateway(stage=MINUTES) as gateway, connected(gateway) as client:
        show_minutes(gateway, 0, 2)
        await answered(
            client, "historicalDataEnd",
            lambda: client.reqHistoricalData(1, aapl(), "", "1 D", "1 min", "TRADES", 1, 2, True, []),
        )  # fmt: skip
        [(_, first), (_, second)] = client.all("historicalData")
        assert (first.date, first.open, first.close, first.volume) == (str(OPEN // SECOND), 100.0, 100.25, 300)
        client.reqMktData(2, aapl(), "", False, False, [])
        client.reqRealTimeBars(3, aapl(), 5, "MIDPOINT", True, [])
        client.reqTickByTickData(4, aapl(), "BidAsk", 0, False)
        await until(lambda: subscriptions(gateway) == {"histories": 1, "lines": 1, "streams": 2})
        show_minutes(gateway, 2, 3)
        await until(lambda: ("tickString", (2, 45, str(OPEN // SECOND + 180))) in client.heard)
        [(_, update)] = client.all("historicalDataUpdate")
        assert (update.open, update.high, update.low, update.close) == (102.0, 102.25, 102.0, 102.25)
        names = [name for name, _ in client.heard]
        assert names.index("historicalDataUpdate") < len(names) - 1 - names[::-1].index("tickString")
        for second_, bid in ((181, 102.0), (183, 102.5), (186, 103.0)):
            gateway.show(an_arrival(a_quote(at=OPEN + second_ * SECOND, bid=bid, ask=bid + 0.5)))
        await until(lambda: client.all("realtimeBar") and len(client.all("tickByTickBidAsk")) == 3)
        [bar] = client.all("realtimeBar")
        assert bar[:6] == (3, OPEN // SECOND + 180, 102.25, 102.75, 102.25, 102.75)
        await answered(client, "tickSnapshotEnd", lambda: client.reqMktData(5, aapl(), "", True, False, []))
        await answered(client, "headTimestamp", lambda: client.reqHeadTimeStamp(6, aapl(), "TRADES", 1, 2))
        client.cancelHistoricalData(99)
        client.cancelMktData(98)
        client.reqHistoricalData(7, aapl(), "", "1 D", "7 mins", "TRADES", 1, 2, False, [])
        await until(lambda: {(99, 366), (98, 300), (7, 321)} <= set(client.codes()))
        assert second.close == 101.25
