"""Nothing is answered to a stranger: wrong Host, wrong Origin, wrong form; and every answer is armoured."""

import socket

import httpx
import pytest
from websockets.exceptions import InvalidStatus

from robo_trader.web.security_headers import CONTENT_SECURITY_POLICY
from robo_trader.web.settings import Traffic
from tests.fakes.web_server import UNSAFE, RunningServer, StartServer

STRANGERS = ["evil.example", "127.0.0.1.evil.example", "localhost", "127.0.0.1:1", ""]


def assert_armoured(response: httpx.Response) -> None:
    assert response.headers["content-security-policy"] == CONTENT_SECURITY_POLICY
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["referrer-policy"] == "no-referrer"
    assert response.headers["cross-origin-opener-policy"] == "same-origin"
    assert response.headers["cross-origin-resource-policy"] == "same-origin"
    assert "camera=()" in response.headers["permissions-policy"]
    assert "server" not in response.headers
    assert "access-control-allow-origin" not in response.headers


@pytest.mark.parametrize("host", STRANGERS)
def test_a_rebound_host_name_gets_nothing(shared: RunningServer, host: str) -> None:
    with shared.visitor() as client:
        response = client.get("/api/v1/health", headers={"host": host})
    assert response.status_code == 403
    assert_armoured(response)


def test_all_names_of_this_machine_are_answered(shared: RunningServer) -> None:
    with shared.visitor() as client:
        for name in ("127.0.0.1", "localhost", "LOCALHOST", "[::1]"):
            response = client.get("/api/v1/health", headers={"host": f"{name}:{shared.port}"})
            assert response.status_code == 200


@pytest.mark.parametrize(
    "origin",
    ["http://evil.example", "null", "https://127.0.0.1:{port}", "http://127.0.0.1:1", "http://localhost:{port}"],
)
def test_a_page_of_another_origin_gets_nothing(shared: RunningServer, origin: str) -> None:
    own = origin.format(port=shared.port)
    with shared.visitor() as client:
        read = client.get("/api/v1/health", headers={"origin": own})
        write = client.post("/api/v1/session", json={"code": "x"}, headers=UNSAFE | {"origin": own})
    for response in (read, write):
        assert response.json()["code"] == "WRONG_ORIGIN"
        assert_armoured(response)


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_a_neighbour_port_is_a_stranger_by_fetch_metadata(shared: RunningServer, site: str) -> None:
    with shared.visitor() as client:
        assert client.get("/api/v1/health", headers={"sec-fetch-site": site}).status_code == 403
        assert client.get("/", headers={"sec-fetch-site": site}).status_code == 503  # a link may lead here


@pytest.mark.parametrize(("missing", "status"), [("origin", 403), ("x-robo-trader", 403), ("content-type", 415)])
def test_an_unsafe_method_needs_its_whole_form(shared: RunningServer, missing: str, status: int) -> None:
    headers = UNSAFE | {"origin": shared.origin}
    del headers[missing]
    with shared.visitor() as client:
        response = client.post("/api/v1/session", content=b'{"code":"x"}', headers=headers)
    assert response.status_code == status
    assert_armoured(response)


def test_a_form_post_is_refused(shared: RunningServer) -> None:
    headers = {"origin": shared.origin, "x-robo-trader": "1"}
    with shared.visitor() as client:
        assert client.post("/api/v1/session", data={"code": "x"}, headers=headers).status_code == 415


def test_a_preflight_gets_no_leave(shared: RunningServer) -> None:
    headers = {"origin": "http://evil.example", "access-control-request-method": "POST"}
    with shared.visitor() as client:
        response = client.options("/api/v1/session", headers=headers)
    assert response.status_code == 403
    assert_armoured(response)


def test_a_large_body_is_refused_announced_or_not(shared: RunningServer) -> None:
    body = b'{"code":"' + b"x" * 70_000 + b'"}'
    headers = UNSAFE | {"origin": shared.origin}
    with shared.visitor() as client:
        announced = client.post("/api/v1/session", content=body, headers=headers)
        chunked = client.post("/api/v1/session", content=iter([body[:40_000], body[40_000:]]), headers=headers)
    for response in (announced, chunked):
        assert response.status_code == 413
        assert_armoured(response)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/v1/session", 401),
        ("GET", "/api/v1/fills", 401),
        ("GET", "/api/v1/bars/SPY", 401),
        ("GET", "/api/v1/health", 200),
        ("GET", "/api/v1/nothing", 404),
        ("GET", "/ws/v1", 404),
        ("GET", "/docs", 404),
        ("GET", "/openapi.json", 404),
        ("GET", "/", 503),
        ("HEAD", "/", 503),
        ("PUT", "/api/v1/session", 405),
        ("TRACE", "/", 405),
        ("OPTIONS", "/api/v1/session", 405),
    ],
)
def test_every_kind_of_answer_is_armoured(shared: RunningServer, method: str, path: str, status: int) -> None:
    headers = UNSAFE | {"origin": shared.origin}
    with shared.visitor() as client:
        response = client.request(method, path, headers=headers)
    assert response.status_code == status
    assert_armoured(response)
    assert response.headers["cache-control"] == "no-store"


def test_a_failure_inside_is_armoured_and_says_only_an_id(shared: RunningServer) -> None:
    with shared.member() as client:
        broken, shared.projections.fills = shared.projections.fills, None  # type: ignore[assignment, method-assign]
        try:
            response = client.get("/api/v1/fills")
        finally:
            shared.projections.fills = broken  # type: ignore[method-assign]
    assert response.status_code == 500
    assert response.json().keys() == {"code", "message", "id"}
    assert "NoneType" not in response.text
    assert_armoured(response)


def test_what_is_not_http_is_armoured_too(shared: RunningServer) -> None:
    with socket.create_connection(("127.0.0.1", shared.port), timeout=5) as raw:
        raw.sendall(b"this is not HTTP\r\n\r\n")
        answer = raw.recv(65536).decode()
    assert answer.startswith("HTTP/1.1 400")
    assert CONTENT_SECURITY_POLICY in answer


def test_two_host_headers_are_refused(shared: RunningServer) -> None:
    request = f"GET /api/v1/health HTTP/1.1\r\nHost: {shared.host}\r\nHost: evil.example\r\n\r\n"
    with socket.create_connection(("127.0.0.1", shared.port), timeout=5) as raw:
        raw.sendall(request.encode())
        status = raw.recv(65536).split()[1]
    assert status in {b"400", b"403"}


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80"])
def test_no_socket_for_a_rebound_host_name(shared: RunningServer, host: str) -> None:
    with (
        shared.member() as client,
        pytest.raises(InvalidStatus) as refused,
        shared.socket(client, host=host),
    ):
        pass
    assert refused.value.response.status_code == 403
    assert refused.value.response.headers["Content-Security-Policy"] == CONTENT_SECURITY_POLICY


@pytest.mark.parametrize("origin", [None, "http://evil.example", "null", "http://127.0.0.1:1"])
def test_no_socket_for_a_page_of_another_origin(shared: RunningServer, origin: str | None) -> None:
    with shared.visitor() as client, pytest.raises(InvalidStatus) as refused, shared.socket(client, origin=origin):
        pass
    assert refused.value.response.status_code == 403


def test_one_source_cannot_ask_without_end(start: StartServer) -> None:
    server = start(traffic=Traffic(requests_per_second=2))
    with server.visitor() as client:
        statuses = [client.get("/api/v1/health").status_code for _ in range(8)]
    assert statuses[:4] == [200] * 4
    assert 429 in statuses[4:]
