"""`robo-trader watchdog` notices from outside that an engine is frozen or dead, and does what is set, and no more."""

import asyncio
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from robo_trader.app.exit_codes import ExitCode
from robo_trader.app.supervision.halt_orders import halt_order_file
from robo_trader.simulation.gateway.protocol.values import OrderTicket
from tests.gateway_running import ACCOUNT, RunningGateway, a_gateway, until
from tests.running import command, environment, run
from tests.scenarios.test_supervisor_restarts import halts
from tests.scenarios.test_supervisor_tells import dead_man
from tests.supervised import PATIENCE_SECONDS, SupervisedRun, is_alive, supervised, through

pytestmark = pytest.mark.process

NOTICED_WITHIN_SECONDS = 15.0
STALE = {"ROBO_WATCHDOG__STALE_SECONDS": "2"}
SLOW_SUPERVISOR = {"ROBO_SUPERVISION__FREEZE_SECONDS": "14"}
ALONE = ("--single-process", "--feed", "sample", "--symbols", "AAPL,IBM", "--speed", "20", "--no-web")


@contextmanager
def watching(running: SupervisedRun, action: str, **variables: str) -> Iterator[SupervisedRun]:
    """Have a watchdog from now on; it ends with the block."""
    log = running.log.with_name("watchdog.log")
    changed = environment(ROBO_WATCHDOG__ACTION=action, **{**STALE, **variables})
    with log.open("a") as words:
        process = subprocess.Popen(
            command("watchdog", "--database", str(running.database)), stderr=words, stdout=subprocess.DEVNULL,
            text=True, env=changed, cwd=log.parent,
        )  # fmt: skip
    watchdog = SupervisedRun(process, running.database, log)
    try:
        watchdog.until(lambda: watchdog.said("watching"), "it does not watch")
        yield watchdog
    finally:
        process.kill()
        process.wait()


def test_a_sound_engine_is_left_alone_and_so_is_one_that_has_ended(tmp_path: Path) -> None:
    with supervised(tmp_path) as running:
        engine = running.engine()
        with watching(running, "restart") as watchdog:
            time.sleep(3)
            assert running.engine() == engine and running.stop() == ExitCode.OK
            time.sleep(2.5)
            assert watchdog.stop() == ExitCode.OK
            assert watchdog.told().count("\n") == 1, watchdog.told()
        assert not halt_order_file(running.database).exists()


def test_an_alarm_is_told_in_time_and_nothing_is_touched(tmp_path: Path) -> None:
    with supervised(tmp_path, options=ALONE) as running, dead_man() as (url, asked):
        engine = running.engine()
        with watching(running, "alarm", ROBO_MONITORING__PING_URL=url) as watchdog:
            os.kill(engine, signal.SIGSTOP)
            assert watchdog.process.wait(timeout=NOTICED_WITHIN_SECONDS) == ExitCode.ENGINE_LOST
            assert "the engine is frozen" in watchdog.told()
        assert asked == ["/check/fail"]
        os.kill(engine, signal.SIGCONT)
        beats = running.vitals().beats
        running.until(lambda: running.vitals().beats > beats + 3, "it was touched")
        assert running.vitals().trading_state == "ACTIVE"
        assert running.stop() == ExitCode.OK


def test_a_dead_engine_is_noticed_too(tmp_path: Path) -> None:
    with supervised(tmp_path, options=ALONE) as running:
        engine = running.engine()
        with watching(running, "alarm") as watchdog:
            os.kill(engine, signal.SIGKILL)
            running.process.wait()
            assert watchdog.process.wait(timeout=NOTICED_WITHIN_SECONDS) == ExitCode.ENGINE_LOST
            assert "the engine is dead" in watchdog.told()


def test_a_frozen_engine_is_killed_and_comes_back_halted(tmp_path: Path) -> None:
    """The supervisor is made slow, so that the watchdog is first."""
    with supervised(tmp_path, variables=SLOW_SUPERVISOR) as running:
        before = running.engine()
        with watching(running, "restart", **SLOW_SUPERVISOR) as watchdog:
            os.kill(before, signal.SIGSTOP)
            stopped_at = time.monotonic()
            running.until(lambda: running.process.poll() is not None or not is_alive(before), "nobody noticed")
            assert time.monotonic() - stopped_at < NOTICED_WITHIN_SECONDS
            running.until(lambda: running.is_another(before), f"no other engine came\n{watchdog.told()}")
            running.until(lambda: running.vitals().trading_state == "HALTED", "it trades on")
            (halt,) = halts(running.database)
            assert halt.actor == "watchdog" and "frozen" in halt.reason
            assert watchdog.stop() == ExitCode.OK


def test_a_run_whose_supervisor_died_with_it_is_started_again(tmp_path: Path) -> None:
    with supervised(tmp_path) as running:
        before = running.engine()
        with watching(running, "restart") as watchdog:
            running.process.kill()
            os.kill(before, signal.SIGKILL)
            running.process.wait()
            running.until(lambda: running.is_another(before), f"nobody started it\n{watchdog.told()}")
            running.until(lambda: running.vitals().trading_state == "HALTED", "it trades on")
            assert running.vitals().supervisor_pid not in {None, running.process.pid}


def open_orders(gateway: RunningGateway) -> list[dict[str, Any]]:
    return [row for row in gateway.brokerage.book()["orders"] if not row["is_over"]]


async def test_every_order_is_canceled_where_the_engine_cannot_be_asked(tmp_path: Path) -> None:
    """The order was placed by hand: to the watchdog the engine's own are as foreign."""
    async with a_gateway() as gateway:
        with supervised(tmp_path, options=("--single-process", *through(gateway.port))) as running:
            engine = await asyncio.to_thread(running.engine)
            ticket = OrderTicket(action="BUY", quantity=Decimal(5), order_type="LMT", limit_price=Decimal(50))
            gateway.brokerage.doings.place_by_hand("AAPL", ticket, gateway.clock())
            assert len(open_orders(gateway)) == 1
            variables = {
                "ROBO_EXECUTION__BROKER": "ibkr", "ROBO_IBKR__PORT": str(gateway.port), "ROBO_IBKR__ACCOUNT": ACCOUNT,
            }  # fmt: skip
            with watching(running, "cancel", **variables) as watchdog:
                await asyncio.sleep(2.5)
                assert open_orders(gateway), "a sound engine is left alone"
                os.kill(engine, signal.SIGSTOP)
                code = await asyncio.to_thread(watchdog.process.wait, PATIENCE_SECONDS)
                assert code == ExitCode.ENGINE_LOST and "no order is open any more" in watchdog.told(), watchdog.told()
            await until(lambda: not open_orders(gateway))
            os.kill(engine, signal.SIGCONT)
            await asyncio.to_thread(
                running.until, lambda: running.vitals().trading_state == "HALTED", "it trades on when it wakes"
            )
            assert await asyncio.to_thread(running.stop) == ExitCode.OK


def test_cancelling_needs_a_broker_to_cancel_at(tmp_path: Path) -> None:
    done = run("watchdog", "--database", str(tmp_path / "x.db"), ROBO_WATCHDOG__ACTION="cancel")
    assert done.returncode == ExitCode.CONFIGURATION and "execution.broker" in done.stderr
