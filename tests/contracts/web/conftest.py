"""Servers for the contract of the web: real ones, on this machine only."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from robo_trader.web.settings import WebSettings
from tests.fakes.projections import FakeProjections
from tests.fakes.web_server import RunningServer, StartServer, start_server


@pytest.fixture
def start(tmp_path: Path) -> Iterator[StartServer]:
    """Start servers that are stopped after the test. Settings as keywords; no page is built unless given."""
    running: list[RunningServer] = []

    def start_one(
        projections: FakeProjections | None = None, *, engine_alive: list[bool] | None = None, **settings: object
    ) -> RunningServer:
        defaults = {"port": 0, "poll_seconds": 0.02, "static_folder": tmp_path / "static"}
        chosen = WebSettings(**(defaults | settings))  # type: ignore[arg-type]
        running.append(start_server(chosen, projections or FakeProjections(), engine_alive=engine_alive))
        return running[-1]

    yield start_one
    for server in running:
        server.stop()


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """Yield one server for the tests of a module that change nothing for each other."""
    folder = tmp_path_factory.mktemp("no-page")
    settings = WebSettings(port=0, poll_seconds=0.02, static_folder=folder / "static")
    server = start_server(settings, FakeProjections())
    yield server
    server.stop()
