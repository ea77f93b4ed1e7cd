"""History comes in pages that fit together without hole or double."""

from typing import Any

import httpx
import pytest

from robo_trader.web import protocol
from robo_trader.web.protocol import PAGE_ROWS_MAX
from tests.fakes.web_server import RunningServer, StartServer


@pytest.fixture(scope="module")
def full(shared: RunningServer) -> RunningServer:
    """Return the shared server with 1,200 bars and 25 of everything else."""
    for _ in range(1_200):
        shared.projections.add_bar("SPY")
    for index in range(25):
        shared.projections.add_fill()
        shared.projections.add_equity(str(100_000 + index))
        shared.projections.set_order(index)
        shared.projections.add_violation()
    return shared


def rows(answer: httpx.Response) -> list[list[Any]]:
    assert answer.status_code == 200, answer.text
    found: list[list[Any]] = answer.json()["rows"]
    return found


def test_scrolling_back_through_bars_meets_every_bar_once(full: RunningServer) -> None:
    seen: list[int] = []
    with full.member() as client:
        parameters: dict[str, int] = {}
        more = True
        while more:
            answer = client.get("/api/v1/bars/SPY", params=parameters)
            page = [row[0] for row in rows(answer)]
            seen = page + seen
            parameters = {"before": page[0]}
            more = answer.json()["more"]
    assert len(seen) == 1_200
    assert seen == sorted(set(seen))


def test_a_gap_is_filled_by_asking_on(full: RunningServer) -> None:
    with full.member() as client:
        wanted = [row[0] for row in rows(client.get("/api/v1/fills"))]
        seen: list[int] = []
        more = True
        while more:
            answer = client.get("/api/v1/fills", params={"after": seen[-1] if seen else 0, "limit": 10})
            seen += [row[0] for row in rows(answer)]
            more = answer.json()["more"]
    assert seen == wanted
    assert len(seen) == 25


def test_bounds_are_exclusive(full: RunningServer) -> None:
    with full.member() as client:
        every = [row[0] for row in rows(client.get("/api/v1/equity"))]
        within = rows(client.get("/api/v1/equity", params={"after": every[2], "before": every[6], "limit": 2}))
        assert [row[0] for row in within] == every[4:6]
        assert rows(client.get("/api/v1/equity", params={"before": 0})) == []


@pytest.mark.parametrize(
    ("name", "columns"),
    [
        ("fills", protocol.FILL_COLUMNS),
        ("equity", protocol.EQUITY_COLUMNS),
        ("orders", protocol.ORDER_EVENT_COLUMNS),
        ("violations", protocol.VIOLATION_COLUMNS),
        ("bars/SPY", protocol.BAR_COLUMNS),
    ],
)
def test_pages_name_the_columns_of_their_topic(full: RunningServer, name: str, columns: tuple[str, ...]) -> None:
    with full.member() as client:
        page = client.get(f"/api/v1/{name}", params={"limit": 1}).json()
    assert tuple(page["columns"]) == columns
    assert [len(row) for row in page["rows"]] == [len(columns)]
    assert page["more"] is True


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("fills?limit=0", 422),
        (f"fills?limit={PAGE_ROWS_MAX + 1}", 422),
        ("fills?after=-1", 422),
        ("fills?after=x", 422),
        (f"equity?before={2**63}", 422),
        ("bars/spy", 422),
        ("bars/SPY%0A", 422),
        (f"bars/{'A' * 21}", 422),
        ("bars/NONE", 404),
    ],
)
def test_nonsense_is_refused(full: RunningServer, path: str, status: int) -> None:
    with full.member() as client:
        assert client.get(f"/api/v1/{path}").status_code == status


def test_unreadable_history_is_said(start: StartServer) -> None:
    server = start()
    with server.member() as client:
        assert rows(client.get("/api/v1/fills")) == []
        server.projections.damaged = True
        answer = client.get("/api/v1/fills")
        assert (answer.status_code, answer.json()["code"]) == (503, "NO_JOURNAL")
        server.projections.damaged = False
        assert rows(client.get("/api/v1/fills")) == []
