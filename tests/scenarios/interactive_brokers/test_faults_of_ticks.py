"""Faults of single ticks: what no market would tell reaches nobody, what it tells is told once, in order.

F16 to F19.
"""

import time
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from msgspec import structs

from robo_trader.adapters.brokers.interactive_brokers.speech import TicksWanted
from robo_trader.core.domain.bars import TradingSession
from robo_trader.core.domain.broker_link import BrokerLinkChanged, LinkState
from robo_trader.core.domain.events import OrderDenied, QuoteArrived, QuoteRejected
from robo_trader.core.domain.market_data import DataState
from robo_trader.core.domain.positions import TradingState
from robo_trader.core.domain.quotes import Quote, QuoteFault
from robo_trader.core.domain.violations import Control
from robo_trader.core.market.bar_sizes import BarSize
from robo_trader.core.market.sessions import SessionTable
from robo_trader.simulation.gateway.server.faults import Fault, FaultKind
from tests.broker_process import a_client
from tests.builders import AAPL, a_quote, some_limits
from tests.gateway_running import STAGE, RunningGateway, a_gateway, until
from tests.quoted_market import a_print
from tests.quoting_through import ENTER, LEAVE, SPY, SYMBOLS, TICKS, QuotingTrader, a_quoting_trader
from tests.trading_through import SECOND, books_agree
from tests.wire_proxy import a_proxy, is_kind, whole

TICK_BY_TICK, TICK_PRICE = "99", "1"
BAD = ("NaN", "nan", "inf", "-inf", "1e999", "0", "-1", "-100.5")
SEEDS = [1, 2, 3]


class Garbled:
    """Puts a quote that no market would tell before every other tick; counts them."""

    def __init__(self, seed: int) -> None:
        self._chance = Random(seed)  # noqa: S311 - faults, no secret
        self.count = 0

    def change(self, fields: list[str]) -> bytes | None:
        is_stream = is_kind(TICK_BY_TICK)(fields) and fields[2] == "3"
        if not is_stream or self._chance.random() < 0.5:
            return None
        bad = list(fields)
        bad[self._chance.randrange(4, 8)] = self._chance.choice(BAD)  # bid, ask and their sizes
        self.count += 1
        return whole(bad) + whole(fields)


@pytest.mark.parametrize("seed", SEEDS)
async def test_f16_what_no_market_would_tell_reaches_nobody(seed: int, tmp_path: Path) -> None:
    """F16: NaN, infinity, zero and negative numbers are dropped and counted; each sound quote is told once."""
    garbled = Garbled(seed)
    async with (
        a_gateway(quoted=SYMBOLS) as gateway,
        a_proxy(gateway.port) as proxy,
        a_quoting_trader(gateway, tmp_path, port=proxy.port) as trader,
    ):
        seen = len(trader.heard(QuoteArrived))
        proxy.to_client = garbled.change
        shown = [trader.quote(mid=100.0 + number / 100) for number in range(80)]
        await trader.until(lambda: len(trader.heard(QuoteArrived)) >= seen + len(shown))
        await trader.catch_up()
        heard = [event.quote for event in trader.heard(QuoteArrived)[seen : seen + len(shown)]]
        assert heard == shown
        assert sum(trader.broker.records.refused.values()) == garbled.count > 20
        assert not trader.decided(QuoteRejected)
        await trader.hold()
        await trader.leave()
        await books_agree(trader)


async def test_f16_no_quote_on_one_side_is_no_quote(tmp_path: Path) -> None:
    """F16: a line says -1, and size 0, where a side is empty: nothing is made of it until both sides are back."""
    ticks = structs.replace(TICKS, streams_max=0)
    async with a_gateway(quoted=SYMBOLS) as gateway, a_quoting_trader(gateway, tmp_path, ticks=ticks) as trader:
        seen = len(trader.heard(QuoteArrived))
        gateway.server.do(
            {"doing": "tell_quote", "symbol": "AAPL", "bid": "-1", "ask": "100.01", "bid_size": "0", "ask_size": "100"}
        )
        await trader.until(lambda: trader.broker.records.refused or trader.quote(SPY))
        assert not [event for event in trader.heard(QuoteArrived)[seen:] if event.quote.symbol == AAPL]
        await trader.catch_up()


async def test_f16_times_that_cannot_be_are_refused(tmp_path: Path) -> None:
    """F16: a tick of the future, or of long ago, is counted and not told, where the gateway's day is today."""
    now, today = time.time_ns(), session_of_now()
    stage = replace(STAGE, sessions=SessionTable([today]))
    async with a_gateway(stage=stage, quoted=SYMBOLS) as gateway, a_client(gateway, tmp_path) as client:
        gateway.clock.at = now
        client.broker.watch(SYMBOLS, BarSize.HOUR_1, "1 D", TicksWanted(quotes=True, streams_max=2))
        await until(lambda: streams(gateway) == 2)
        told: list[Quote] = []

        def quote_at(at: int) -> None:
            gateway.show(QuoteArrived(quote=a_quote(at=at), session=today))

        async def heard(*, sound: int, refused: dict[str, int]) -> None:
            def is_so() -> bool:
                told.extend(client.broker.records.take()[0])
                client.broker.records.done()
                return (len(told), client.broker.records.refused) == (sound, refused)

            await until(is_so)

        quote_at(time.time_ns() - 60 * SECOND)
        quote_at(time.time_ns())
        await heard(sound=1, refused={"LATE": 1})
        quote_at(time.time_ns() + 60 * SECOND)
        gateway.show(QuoteArrived(quote=a_quote(symbol=SPY, at=time.time_ns()), session=today))
        await heard(sound=2, refused={"LATE": 1, "FUTURE": 1})
        assert all(abs(quote.at - time.time_ns()) < 10 * SECOND for quote in told)


@pytest.mark.parametrize("streams_max", [2, 0], ids=["single ticks", "lines"])
async def test_quotes_of_today_bear_the_time_they_are_heard_at(streams_max: int, tmp_path: Path) -> None:
    """By the wall's clock as well, it trades, and goes silent where nothing comes."""
    today = session_of_now()
    stage = replace(STAGE, sessions=SessionTable([today]))
    ticks = structs.replace(TICKS, streams_max=streams_max)
    async with a_gateway(stage=stage, quoted=SYMBOLS) as gateway:
        gateway.clock.at = time.time_ns()
        async with a_quoting_trader(gateway, tmp_path, ticks=ticks, today=today) as trader:
            shown = trader.quote(bid_size=444.0)
            await trader.until(lambda: trader.heard(QuoteArrived)[-1].quote.bid_size == 444.0)
            assert 0 <= trader.heard(QuoteArrived)[-1].occurred_at - shown.at < 5 * SECOND
            await trader.hold()
            await trader.leave()
            await trader.until_state(DataState.SILENT)
            await trader.until_flowing()
            await books_agree(trader)
            assert not trader.decided(QuoteRejected)


def session_of_now() -> TradingSession:
    now = time.time_ns()
    return TradingSession(date="2026-01-01", opens_at=now - 3_600 * SECOND, closes_at=now + 3_600 * SECOND)


def streams(gateway: RunningGateway) -> int:
    return int(gateway.server.book()["market"]["subscriptions"]["streams"])


@pytest.mark.parametrize("streams_max", [4, 0], ids=["single ticks", "lines"])
async def test_f17_every_print_is_told_once_and_in_order(streams_max: int, tmp_path: Path) -> None:
    """F17: prints come with quotes, in order of time, once; also over a connection that breaks."""
    wanted = TicksWanted(quotes=True, prints=True, streams_max=streams_max, silence_seconds=5.0)
    async with a_gateway(quoted=SYMBOLS) as gateway, a_client(gateway, tmp_path) as client:
        client.broker.watch(SYMBOLS, BarSize.HOUR_1, "1 D", wanted)
        sizes: list[float] = []

        def take() -> list[float]:
            sizes.extend(trade.size for trade in client.broker.records.take()[1])
            client.broker.records.done()
            return sizes

        async def print_until_heard(first: float) -> None:
            """Print until one is heard: what was traded before a subscription is not told as if it were new."""
            size = first

            def is_heard() -> bool:
                nonlocal size
                gateway.show(a_print(gateway.clock.at + SECOND, size=(size := size + 1.0)))
                return any(one > first for one in take())

            await until(is_heard)

        await print_until_heard(1_000.0)
        for number in range(50):
            gateway.show(a_print(gateway.clock.at + SECOND, size=5_000.0 + number))
        await until(lambda: take()[-1] == 5_049.0)
        assert [one for one in sizes if one >= 5_000.0] == [5_000.0 + number for number in range(50)]
        gateway.server.inject(Fault(kind=FaultKind.CLOSE))
        await print_until_heard(10_000.0)
        assert len(sizes) == len(set(sizes)) and sizes == sorted(sizes)


@pytest.mark.parametrize("price", [70.0, 130.0, 1_000.0])
async def test_f18_one_bad_quote_is_no_price(price: float, tmp_path: Path) -> None:
    """F18: a quote 30 % away is set aside: no order, no loss, no halt; trading goes on at the next sound one."""
    limits = some_limits(jump_fraction="0.2", daily_loss="0.0001")
    async with (
        a_gateway(quoted=SYMBOLS) as gateway,
        a_quoting_trader(gateway, tmp_path, limits=limits) as trader,
    ):
        await trader.hold()
        orders = trader.engine.account.orders.last_id
        gateway.server.do(
            {
                "doing": "tell_quote",
                "symbol": "AAPL",
                "bid": f"{price:.2f}",
                "ask": f"{price + 0.02:.2f}",
                "bid_size": "300",
            }
        )  # which would mean to leave
        await trader.until(lambda: trader.decided(QuoteRejected))
        assert [event.fault for event in trader.decided(QuoteRejected)] == [QuoteFault.JUMPED]
        await trader.catch_up()
        account = trader.engine.account
        assert account.orders.last_id == orders and account.trading_state is TradingState.ACTIVE
        assert not trader.decided(OrderDenied)
        await trader.leave()
        await books_agree(trader)


@pytest.mark.parametrize("streams_max", [2, 0], ids=["single ticks", "lines"])
async def test_f19_a_subscription_lost_over_a_reconnect_is_noticed_and_renewed(
    streams_max: int, tmp_path: Path
) -> None:
    """F19: READY again, and no tick of AAPL comes: no entry passes until it was asked for anew, and ticks flow."""
    ticks = structs.replace(TICKS, streams_max=streams_max, renew_seconds=3.0)
    async with a_gateway(quoted=SYMBOLS) as gateway, a_quoting_trader(gateway, tmp_path, ticks=ticks) as trader:
        await trader.hold()
        request = "TickByTick" if streams_max else "MarketData"
        for fault in (Fault(kind=FaultKind.DROP, on=request), Fault(kind=FaultKind.CLOSE)):
            gateway.server.inject(fault)  # the first subscription of the next connection is AAPL's
        await trader.until(lambda: trader.heard(BrokerLinkChanged)[-1].state is not LinkState.READY)
        await trader.until_ready()
        await trader.until_state(DataState.SILENT)
        await trader.until_flowing(SPY)
        assert trader.data_state() is DataState.SILENT
        await refused_until_renewed(trader)
        await trader.leave()
        await trader.hold()
        await books_agree(trader)


async def refused_until_renewed(trader: QuotingTrader) -> None:
    await trader.leave(by=SPY)
    await trader.ask_for(ENTER, by=SPY)
    await trader.until(lambda: trader.denials() == {Control.MARKET_DATA})
    await trader.ask_for(LEAVE, by=SPY)
    assert trader.data_state() is DataState.SILENT, "it was renewed too soon for this test"
    await trader.until_flowing()
