"""The code in the terminal lets the operator in, and nobody else for long."""

import logging
import time

import pytest
from websockets.exceptions import ConnectionClosed

from robo_trader.core.domain.errors import InvalidConfig
from robo_trader.web.protocol import CloseCode
from robo_trader.web.server import Address, PortTaken, WebServer
from robo_trader.web.settings import Access, WebSettings
from tests.fakes.projections import FakeProjections
from tests.fakes.web_server import StartServer, receive_type, send


def test_the_code_travels_as_a_fragment_and_never_in_a_repr() -> None:
    address = Address(scheme="http", host="127.0.0.1", port=8765, code="secret")
    assert address.login_url == "http://127.0.0.1:8765/#code=secret"
    assert "secret" not in repr(address)


def test_codes_are_long_and_new_at_each_start(start: StartServer) -> None:
    first, second = start(), start()
    assert first.code != second.code
    assert min(len(first.code), len(second.code)) >= 43  # 256 bits in base 64


def test_login_sets_a_cookie_that_scripts_and_other_sites_never_see(start: StartServer) -> None:
    server = start()
    with server.visitor() as client:
        answer = server.log_in(client)
    cookie = answer.headers["set-cookie"]
    name, *flags = [part.strip() for part in cookie.split(";")]
    assert name.startswith(f"robo_session_{server.port}=")
    assert {flag.lower() for flag in flags} == {"httponly", "samesite=strict", "path=/"}
    assert answer.json()["role"] == "viewer"
    assert answer.json()["accounts"] == ["DU100"]
    assert server.code not in answer.text


def test_a_member_may_ask_until_logged_out(start: StartServer) -> None:
    server = start()
    with server.member() as client:
        token = dict(client.cookies)
        assert client.get("/api/v1/session").json()["mode"] == "PAPER"
        assert server.log_out(client).status_code == 204
        client.cookies.clear()
        client.cookies.update(token)  # a thief who kept the cookie
        assert client.get("/api/v1/session").status_code == 401


def test_the_code_is_good_for_a_second_browser_but_not_for_ever(start: StartServer) -> None:
    server = start(access=Access(logins_per_code=2))
    code = server.code
    for status in (200, 200, 401):
        with server.visitor() as client:
            assert server.log_in(client, code).status_code == status
    assert server.next_code() != code
    with server.visitor() as client:
        assert server.log_in(client).status_code == 200


def test_a_code_runs_out_and_the_next_is_announced(start: StartServer) -> None:
    server = start(access=Access(code_valid_seconds=0.2))
    old = server.code
    assert server.next_code() != old
    with server.visitor() as client:
        assert server.log_in(client, old).status_code == 401


def test_guessing_locks_the_source_out_even_with_the_right_code(start: StartServer) -> None:
    server = start(access=Access(failures_max=3))
    with server.visitor() as client:
        assert [server.log_in(client, "wrong").status_code for _ in range(3)] == [401] * 3
        locked = server.log_in(client)
    assert locked.status_code == 429
    assert 0 < int(locked.headers["retry-after"]) <= 301


def test_a_lock_out_ends(start: StartServer) -> None:
    server = start(access=Access(failures_max=1, lockout_seconds=1.5))
    with server.visitor() as client:
        assert server.log_in(client, "wrong").status_code == 401
        assert server.log_in(client).status_code == 429
        until = time.monotonic() + 30
        while (answer := server.log_in(client)).status_code == 429 and time.monotonic() < until:
            time.sleep(0.1)
        assert answer.status_code == 200


@pytest.mark.parametrize("code", ["", "x" * 129, 5, None])
def test_a_malformed_login_is_refused_without_echo(start: StartServer, code: object) -> None:
    server = start()
    with server.visitor() as client:
        answer = client.post(
            "/api/v1/session",
            json={"code": code},
            headers={"origin": server.origin, "x-robo-trader": "1"},
        )
    assert answer.status_code == 422
    assert answer.json()["message"] == "A parameter or the body is not as it should be."


def test_an_idle_session_ends_and_takes_its_sockets_along(start: StartServer) -> None:
    server = start(access=Access(session_idle_seconds=0.5))
    with server.member() as client, server.socket(client) as page:
        with pytest.raises(ConnectionClosed) as closed:
            receive_type(page, "never")
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == CloseCode.LOGIN
        assert client.get("/api/v1/session").status_code == 401


def test_a_page_that_answers_heartbeats_is_not_idle(start: StartServer) -> None:
    server = start(access=Access(session_idle_seconds=1.5), heartbeat_seconds=0.3)
    with server.member() as client, server.socket(client) as page:
        until = time.monotonic() + 3
        while time.monotonic() < until:
            beat = receive_type(page, "hb")
            send(page, {"type": "pong", "now": beat["now"]})
        assert client.get("/api/v1/session").status_code == 200


def test_logging_out_closes_the_page_at_once(start: StartServer) -> None:
    server = start()
    with server.member() as client, server.socket(client) as page:
        receive_type(page, "hello")
        server.log_out(client)
        with pytest.raises(ConnectionClosed) as closed:
            receive_type(page, "never")
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == CloseCode.LOGIN


def test_nothing_secret_is_logged(start: StartServer, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    server = start()
    with server.member() as client, server.socket(client) as page:
        receive_type(page, "hello")
        secrets = [server.code, *client.cookies.values()]
    own = [record for record in caplog.records if record.name.startswith(("robo_trader", "uvicorn", "fastapi"))]
    assert not [record for record in own for secret in secrets if secret in record.getMessage()]


def test_a_taken_port_is_said_plainly(start: StartServer) -> None:
    server = start()
    settings = WebSettings(port=server.port)
    with pytest.raises(PortTaken, match=f"port {server.port}") as refused:
        WebServer(FakeProjections, settings, engine_alive=lambda: True, announce=lambda _: None)
    assert "another port" in refused.value.next_step


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.5", "::", "example.com", ""])  # noqa: S104 - refused
def test_no_address_that_others_can_reach(host: str) -> None:
    with pytest.raises(InvalidConfig, match="only listens on this machine"):
        WebSettings(host=host)
