"""What a page gets over a real WebSocket: live values, only what it misses, and a clear end."""

import contextlib
import json
import time
from dataclasses import replace

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection

from robo_trader.web.protocol import CloseCode
from robo_trader.web.settings import Traffic
from tests.fakes.projections import FakeProjections, a_session
from tests.fakes.web_server import RunningServer, StartServer, receive, receive_type, send, subscribe


def close_code(page: ClientConnection) -> int | None:
    """Read until the server ends the connection, and return why."""
    with pytest.raises(ConnectionClosed) as closed:
        receive_type(page, "never")
    return None if closed.value.rcvd is None else closed.value.rcvd.code


def test_hello_comes_first(shared: RunningServer) -> None:
    with shared.member() as client, shared.socket(client) as page:
        hello = receive(page)
    assert hello["type"] == "hello"
    assert (hello["accounts"], hello["mode"], hello["role"]) == (["DU100"], "PAPER", "viewer")
    assert hello["assets"] is None


def test_hello_names_the_symbols_in_order_and_the_feed_of_each(start: StartServer) -> None:
    session = replace(a_session(), feeds={"SPY": "sample", "QQQ": "synthetic", "700": "files"})
    server = start(FakeProjections(stored_session=session))
    with server.member() as client, server.socket(client) as page:
        hello = receive(page)
        assert hello["symbols"] == ["700", "QQQ", "SPY"]
        assert hello["feeds"] == session.feeds
        subscribe(page, *(f"bars:{symbol}" for symbol in hello["symbols"]))
        for _ in hello["symbols"]:
            assert receive_type(page, "snap")["rows"] == [], "a fresh account has a chart at once, if an empty one"


def test_a_visitor_without_session_is_sent_to_log_in(shared: RunningServer) -> None:
    with shared.visitor() as client, shared.socket(client) as page:
        assert close_code(page) == CloseCode.LOGIN


def test_a_page_of_another_protocol_is_told_to_reload(shared: RunningServer) -> None:
    with shared.member() as client:
        for subprotocol in (None, "robo.v0"):
            with shared.visitor(), shared.socket(client, subprotocol=subprotocol) as page:
                assert close_code(page) == CloseCode.VERSION


def test_live_values_reach_the_page(start: StartServer) -> None:
    server = start()
    server.projections.set_position("SPY", 10)
    with server.member() as client, server.socket(client) as page:
        subscribe(page, "positions", "equity", "bars:SPY")
        names = {receive_type(page, "snap")["topic"] for _ in range(3)}
        assert names == {"positions", "equity", "bars:SPY"}
        server.projections.set_position("SPY", 20)
        change = receive_type(page, "d")
        assert change["n"] == 1
        assert change["topics"]["positions"]["up"][0][:2] == ["SPY", 20]
        server.projections.add_equity("100500")
        assert receive_type(page, "ev")["items"][0][3] == 100_500
        server.projections.add_bar("SPY", close=101.25)
        assert receive_type(page, "d")["topics"]["bars:SPY"]["up"][0][4] == 101.25


def test_nan_becomes_null_everywhere(start: StartServer) -> None:
    server = start()
    server.projections.add_bar("SPY", close=float("nan"))
    server.projections.add_equity("100000", drawdown=float("inf"))
    with server.member() as client:
        for path in ("/api/v1/bars/SPY", "/api/v1/equity"):
            text = client.get(path).text
            assert "null" in text
            json.loads(text, parse_constant=pytest.fail)
        with server.socket(client) as page:
            subscribe(page, "bars:SPY", "equity", "account")
            for _ in range(3):
                snap = receive_type(page, "snap")
                json.loads(json.dumps(snap), parse_constant=pytest.fail)
                assert None in snap["rows"][0]


def test_reconnecting_gets_only_the_missing_events(start: StartServer) -> None:
    server = start()
    server.projections.add_fill()
    with server.member() as client:
        with server.socket(client) as page:
            boot = receive(page)["boot"]
            subscribe(page, "fills", "positions")
            revs = {snap["topic"]: snap["rev"] for snap in (receive_type(page, "snap") for _ in range(2))}
        missed = [server.projections.add_fill().execution_id for _ in range(2)]
        with server.socket(client) as page:
            receive_type(page, "hello")
            subscribe(page, "fills", "positions", cursor={"boot": boot, "topics": revs})
            items: list[str] = []
            while len(items) < len(missed):
                frame = receive(page)
                assert frame["type"] == "ev"
                items += [item[1] for item in frame["items"]]
    assert items == missed


def test_after_a_restart_the_boot_is_another_and_snapshots_come(start: StartServer) -> None:
    first = start()
    first.projections.add_fill()
    with first.member() as client, first.socket(client) as page:
        boot = receive(page)["boot"]
        subscribe(page, "fills")
        rev = receive_type(page, "snap")["rev"]
        first.server.stop()
        assert close_code(page) == CloseCode.RESTART
    second = start(first.projections)
    with second.member() as client, second.socket(client) as page:
        assert receive(page)["boot"] != boot
        subscribe(page, "fills", cursor={"boot": boot, "topics": {"fills": rev}})
        assert receive_type(page, "snap")["rev"] == 1


def test_another_journal_sends_the_page_away(start: StartServer) -> None:
    server = start()
    server.projections.add_fill()
    with server.member() as client, server.socket(client) as page:
        subscribe(page, "fills")
        receive_type(page, "snap")
        server.projections.begin_again(account="DU200")
        assert close_code(page) == CloseCode.RESTART
        with server.socket(client) as again:
            assert receive(again)["accounts"] == ["DU200"]


def test_engine_down_and_server_up_can_be_told_apart(start: StartServer) -> None:
    alive = [True]
    server = start(engine_alive=alive)
    with server.member() as client, server.socket(client) as page:
        subscribe(page, "health")
        rows = {row[0]: row for row in receive_type(page, "snap")["rows"]}
        assert rows["engine"][1] == "OK"
        alive[0] = False
        (row,) = receive_type(page, "d")["topics"]["health"]["up"]
        assert row[:2] == ["engine", "DOWN"]
        assert "not running" in row[4]
        assert client.get("/api/v1/health").json()["rows"][0][1] == "DOWN"


def test_a_journal_that_appears_later_brings_the_page_back(start: StartServer) -> None:
    projections = FakeProjections(damaged=True)
    server = start(projections)
    with server.member() as client, server.socket(client) as page:
        hello = receive(page)
        assert (hello["accounts"], hello["mode"], hello["symbols"], hello["feeds"]) == ([], None, [], {})
        subscribe(page, "health", "positions")
        rows = {row[0]: row for row in receive_type(page, "snap")["rows"]}
        assert rows["journal"][1] == "DOWN"
        assert client.get("/api/v1/fills").status_code == 503
        projections.damaged = False
        assert close_code(page) == CloseCode.RESTART
        with server.socket(client) as again:
            hello = receive(again)
            assert (hello["mode"], hello["symbols"]) == ("PAPER", ["QQQ", "SPY"])


@pytest.mark.parametrize("text", ["", "[]", "{", '{"type":"buy"}', '{"type":"sub","ref":1,"topics":[]}', "[" * 9_999])
def test_nonsense_is_refused_and_the_connection_stays(shared: RunningServer, text: str) -> None:
    with shared.member() as client, shared.socket(client) as page:
        page.send(text)
        assert receive_type(page, "err")["code"] == "BAD_MESSAGE"
        page.send(text.encode())
        assert receive_type(page, "err")["ref"] is None
        subscribe(page, "positions", "bars:NONE")
        answers = [receive(page) for _ in range(2)]
    assert {answer.get("code", answer["type"]) for answer in answers} == {"UNKNOWN_TOPIC", "snap"}


def test_unsubscribing_ends_a_topic(start: StartServer) -> None:
    server = start()
    with server.member() as client, server.socket(client) as page:
        subscribe(page, "positions", "fills")
        for _ in range(2):
            receive_type(page, "snap")
        send(page, {"type": "unsub", "topics": ["positions", "never.had"]})
        send(page, {"type": "rate", "hz": 10})
        time.sleep(0.2)
        server.projections.set_position("SPY", 20)
        server.projections.add_fill()
        assert receive(page)["type"] == "ev"


def test_an_oversize_frame_ends_the_connection(shared: RunningServer) -> None:
    with shared.member() as client, shared.socket(client) as page:
        page.send("x" * 65_537)
        assert close_code(page) == 1009


def test_a_flood_ends_the_connection(shared: RunningServer) -> None:
    with shared.member() as client, shared.socket(client) as page:
        with contextlib.suppress(ConnectionClosed):  # the server may be quicker than we are
            for _ in range(60):
                send(page, {"type": "pong", "now": 1})
        assert close_code(page) == CloseCode.LIMIT


def test_connections_are_counted_and_given_back(start: StartServer) -> None:
    server = start(traffic=Traffic(sockets_max=2))
    with server.member() as client:
        with server.socket(client) as one, server.socket(client) as two, server.socket(client) as three:
            receive(one)
            receive(two)
            assert close_code(three) == CloseCode.LIMIT
        until = time.monotonic() + 5
        while client.get("/api/v1/health").json()["connections"]:
            assert time.monotonic() < until
        with server.socket(client) as page:
            assert receive(page)["type"] == "hello"


def test_a_server_whose_loop_dies_stops_and_says_so(start: StartServer) -> None:
    server = start()
    server.projections.last_seq = None  # type: ignore[assignment, method-assign]
    server.thread.join(timeout=10)
    assert [type(failure) for failure in server.failures] == [RuntimeError]
