"""A server that dies and comes back finds its pages still logged in; silence and deafness do not hold it up."""

import socket
import subprocess
import time
from pathlib import Path
from shutil import which

import httpx
import pytest

from robo_trader.web import uvicorn_protocols
from robo_trader.web.settings import TlsFiles
from tests.fakes.web_server import UNSAFE, StartServer, receive, subscribe


def test_a_page_is_still_logged_in_after_a_restart(start: StartServer, tmp_path: Path) -> None:
    first = start(sessions_file=tmp_path / "sessions")
    with first.member() as client:
        first.stop()
        second = start(first.projections, port=first.port, sessions_file=tmp_path / "sessions")
        assert second.code != first.code
        with second.socket(client) as page:
            assert receive(page)["type"] == "hello"


def test_stopping_does_not_wait_for_a_page_that_reads_nothing(
    start: StartServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uvicorn_protocols, "LINGER_SECONDS", 0.2)
    server = start()
    for index in range(2_000):
        server.projections.set_position(f"SYMBOL-{index}" + "x" * 200)
    with server.member() as client, server.socket(client, receive_buffer=4096) as page:
        subscribe(page, "positions")
        time.sleep(0.5)
        began = time.monotonic()
        server.stop()
        assert time.monotonic() - began < 6


def test_a_connection_that_says_nothing_is_closed(start: StartServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uvicorn_protocols, "HEADER_SECONDS_MAX", 0.2)
    server = start()
    with socket.create_connection(("127.0.0.1", server.port), timeout=5) as raw:
        raw.sendall(b"GET / HTTP/1.1\r\n")
        assert raw.recv(100) == b""


@pytest.mark.skipif(which("openssl") is None, reason="needs openssl to make a certificate")
def test_under_tls_the_cookie_is_secure(start: StartServer, tmp_path: Path) -> None:
    files = TlsFiles(certificate=tmp_path / "cert.pem", key=tmp_path / "key.pem")
    make = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=localhost"]
    subprocess.run([*make, "-out", str(files.certificate), "-keyout", str(files.key)], check=True, capture_output=True)
    server = start(tls=files)
    origin = f"https://{server.host}"
    with httpx.Client(base_url=origin, verify=False, trust_env=False) as client:  # noqa: S501 - made just now
        answer = client.post("/api/v1/session", json={"code": server.code}, headers=UNSAFE | {"origin": origin})
        assert answer.status_code == 200
        cookie = answer.headers["set-cookie"]
        assert cookie.startswith(f"__Host-robo_session_{server.port}=")
        assert {"secure", "httponly", "path=/"} <= {part.strip().lower() for part in cookie.split(";")}
        assert "domain" not in cookie.lower()
        assert answer.headers["strict-transport-security"]
        plain = UNSAFE | {"origin": f"http://{server.host}"}
        assert client.post("/api/v1/session", json={"code": "x"}, headers=plain).status_code == 403
