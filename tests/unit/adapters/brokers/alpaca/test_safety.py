"""What must not happen: paper that opens live, keys that are shown, orders that alpaca-py sends again by itself."""

import http.server
import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from robo_trader.adapters.brokers.alpaca.connecting import connect
from robo_trader.adapters.brokers.alpaca.credentials import (
    KEY_ID_NAME,
    SECRET_KEY_NAME,
    Credentials,
    credentials_from,
)
from robo_trader.adapters.brokers.alpaca.endpoints import LIVE, PAPER, Endpoints
from robo_trader.adapters.brokers.alpaca.refusals import AlpacaRefused, AlpacaSilent
from robo_trader.adapters.brokers.alpaca.request_budget import RequestBudget
from robo_trader.adapters.brokers.alpaca.rest_lane import RestLane
from robo_trader.core.domain.errors import InvalidConfig
from robo_trader.simulation.alpaca.faults import Trouble
from robo_trader.simulation.alpaca.server import AlpacaServer
from tests.builders import OPEN, an_intent
from tests.contracts.broker.alpaca import QUICK, a_server, connected, endpoints_of, environment_of, some_references

SECRET = "do-not-show-me"  # noqa: S105 - it is looked for where it must not be
KEYS = Credentials(key_id="PK-do-not-show", secret_key=SECRET)


@pytest.mark.parametrize(
    ("rest", "stream", "live"),
    [
        ("https://api.alpaca.markets", "wss://api.alpaca.markets/stream", False),
        ("https://paper-api.alpaca.markets", "wss://api.alpaca.markets/stream", False),
        ("https://paper-api.alpaca.markets", "wss://paper-api.alpaca.markets/stream", True),
        ("https://paper-api.alpaca.markets@api.alpaca.markets", "wss://api.alpaca.markets/stream", False),
        ("http://paper-api.alpaca.markets", "wss://paper-api.alpaca.markets/stream", False),
        ("https://api.alpaca.markets.example.com", "wss://api.alpaca.markets.example.com/stream", True),
        ("http://127.0.0.1:1", "ws://127.0.0.1:1/stream", True),
    ],
)
def test_addresses_are_wholly_paper_live_or_local(rest: str, stream: str, live: bool) -> None:
    with pytest.raises(InvalidConfig):
        Endpoints(rest_url=rest, stream_url=stream, is_live=live)


@pytest.mark.parametrize("data", ["http://data.alpaca.markets", "https://example.com", "http://127.0.0.1:1"])
def test_keys_are_sent_to_alpaca_s_data_address_only(data: str) -> None:
    with pytest.raises(InvalidConfig):
        Endpoints(rest_url=PAPER.rest_url, stream_url=PAPER.stream_url, data_url=data)


def test_only_the_live_address_is_live() -> None:
    assert not PAPER.is_live
    assert LIVE.is_live
    assert PAPER.rest_url != LIVE.rest_url


def test_keys_come_from_the_environment_and_are_not_shown() -> None:
    keys = credentials_from({KEY_ID_NAME: KEYS.key_id, SECRET_KEY_NAME: f" {SECRET}\n"})
    assert keys == KEYS
    assert "do-not-show" not in f"{keys} {keys!r}"


@pytest.mark.parametrize("missing", [KEY_ID_NAME, SECRET_KEY_NAME])
def test_a_missing_key_is_named_and_the_other_not_shown(missing: str) -> None:
    environment = {KEY_ID_NAME: KEYS.key_id, SECRET_KEY_NAME: SECRET}
    environment[missing] = " "
    with pytest.raises(InvalidConfig) as caught:
        credentials_from(environment)
    assert missing in str(caught.value)
    assert "do-not-show" not in str(caught.value)


@contextmanager
def answering(status: int, body: bytes) -> Iterator[tuple[Endpoints, list[str]]]:
    """A server that gives one answer to everything, and the methods it was asked with."""
    asked: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked.append(self.command)
            self.rfile.read(int(self.headers.get("content-length", 0)))
            self.send_response(status)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        port = server.server_address[1]
        try:
            here = f"127.0.0.1:{port}"
            endpoints = Endpoints(
                rest_url=f"http://{here}", stream_url=f"ws://{here}/stream", data_url=f"http://{here}"
            )
            yield endpoints, asked
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (429, b'{"code": 42910000, "message": "rate limit exceeded"}', AlpacaRefused),
        (504, b"gateway timeout", AlpacaSilent),
        (500, b'{"code": 50010000, "message": "internal"}', AlpacaSilent),
        (200, b"<html>", AlpacaSilent),
        (403, b'{"code": 40310000, "message": "insufficient buying power"}', AlpacaRefused),
        (422, b"what?", AlpacaRefused),
    ],
)
async def test_an_order_is_sent_once_whatever_the_answer(
    status: int, body: bytes, error: type[AlpacaRefused | AlpacaSilent]
) -> None:
    with answering(status, body) as (endpoints, asked):
        lane = RestLane("test", endpoints, KEYS, RequestBudget(lambda: 0.0), 5.0)
        with pytest.raises(error) as caught:
            await lane.ask(lambda client: client.post("/orders", {"symbol": "AAPL"}), is_order=True)
        lane.close()
    assert asked == ["POST"]
    assert caught.value.__cause__ is None
    assert "do-not-show" not in f"{caught.value!r} {caught.value.next_step}"


@pytest.fixture
def server() -> Iterator[AlpacaServer]:
    with a_server() as one:
        yield one


async def refusal_of(server: AlpacaServer, environment: dict[str, str], account_number: str | None = None) -> str:
    with pytest.raises(InvalidConfig) as caught:
        async with connect(
            endpoints_of(server), environment, references=some_references(),
            now=lambda: OPEN, account_number=account_number, pace=QUICK,
        ):  # fmt: skip
            pass
    assert caught.value.next_step
    return str(caught.value)


async def test_no_log_at_any_level_holds_the_keys(server: AlpacaServer, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    async with connected(server) as under_test:
        await under_test.place(an_intent(limit=90))
        under_test.world.lose_connection()
        under_test.world.restore_connection()
        await under_test.settle()
    assert caplog.text
    assert server.keys.secret_key not in caplog.text
    assert server.keys.key_id not in caplog.text


async def test_keys_that_alpaca_does_not_know_open_nothing(server: AlpacaServer) -> None:
    told = await refusal_of(server, {KEY_ID_NAME: KEYS.key_id, SECRET_KEY_NAME: SECRET})
    assert "No order was sent" in told
    assert "do-not-show" not in told


async def test_keys_of_another_account_open_nothing(server: AlpacaServer) -> None:
    assert "PA3LOCAL0001, not of PA000" in await refusal_of(server, environment_of(server), "PA000")


async def test_an_account_that_may_not_trade_opens_nothing(server: AlpacaServer) -> None:
    server.look(lambda desk: setattr(desk, "is_blocked", True))
    assert "may not trade" in await refusal_of(server, environment_of(server))


async def test_questions_that_are_never_answered_end(server: AlpacaServer) -> None:
    server.faults.befall("GET account", *[Trouble.LOSE_REQUEST] * QUICK.read_attempts)
    with pytest.raises(AlpacaSilent):
        async with connect(
            endpoints_of(server), environment_of(server), references=some_references(),
            now=lambda: OPEN, pace=QUICK,
        ):  # fmt: skip
            pass
