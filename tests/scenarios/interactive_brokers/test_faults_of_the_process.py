"""F11, F43: the broker's process is killed, stopped or hung at every point of an order's life; another takes its place.

A point is a frame of the wire: the process dies when it has said it, before or after the gateway hears it, or when the
gateway says it, and then the process never heard it.
"""

import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace

from robo_trader.core.domain.broker_link import BrokerLinkChanged, LinkState
from robo_trader.core.domain.events import ReportQuarantined
from robo_trader.core.domain.order_reports import CommissionReported, OrderAccepted, OrderExecuted
from robo_trader.core.domain.orders import OrderStatus
from tests.gateway_running import a_gateway
from tests.trading_through import QUICK, Trader, a_trader, kill, settings_as_told
from tests.wire_proxy import CANCEL_ORDER, EXECUTION, OPEN_ORDER, ORDER_STATUS, PLACE_ORDER, WireProxy, a_proxy, once

FILLED, WORKING = OrderStatus.FILLED, OrderStatus.WORKING
COMMISSION, EXECUTIONS_ASKED, OPEN_ASKED, POSITIONS_ASKED, CASH_ASKED = "59", "7", "5", "61", "62"
SAID, HEARD = "said by the process", "said by the gateway"

Matches = Callable[[list[str]], bool]


def frames(kind: str, word: str = "") -> Matches:
    """Whether a frame is of a kind, and holds a word."""
    return lambda fields: fields[:1] == [kind] and (not word or word in fields)


def arm(trader: Trader, proxy: WireProxy, way: str, matches: Matches, *, passes: bool) -> None:
    """Kill the process at the first frame that matches. passes: whether the frame arrives all the same."""

    def strike(_fields: list[str]) -> bytes | None:
        kill(trader)
        return None if passes else b""

    if way == SAID:
        proxy.to_gateway = once(matches, strike)
    else:
        proxy.to_client = once(matches, strike)


async def until_killed(trader: Trader, epoch: int) -> None:
    await trader.until(lambda: trader.epoch() > epoch, "nobody was killed")


POINTS = [
    pytest.param(SAID, frames(PLACE_ORDER), False, id="the order leaves and never arrives"),
    pytest.param(SAID, frames(PLACE_ORDER), True, id="the order has arrived"),
    pytest.param(HEARD, frames(OPEN_ORDER), False, id="the order is shown for the first time"),
    pytest.param(HEARD, frames(ORDER_STATUS), False, id="the first status"),
    pytest.param(HEARD, frames(EXECUTION), False, id="the execution"),
    pytest.param(HEARD, frames(COMMISSION), False, id="the commission"),
    pytest.param(HEARD, frames(COMMISSION), True, id="the commission is on its way"),
    pytest.param(HEARD, frames(ORDER_STATUS, "Filled"), False, id="the last status"),
]


@pytest.mark.parametrize(("way", "matches", "passes"), POINTS)
async def test_f11_killed_between_order_and_fill(way: str, matches: Matches, passes: bool, tmp_path: Path) -> None:
    """F11: the order is found or proved absent, its fill and its commission are booked once."""
    async with a_gateway() as gateway, a_proxy(gateway.port) as proxy:
        async with a_trader(gateway, tmp_path, port=proxy.port) as trader:
            epoch = trader.epoch()
            arm(trader, proxy, way, matches, passes=passes)
            await trader.order()
            await trader.until(lambda: trader.epoch() > epoch or trader.is_status(WORKING)())
            if trader.epoch() == epoch:
                await trader.hour()
                await until_killed(trader, epoch)
            await trader.settle()
            assert not trader.decided(ReportQuarantined), trader.told()


@pytest.mark.parametrize("kind", [OrderAccepted, OrderExecuted, CommissionReported])
async def test_f11_killed_as_soon_as_the_engine_has_heard(kind: type, tmp_path: Path) -> None:
    """F11: what the engine knows is not told again."""
    async with a_gateway() as gateway, a_trader(gateway, tmp_path) as trader:
        epoch = trader.epoch()
        await trader.order()
        if kind is not OrderAccepted:
            await trader.until(trader.is_status(WORKING))
            await trader.hour()
        await trader.until(lambda: trader.heard(kind))
        kill(trader)
        await until_killed(trader, epoch)
        await trader.settle()
        assert not trader.decided(ReportQuarantined), trader.told()


async def test_f11_killed_as_the_order_is_handed_to_it(tmp_path: Path) -> None:
    """F11: nobody knows whether it was read; evidence tells."""
    async with a_gateway() as gateway, a_trader(gateway, tmp_path) as trader:
        epoch = trader.epoch()
        await trader.order()
        kill(trader)
        await until_killed(trader, epoch)
        await trader.settle()


@pytest.mark.parametrize(
    ("way", "matches", "passes"),
    [
        pytest.param(SAID, frames(CANCEL_ORDER), False, id="the cancel leaves and never arrives"),
        pytest.param(SAID, frames(CANCEL_ORDER), True, id="the cancel has arrived"),
        pytest.param(HEARD, frames(ORDER_STATUS, "Cancelled"), False, id="the cancellation"),
    ],
)
async def test_f11_killed_between_cancel_and_end(way: str, matches: Matches, passes: bool, tmp_path: Path) -> None:
    """F11: a cancel that was asked for is asked for until the order has ended; it ends as canceled."""
    async with a_gateway() as gateway, a_proxy(gateway.port) as proxy:
        async with a_trader(gateway, tmp_path, port=proxy.port) as trader:
            epoch = trader.epoch()
            await trader.order()
            await trader.until(trader.is_status(WORKING))
            arm(trader, proxy, way, matches, passes=passes)
            await trader.cancel()
            await until_killed(trader, epoch)
            await trader.until(trader.is_status(OrderStatus.CANCELED), "it was not canceled")
            await trader.settle()


@pytest.mark.parametrize("kind", [OPEN_ASKED, EXECUTIONS_ASKED, POSITIONS_ASKED, CASH_ASKED])
async def test_f11_killed_while_it_asks_what_there_is(kind: str, tmp_path: Path) -> None:
    """F11: half an answer is none; the next process asks again."""
    async with a_gateway() as gateway, a_proxy(gateway.port) as proxy:
        async with a_trader(gateway, tmp_path, port=proxy.port) as trader:
            await trader.order()
            await trader.until(trader.is_status(WORKING))
            epoch = trader.epoch()
            arm(trader, proxy, SAID, frames(kind), passes=True)
            kill(trader)
            await trader.hour()
            await until_killed(trader, epoch + 1)
            await trader.settle()


async def test_f11_a_process_that_hangs_is_replaced(tmp_path: Path) -> None:
    """F11: stopped, it does not say a word; it is ended, and what it may have sent is looked for."""
    async with a_gateway() as gateway, a_trader(gateway, tmp_path, patience=replace(QUICK, hangs=1.5)) as trader:
        await trader.order()
        await trader.until(trader.is_status(WORKING))
        epoch, process = trader.epoch(), trader.broker.process_id
        assert process is not None
        os.kill(process, signal.SIGSTOP)
        await trader.hour()
        await until_killed(trader, epoch)
        assert [one.reason for one in trader.heard(BrokerLinkChanged) if "did not say a word" in one.reason]
        await trader.settle()


async def test_f11_a_process_that_dies_again_and_again(tmp_path: Path) -> None:
    """F11: five in a row; the sixth trades."""
    async with a_gateway() as gateway, a_trader(gateway, tmp_path) as trader:
        await trader.order()
        await trader.until(trader.is_status(WORKING))
        for _ in range(5):
            epoch = trader.epoch()
            await trader.until(lambda: trader.broker.link is not LinkState.DOWN and trader.broker.process_id)
            kill(trader)
            await until_killed(trader, epoch)
        await trader.settle()


async def test_f43_the_program_is_gone_and_begins_again_with_its_journal(tmp_path: Path) -> None:
    """F43: what was filled and charged while nobody ran is booked once; a third start finds nothing new."""
    async with a_gateway() as gateway:
        async with a_trader(gateway, tmp_path) as trader:
            await trader.order()
            await trader.until(trader.is_status(WORKING))
            wishes = trader.wishes
        gateway.show_hour()
        async with a_trader(gateway, tmp_path, settings=settings_as_told(wishes)) as trader:
            await trader.settle()
            assert trader.our_order(1).status is FILLED and not trader.decided(ReportQuarantined)
            wishes = trader.wishes
        async with a_trader(gateway, tmp_path, settings=settings_as_told(wishes)) as trader:
            assert not trader.heard(OrderExecuted) and not trader.heard(CommissionReported)
            assert not trader.decided(ReportQuarantined)
