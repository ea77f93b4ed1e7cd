"""F48: a session ends by its policy while orders work; one that stood still asks for everything before it trades."""

import asyncio
import os
import signal
import time
from pathlib import Path

import pytest

from robo_trader.app.exit_codes import ExitCode
from robo_trader.app.settings import Settings
from robo_trader.app.settings.supervision_section import ShutdownSettings
from robo_trader.app.shutting_down import begin_shutdown, hear_last_answers
from robo_trader.core.domain.broker_link import LinkState
from robo_trader.core.domain.orders import OrderStatus
from robo_trader.core.domain.shutdown import ShutdownBegun
from robo_trader.simulation.gateway.server.faults import read_fault
from tests.gateway_running import a_gateway
from tests.supervised import supervised, through
from tests.trading_through import Trader, a_trader, is_over


async def a_working_order(trader: Trader) -> None:
    await trader.order()
    await trader.until(trader.is_status(OrderStatus.WORKING))


async def end(trader: Trader, orders: str, *, seconds: float = 5.0, at_once: bool = False) -> float:
    """Let the program end by a policy; return how long it waited, in seconds."""
    settings = Settings(shutdown=ShutdownSettings.model_validate({"orders": orders, "seconds": seconds}))
    hurried = asyncio.Event()
    if at_once:
        hurried.set()
    begun = time.monotonic()
    await begin_shutdown(trader.loop, settings, at=trader.broker.now())
    await hear_last_answers(
        trader.loop, trader.engine, trader.broker, trader.reconciled, seconds=seconds, at_once=hurried
    )
    return time.monotonic() - begun


async def test_orders_are_canceled_and_their_end_is_heard(tmp_path: Path) -> None:
    async with a_gateway() as gateway, a_trader(gateway, tmp_path) as trader:
        await a_working_order(trader)
        await end(trader, "cancel")
        assert trader.last_order().status is OrderStatus.CANCELED
        assert [row["is_over"] for row in trader.book()["orders"]] == [True]
        assert trader.heard(ShutdownBegun)


async def test_orders_are_left_and_nothing_is_waited_for(tmp_path: Path) -> None:
    async with a_gateway() as gateway, a_trader(gateway, tmp_path) as trader:
        await a_working_order(trader)
        assert await end(trader, "leave") < 1
        assert not trader.last_order().cancel_requested
        assert [row["is_over"] for row in trader.book()["orders"]] == [False]
        assert trader.heard(ShutdownBegun)


async def test_an_end_is_bounded_where_nobody_answers(tmp_path: Path) -> None:
    async with a_gateway() as gateway, a_trader(gateway, tmp_path) as trader:
        await a_working_order(trader)
        gateway.server.inject(read_fault({"kind": "drop", "on": "CancelOrder", "times": 99}))
        assert 0.5 <= await end(trader, "cancel", seconds=0.5) < 3
        assert not is_over(trader.last_order()) and trader.last_order().cancel_requested


async def test_a_second_signal_waits_for_nothing(tmp_path: Path) -> None:
    async with a_gateway() as gateway, a_trader(gateway, tmp_path) as trader:
        await a_working_order(trader)
        gateway.server.inject(read_fault({"kind": "drop", "on": "CancelOrder", "times": 99}))
        assert await end(trader, "cancel", seconds=60, at_once=True) < 1


async def test_a_line_that_is_begun_anew_takes_two_statements(tmp_path: Path) -> None:
    async with a_gateway() as gateway, a_trader(gateway, tmp_path) as trader:
        await a_working_order(trader)
        statements, epoch = trader.statements(), trader.epoch()
        trader.broker.renew("the program stood still")
        assert trader.broker.link is LinkState.DOWN
        await trader.trading.turn()
        assert trader.blocked(), "nothing leaves from the first turn on"
        await trader.until(lambda: trader.epoch() > epoch and not trader.reconciled.is_ready, "the same process")
        await trader.until_ready()
        assert trader.statements() >= statements + 2 and not trader.blocked()


@pytest.mark.process
async def test_f48_a_program_that_stood_still_trusts_nothing_afterwards(tmp_path: Path) -> None:
    """F48: as a user starts it, and alone: a supervisor would not have waited so long."""
    async with a_gateway() as gateway:
        options = ("--single-process", *through(gateway.port))
        with supervised(tmp_path, options=options, variables={"ROBO_SUPERVISION__FREEZE_SECONDS": "1"}) as running:
            await asyncio.to_thread(running.until, lambda: running.said("orders may leave"), "it never traded")
            os.kill(running.process.pid, signal.SIGSTOP)
            await asyncio.sleep(2)
            os.kill(running.process.pid, signal.SIGCONT)
            await asyncio.to_thread(running.until, lambda: running.told().count("orders may leave") == 2, "not again")
            told = running.told()
            assert "the program stood still" in told and "state=DOWN" in told.replace(" ", "")
            assert await asyncio.to_thread(running.stop) == ExitCode.OK, running.told()
