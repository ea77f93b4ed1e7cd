"""What is told when the address does not answer as it should, and that nobody waits for it."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from robo_trader.app.supervision.dead_man import DeadManPing


@contextmanager
def a_server(status: int, location: str = "") -> Iterator[tuple[str, list[str]]]:
    """Answer every question alike; yield the address and the paths that were asked for."""
    asked: list[str] = []

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(status)
            if location:
                self.send_header("Location", location)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Answer)
    serving = threading.Thread(target=server.serve_forever)
    serving.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/x", asked
    finally:
        server.shutdown()
        serving.join()
        server.server_close()


def told(url: str, times: int = 1) -> list[str]:
    """What is complained of when the address is asked so many times."""
    complaints: list[str] = []
    ping = DeadManPing(url, 1.0, complaints.append)
    for second in range(times):
        ping.tell_sound(float(second))
        assert ping._asking is not None
        ping._asking.join(10)
    return complaints


def test_an_answer_is_no_news_and_is_asked_for_no_oftener_than_wanted() -> None:
    with a_server(200) as (url, asked):
        ping = DeadManPing(url, 60.0, pytest.fail)
        for second in range(59):
            ping.tell_sound(float(second))
        assert ping._asking is not None
        ping._asking.join(10)
        ping.tell_sound(60.0)
        ping._asking.join(10)
        assert asked == ["/x", "/x"]


def test_a_refusal_is_told_once() -> None:
    with a_server(500) as (url, asked):
        (complaint,) = told(url, times=3)
        assert "500" in complaint and len(asked) == 3


@pytest.mark.parametrize("location", ["file:///etc/hostname", "ftp://127.0.0.1/x"])
def test_it_is_led_to_no_file(location: str) -> None:
    with a_server(302, location) as (url, _):
        assert len(told(url)) == 1


def test_a_failure_is_told_at_an_address_of_its_own() -> None:
    with a_server(200) as (url, asked):
        ping = DeadManPing(f"{url}/", 60.0, pytest.fail)
        ping.tell_failure()
        ping.wait()
        assert asked == ["/x/fail"]
