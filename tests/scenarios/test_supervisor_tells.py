"""Whom the supervisor tells that all is well, and that it is not: systemd by datagrams, a dead-man address by HTTP."""

import os
import signal
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from robo_trader.app.exit_codes import ExitCode
from tests.supervised import is_alive, supervised

pytestmark = pytest.mark.process

WATCHDOG_SECONDS = 1.0


@contextmanager
def service_manager(path: Path) -> Iterator[list[str]]:
    """Listen at a socket as systemd does; yield what is told."""
    told: list[str] = []
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(str(path))
        listener.settimeout(0.1)
        is_over = threading.Event()

        def listen() -> None:
            while not is_over.is_set():
                try:
                    told.extend(listener.recv(4096).decode().splitlines())
                except TimeoutError:
                    continue

        listening = threading.Thread(target=listen)
        listening.start()
        try:
            yield told
        finally:
            is_over.set()
            listening.join()


@contextmanager
def dead_man() -> Iterator[tuple[str, list[str]]]:
    """Listen as a monitoring service does; yield its address and the paths that are asked for."""
    asked: list[str] = []

    class Monitor(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Monitor)
    serving = threading.Thread(target=server.serve_forever)
    serving.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/check", asked
    finally:
        server.shutdown()
        serving.join()
        server.server_close()


def test_systemd_is_told_when_it_trades_that_it_lives_and_when_it_stops(tmp_path: Path) -> None:
    path = tmp_path / "notify"
    variables = {"NOTIFY_SOCKET": str(path), "WATCHDOG_USEC": str(int(WATCHDOG_SECONDS * 1e6))}
    with service_manager(path) as told, supervised(tmp_path, variables=variables) as running:
        running.engine()
        running.until(lambda: "READY=1" in told, "it is never ready")
        before = told.count("WATCHDOG=1")
        time.sleep(3 * WATCHDOG_SECONDS)
        assert told.count("WATCHDOG=1") - before >= 5, "twice in the time that systemd waits, one late is allowed"
        assert "STOPPING=1" not in told
        assert running.stop() == ExitCode.OK
        assert told.count("READY=1") == 1
        running.until(lambda: "STOPPING=1" in told, "it did not say that it stops")


def test_systemd_hears_nothing_of_a_supervisor_that_stands_still(tmp_path: Path) -> None:
    path = tmp_path / "notify"
    variables = {"NOTIFY_SOCKET": str(path), "WATCHDOG_USEC": str(int(WATCHDOG_SECONDS * 1e6))}
    with service_manager(path) as told, supervised(tmp_path, variables=variables) as running:
        running.engine()
        os.kill(running.process.pid, signal.SIGSTOP)
        time.sleep(0.5)
        before = len(told)
        time.sleep(2 * WATCHDOG_SECONDS)
        assert len(told) == before, "the engine does not speak for it"


def test_the_dead_man_address_is_asked_while_trading_is_sound_and_told_of_a_failure(tmp_path: Path) -> None:
    with dead_man() as (url, asked):
        variables = {"ROBO_MONITORING__PING_URL": url, "ROBO_MONITORING__PING_SECONDS": "0.2"}
        with supervised(tmp_path, variables={"ROBO_SUPERVISION__RESTART_SECONDS": "5", **variables}) as running:
            engine = running.engine()
            running.until(lambda: asked.count("/check") >= 3, "nobody asks")
            os.kill(engine, signal.SIGSTOP)
            running.until(lambda: not is_alive(engine), "nobody noticed")
            running.until(lambda: "/check/fail" in asked, "the failure is not told")
            before = asked.count("/check")
            time.sleep(1)
            assert asked.count("/check") == before, "a dead engine is not sound"
            assert running.stop() == ExitCode.OK


def test_nobody_is_asked_before_it_trades(tmp_path: Path) -> None:
    with dead_man() as (url, asked):
        variables = {"ROBO_MONITORING__PING_URL": url, "ROBO_MONITORING__PING_SECONDS": "0.1"}
        with supervised(tmp_path, "--symbols", "TSLA", variables=variables) as running:
            assert running.process.wait(timeout=60) == ExitCode.DATA
        assert not asked


def test_an_address_that_does_not_answer_is_told_once_and_trading_goes_on(tmp_path: Path) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{nobody.getsockname()[1]}/check"
        variables = {"ROBO_MONITORING__PING_URL": url, "ROBO_MONITORING__PING_SECONDS": "0.1"}
        with supervised(tmp_path, variables=variables) as running:
            running.engine()
            running.until(lambda: running.said("the dead-man ping fails"), "it is not told")
            time.sleep(1)
            assert running.told().count("the dead-man ping fails") == 1
            assert running.trades() and running.stop() == ExitCode.OK
