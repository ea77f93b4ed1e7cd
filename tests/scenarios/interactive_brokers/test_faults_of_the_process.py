"""F11, F43: the broker's process is killed, stopped or hung at every point of an order's life; another takes its place.

A point is a frame of the wire: the process dies when it has said it, before or after the gateway hears it, or when the
gateway says it, and then the process never heard it.
"""

import os
import signal
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest
from msgspec.structs import replace

from robo_trader.core.domain.broker_link import BrokerLinkChanged, LinkState
from robo_trader.core.domain.events import ReportQuarantined
from robo_trader.core.domain.order_reports import CommissionReported, OrderAccepted, OrderExecuted
from robo_trader.core.domain.orders import OrderStatus
from tests.gateway_running import a_gateway
from tests.trading_through import QUICK, Trader, a_trader, kill, settings_as_told
from tests.wire_proxy import ORDER_STATUS, WireProxy, a_proxy, once

FILLED, WORKING = OrderStatus.FILLED, OrderStatus.WORKING
COMMISSION, EXECUTIONS_ASKED, OPEN_ASKED, POSITIONS_ASKED, CASH_ASKED = "59", "7", "5", "61", "62"
SAID, HEARD = "said by the process", "said by the gateway"

Matches = Callable[[list[str]], bool]

pytestmark = pytest.mark.nightly


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


async def test_f11_killed_as_the_last_status_is_said(chance: Random, tmp_path: Path) -> None:
    """F11: the end of an order, which nobody heard, is found. Twelve points before it: test_twelve_points.py."""
    async with (
        a_gateway() as gateway,
        a_proxy(gateway.port) as proxy,
        a_trader(gateway, tmp_path, chance=chance, port=proxy.port) as trader,
    ):
        epoch = trader.epoch()
        arm(trader, proxy, HEARD, frames(ORDER_STATUS, "Filled"), passes=False)
        await trader.order()
        await trader.until(trader.is_status(WORKING))
        await trader.hour()
        await until_killed(trader, epoch)
        await trader.settle()
        assert not trader.decided(ReportQuarantined), trader.told()


@pytest.mark.parametrize("kind", [OrderAccepted, OrderExecuted, CommissionReported])
async def test_f11_killed_as_soon_as_the_engine_has_heard(kind: type, chance: Random, tmp_path: Path) -> None:
    """F11: what the engine knows is not told again."""
    async with a_gateway() as gateway, a_trader(gateway, tmp_path, chance=chance) as trader:
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


@pytest.mark.parametrize("kind", [OPEN_ASKED, EXECUTIONS_ASKED, POSITIONS_ASKED, CASH_ASKED])
async def test_f11_killed_while_it_asks_what_there_is(kind: str, chance: Random, tmp_path: Path) -> None:
    """F11: half an answer is none; the next process asks again."""
    async with (
        a_gateway() as gateway,
        a_proxy(gateway.port) as proxy,
        a_trader(gateway, tmp_path, chance=chance, port=proxy.port) as trader,
    ):
        await trader.order()
        await trader.until(trader.is_status(WORKING))
        epoch = trader.epoch()
        arm(trader, proxy, SAID, frames(kind), passes=True)
        kill(trader)
        await trader.hour()
        await until_killed(trader, epoch + 1)
        await trader.settle()


async def test_f11_a_process_that_hangs_is_replaced(chance: Random, tmp_path: Path) -> None:
    """F11: stopped, it does not say a word; it is ended, and what it may have sent is looked for."""
    async with (
        a_gateway() as gateway,
        a_trader(gateway, tmp_path, chance=chance, patience=replace(QUICK, hangs=3.0)) as trader,
    ):
        await trader.order()
        await trader.until(trader.is_status(WORKING))
        epoch, process = trader.epoch(), trader.broker.process_id
        assert process is not None
        os.kill(process, signal.SIGSTOP)
        await trader.hour()
        await until_killed(trader, epoch)
        assert [one.reason for one in trader.heard(BrokerLinkChanged) if "did not say a word" in one.reason]
        await trader.settle()


async def test_f11_a_process_that_dies_again_and_again(chance: Random, tmp_path: Path) -> None:
    """F11: five in a row; the sixth trades."""
    async with a_gateway() as gateway, a_trader(gateway, tmp_path, chance=chance) as trader:
        await trader.order()
        await trader.until(trader.is_status(WORKING))
        for _ in range(5):
            epoch = trader.epoch()
            await trader.until(lambda: trader.broker.link is not LinkState.DOWN and trader.broker.process_id)
            kill(trader)
            await until_killed(trader, epoch)
        await trader.settle()


async def test_f43_the_program_is_gone_and_begins_again_with_its_journal(chance: Random, tmp_path: Path) -> None:
    """F43: what was filled and charged while nobody ran is booked once; a third start finds nothing new."""
    async with a_gateway() as gateway:
        async with a_trader(gateway, tmp_path, chance=chance) as trader:
            await trader.order()
            await trader.until(trader.is_status(WORKING))
            wishes = trader.wishes
        gateway.show_hour()
        async with a_trader(gateway, tmp_path, chance=chance, settings=settings_as_told(wishes)) as trader:
            await trader.settle()
            assert trader.our_order(1).status is FILLED and not trader.decided(ReportQuarantined)
            wishes = trader.wishes
        async with a_trader(gateway, tmp_path, chance=chance, settings=settings_as_told(wishes)) as trader:
            assert not trader.heard(OrderExecuted) and not trader.heard(CommissionReported)
            assert not trader.decided(ReportQuarantined)
