"""Faults of market data: nothing is opened on what is not seen as it is now; positions may be left; orders live on.

F15, F20 to F23. Of single ticks: `test_faults_of_ticks`; of bars: `test_faults_of_bars`.
"""

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from robo_trader.core.domain.events import OrderDenied, QuoteArrived, QuoteRejected
from robo_trader.core.domain.market_data import DataState, MarketDataChanged
from robo_trader.core.domain.orders import OrderStatus
from robo_trader.core.domain.positions import TradingState
from robo_trader.core.domain.violations import Control
from robo_trader.simulation.gateway.market.settings import MarketAccess
from tests.builders import AAPL, some_limits
from tests.gateway_running import STAGE, RunningGateway, a_gateway
from tests.quoting_through import ENTER, LEAVE, SPY, SYMBOLS, TICKS, QuotingTrader, a_quoting_trader
from tests.trading_through import books_agree

FLOWING, SILENT, DELAYED = DataState.FLOWING, DataState.SILENT, DataState.DELAYED
HALTED = DataState.HALTED


def do(gateway: RunningGateway, call: str, **arguments: object) -> Any:  # noqa: ANN401 - each doing has its own
    """Let something happen behind the wire."""
    return gateway.server.do({"doing": call, **arguments})


async def refused_entry(trader: QuotingTrader, control: Control = Control.MARKET_DATA) -> None:
    """Demand that an entry in AAPL, wanted by a quote of SPY, is refused by one control, and nothing was sent."""
    orders, denied = trader.engine.account.orders.last_id, len(trader.decided(OrderDenied))
    await trader.ask_for(LEAVE, by=SPY)
    await trader.ask_for(ENTER, by=SPY)
    await trader.until(lambda: len(trader.decided(OrderDenied)) > denied, "nothing was refused")
    assert {one.control for event in trader.decided(OrderDenied)[denied:] for one in event.violations} == {control}
    assert trader.engine.account.orders.last_id == orders, trader.told()
    await trader.ask_for(LEAVE, by=SPY)


def is_working(trader: QuotingTrader) -> bool:
    return trader.last_order().status is OrderStatus.WORKING


async def trades_again(trader: QuotingTrader) -> None:
    """Demand that an entry and an exit pass, and both books are one."""
    await trader.hold()
    await trader.leave()
    await books_agree(trader)
    assert trader.engine.account.trading_state is TradingState.ACTIVE


@pytest.mark.parametrize("streams", [2, 0], ids=["single ticks", "lines"])
async def test_f15_one_feed_stands_still(streams: int, tmp_path: Path) -> None:
    """F15: the link is healthy, one symbol freezes: no entry in it; what is held may be left; the other goes on."""
    ticks = structs.replace(TICKS, streams_max=streams)
    async with a_gateway(quoted=SYMBOLS) as gateway, a_quoting_trader(gateway, tmp_path, ticks=ticks) as trader:
        await trader.hold()
        do(gateway, "freeze_ticks", symbol="AAPL")
        await trader.until_state(SILENT)
        await trader.until_flowing(SPY)
        assert trader.reconciled.is_ready
        await trader.leave(by=SPY)
        await refused_entry(trader)
        do(gateway, "thaw_ticks", symbol="AAPL")
        await trader.until_flowing()
        await trades_again(trader)


async def test_f15_all_feeds_stand_still(tmp_path: Path) -> None:
    """F15: every symbol is told to be silent, and flows again once it is quoted."""
    async with a_gateway(quoted=SYMBOLS) as gateway, a_quoting_trader(gateway, tmp_path) as trader:
        do(gateway, "freeze_ticks")
        for symbol in SYMBOLS:
            await trader.until_state(SILENT, symbol)
        assert trader.blocked() and not trader.decided(OrderDenied)
        do(gateway, "thaw_ticks")
        await trader.until_flowing()
        await trades_again(trader)


async def test_f20_a_halted_symbol_is_neither_bought_nor_sold(tmp_path: Path) -> None:
    """F20: while the exchange has halted it, no order leaves, exits included; a working order stays."""
    async with a_gateway(quoted=SYMBOLS) as gateway, a_quoting_trader(gateway, tmp_path) as trader:
        await trader.hold()
        for kind in (1, 2):
            do(gateway, "halt", symbol="AAPL", kind=kind)
            await trader.until_state(HALTED)
            orders = trader.engine.account.orders.last_id
            await trader.ask_for(LEAVE, by=SPY)
            await trader.until(lambda: Control.EXCHANGE_HALT in trader.denials(), "nothing was refused")
            assert trader.engine.account.orders.last_id == orders and trader.held()
            await trader.ask_for(ENTER, by=SPY)
            do(gateway, "halt", symbol="AAPL", kind=0)
            await trader.until_state(FLOWING)
        await trader.leave()
        await books_agree(trader)


async def test_f20_a_crossed_market_is_not_seen_and_a_wide_one_not_entered(tmp_path: Path) -> None:
    """F20: crossed and locked quotes are dropped at the boundary; into a spread of 5 % no market order leaves."""
    limits = some_limits(spread_max_fraction="0.01")
    async with (
        a_gateway(quoted=SYMBOLS) as gateway,
        a_quoting_trader(gateway, tmp_path, limits=limits) as trader,
    ):
        seen = len(trader.heard(QuoteArrived))
        do(gateway, "tell_quote", symbol="AAPL", bid="100.05", ask="100.00")
        do(gateway, "tell_quote", symbol="AAPL", bid="100.00", ask="100.00")
        do(gateway, "tell_quote", symbol="AAPL", bid="97.50", ask="102.50")
        await trader.until(lambda: len(trader.heard(QuoteArrived)) > seen)
        assert [event.quote.ask for event in trader.heard(QuoteArrived)[seen:]] == [102.5]
        assert trader.broker.records.refused == {"CROSSED": 1, "LOCKED": 1}
        assert not trader.decided(QuoteRejected)
        await refused_entry(trader, Control.SPREAD)
        trader.quote()
        await trades_again(trader)


@pytest.mark.parametrize("kind", [2, 3, 4])
async def test_f21_data_that_is_not_live_opens_nothing(kind: int, tmp_path: Path) -> None:
    """F21: the gateway says that it shows frozen or delayed data: entries are refused and it is said; exits pass."""
    async with a_gateway(quoted=SYMBOLS) as gateway, a_quoting_trader(gateway, tmp_path) as trader:
        await trader.hold()
        do(gateway, "change_data_kind", kind=kind, symbol="AAPL")
        await trader.until_state(DELAYED)
        (block,) = trader.engine.account.blocks.of(AAPL)
        assert "delayed" in block.reason
        await trader.leave()
        await refused_entry(trader)
        do(gateway, "change_data_kind", kind=1, symbol="AAPL")
        await trader.until_state(FLOWING)
        await trades_again(trader)


async def test_f21_a_login_without_live_data_opens_nothing(tmp_path: Path) -> None:
    """F21: nothing is subscribed at the broker: no tick comes, and the reason is the gateway's own."""
    stage = replace(STAGE, access=MarketAccess.DELAYED)
    async with (
        a_gateway(quoted=SYMBOLS, stage=stage) as gateway,
        a_quoting_trader(gateway, tmp_path, is_awaited=False) as trader,
    ):
        await trader.until(lambda: any("354" in event.reason for event in trader.heard(MarketDataChanged)))
        for _ in range(5):
            trader.quote(bid_size=ENTER)
            await trader.trading.turn()
        assert not trader.heard(QuoteArrived) and not trader.engine.account.orders.last_id
        assert {trader.data_state(symbol) for symbol in SYMBOLS} == {SILENT}


async def test_f22_a_burst_sheds_quotes_and_no_order_event(tmp_path: Path) -> None:
    """F22: while the engine stands still 12,000 quotes come, and an order fills among them."""
    quotes = 12_000
    async with a_gateway(quoted=SYMBOLS) as gateway, a_quoting_trader(gateway, tmp_path) as trader:
        await trader.ask_for(ENTER)
        await trader.until(lambda: trader.engine.account.orders.last_id == 1 and is_working(trader))
        for number in range(quotes):
            last = trader.quote(mid=100.0 + number % 7 / 100)
            if number % 100 == 0:
                await asyncio.sleep(0.005)  # what was said leaves
        await trader.until(trader.is_status(OrderStatus.FILLED), "the fill was lost")
        await trader.until(lambda: trader.heard(QuoteArrived)[-1].quote.bid == last.bid, "the newest quote was lost")
        await trader.until(lambda: trader.heard(QuoteArrived)[-1].occurred_at == last.at)
        heard = len(trader.heard(QuoteArrived))
        assert trader.broker.records.conflated + heard >= quotes and not trader.broker.records.dropped
        await trader.leave()
        await books_agree(trader)
