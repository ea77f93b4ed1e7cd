"""Whatever happens between hub and viewer, the viewer ends with the truth, or was told what it misses.

The viewer here follows the client's rules of `protocol.py` to the letter and asserts each of them.
"""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from robo_trader.web.hub import RATES_HZ, Hub, HubLimits, Viewer
from robo_trader.web.protocol import SERVER_MESSAGE, CloseCode, Cursor, ErrorCode
from robo_trader.web.topics import Stream, Table
from tests.examples import state_machine

RING = 6
TABLES = ("positions", "orders.working", "bars:SPY")
STREAMS = ("fills", "equity")
NAMES = (*TABLES, *STREAMS)


def small_limits(*, frames_max: int = 4, characters_max: int = 600) -> HubLimits:
    rings = {"equity": RING, "fills": RING, "orders.events": RING, "violations": RING}
    return HubLimits(frames_max=frames_max, characters_max=characters_max, bars_max=5, rings=rings)


def a_hub(*, frames_max: int = 4, characters_max: int = 600) -> Hub:
    hub = Hub("boot-1", small_limits(frames_max=frames_max, characters_max=characters_max))
    hub.restart("boot-1", ["SPY"])
    make_ready(hub)
    return hub


def make_ready(hub: Hub) -> None:
    for table in hub.tables.values():
        table.ready = True
    for stream in hub.streams.values():
        stream.ready = True


class Page:
    """A browser's side of one connection, and what it has kept from earlier ones."""

    def __init__(self, hub: Hub) -> None:
        self.hub = hub
        self.boot = hub.boot
        self.rows: dict[str, dict[Any, list[Any]]] = {}
        self.items: dict[str, dict[int, list[Any]]] = {}
        self.revs: dict[str, int] = {}
        self.missing: dict[str, set[int]] = {}
        self.connect()

    def connect(self) -> None:
        self.viewer: Viewer = self.hub.join(lambda: None)
        self.n = 0
        self.awaited: set[str] = set()
        self.frames: list[dict[str, Any]] = []

    def disconnect(self) -> None:
        self.hub.leave(self.viewer)

    def subscribe(self, *names: str, hz: int = 10, resume: bool = False, now: float = 0.0) -> dict[str, ErrorCode]:
        cursor = Cursor(boot=self.boot, topics=dict(self.revs)) if resume else None
        if not resume:
            self.awaited |= set(names)
        return self.hub.subscribe(self.viewer, names, hz=hz, cursor=cursor, now=now)

    def receive(self, count: int | None = None) -> None:
        """Take frames as the network would, all of them or `count`."""
        while count is None or count > 0:
            text = self.viewer.outbox.take()
            if text is None:
                return
            self.viewer.outbox.sent()
            SERVER_MESSAGE.validate_json(text)
            self.apply(json.loads(text))
            count = None if count is None else count - 1

    def apply(self, frame: dict[str, Any]) -> None:
        self.frames.append(frame)
        apply: Callable[[dict[str, Any]], None] = getattr(self, f"apply_{frame['type']}")
        apply(frame)

    def apply_snap(self, frame: dict[str, Any]) -> None:
        name, rev = frame["topic"], frame["rev"]
        self.revs[name] = rev
        self.awaited.discard(name)
        if frame["kind"] == "table":
            self.rows[name] = {row[0]: row for row in frame["rows"]}
        else:
            first = rev - len(frame["rows"]) + 1
            self.items[name] = dict(enumerate(frame["rows"], first))
            self.missing[name] = set(range(1, first))

    def apply_d(self, frame: dict[str, Any]) -> None:
        self.n += 1
        assert frame["n"] == self.n
        for name, change in frame["topics"].items():
            if name in self.awaited or change["rev"] <= self.revs[name]:
                continue
            assert change["prev"] == self.revs[name], "the chain of revs is broken"
            self.rows[name].update({row[0]: row for row in change["up"]})
            for key in change["del"]:
                self.rows[name].pop(key, None)
            self.revs[name] = change["rev"]

    def apply_ev(self, frame: dict[str, Any]) -> None:
        name = frame["topic"]
        if name in self.awaited:
            return
        assert frame["first"] == self.revs[name] + 1, "an item was skipped without a gap"
        assert frame["last"] - frame["first"] + 1 == len(frame["items"])
        self.items[name].update(enumerate(frame["items"], frame["first"]))
        self.revs[name] = frame["last"]

    def apply_gap(self, frame: dict[str, Any]) -> None:
        name = frame["topic"]
        if name in self.awaited:
            return
        assert frame["from"] == self.revs[name] + 1
        self.missing[name] |= set(range(frame["from"], frame["to"] + 1))
        self.revs[name] = frame["to"]

    def apply_hb(self, frame: dict[str, Any]) -> None:
        assert frame["now"] >= 0


def assert_page_has_the_truth(page: Page, truth: dict[str, list[list[Any]]]) -> None:
    for name, rows in page.rows.items():
        table = page.hub.tables[name]
        now = {row[0]: list(row) for row in table.rows()}
        if name.startswith("bars:"):
            assert sorted(rows) == list(range(min(rows, default=1), max(rows, default=0) + 1)), "a bar is missing"
        held = {key: row for key, row in rows.items() if key in now or not name.startswith("bars:")}
        assert held == now
    for name, items in page.items.items():
        wanted = truth[name]
        assert set(items) | page.missing[name] == set(range(1, len(wanted) + 1))
        assert all(items[index] == wanted[index - 1] for index in items)


class AnyInterleaving(RuleBasedStateMachine):
    """Updates, ticks, slow reading, overflow, unsubscribing, reconnecting with and without cursor."""

    def __init__(self) -> None:
        super().__init__()
        self.hub = a_hub()
        self.now = 0.0
        self.bar = 0
        self.truth: dict[str, list[list[Any]]] = {name: [] for name in STREAMS}
        self.page = Page(self.hub)
        self.neighbour = Page(self.hub)
        self.neighbour.subscribe(*NAMES)

    @rule(name=st.sampled_from(TABLES[:2]), key=st.integers(0, 2), value=st.integers(0, 3))
    def put(self, name: str, key: int, value: int) -> None:
        self.hub.tables[name].put((key, value))

    @rule(name=st.sampled_from(TABLES[:2]), key=st.integers(0, 2))
    def drop(self, name: str, key: int) -> None:
        self.hub.tables[name].drop(key)

    @rule(count=st.integers(1, 8))
    def bars(self, count: int) -> None:
        for _ in range(count):
            self.bar += 1
            self.hub.tables["bars:SPY"].put((self.bar, 100.5))

    @rule(name=st.sampled_from(STREAMS), count=st.integers(1, 2 * RING))
    def append(self, name: str, count: int) -> None:
        for _ in range(count):
            seq = len(self.truth[name]) + 1
            self.truth[name].append([seq, "x" * 20])
            self.hub.streams[name].append((seq, "x" * 20))

    @rule(ticks=st.integers(2, 8), stream=st.sampled_from(STREAMS))
    def nobody_reads_for_a_while(self, ticks: int, stream: str) -> None:
        for value in range(ticks):
            self.put("positions", 0, value)
            self.bars(1)
            self.append(stream, 1)
            self.tick(10)

    @rule(hz=st.sampled_from(RATES_HZ))
    def tick(self, hz: int) -> None:
        self.now += 0.1
        self.hub.tick(hz, self.now)

    @rule(names=st.sets(st.sampled_from(NAMES), min_size=1), hz=st.sampled_from(RATES_HZ))
    def subscribe(self, names: set[str], hz: int) -> None:
        assert self.page.subscribe(*sorted(names), hz=hz, now=self.now) == {}

    @rule(hz=st.sampled_from(RATES_HZ))
    def set_rate(self, hz: int) -> None:
        self.page.viewer.ceiling_hz = hz

    @rule(count=st.integers(1, 3))
    def receive(self, count: int) -> None:
        self.page.receive(count)

    @rule()
    def neighbour_receives(self) -> None:
        self.neighbour.receive()

    @rule()
    def heartbeat(self) -> None:
        self.hub.heartbeat(wall_ms=1, lag_ms=0, now=self.now)

    @precondition(lambda self: bool(self.page.revs))
    @rule()
    def reconnect_with_cursor(self) -> None:
        names = sorted(self.page.revs)
        self.page.disconnect()
        self.page.connect()
        self.page.subscribe(*names, resume=True, now=self.now)

    @rule()
    def settle(self) -> None:
        for hz in (*RATES_HZ * len(NAMES), *RATES_HZ):  # the queue may be too small for all topics at once
            for page in (self.page, self.neighbour):
                page.receive()
            self.hub.tick(hz, self.now)
        for page in (self.page, self.neighbour):
            page.receive()
        assert_page_has_the_truth(self.page, self.truth)
        assert_page_has_the_truth(self.neighbour, self.truth)
        assert not self.page.awaited

    @invariant()
    def queues_are_bounded(self) -> None:
        for viewer in self.hub.viewers:
            assert len(viewer.outbox) <= self.hub.limits.frames_max

    def teardown(self) -> None:
        self.settle()


AnyInterleaving.TestCase.settings = state_machine(150, 40)
TestAnyInterleaving = AnyInterleaving.TestCase


def test_ten_viewers_cost_one_encoding() -> None:
    hub = a_hub()
    pages = [Page(hub) for _ in range(10)]
    for page in pages:
        page.subscribe("positions")
    table = hub.tables["positions"]
    before = table.answers.encoded
    table.put(("SPY", 1))
    hub.tick(10, 0.1)
    assert table.answers.encoded == before + 1
    for page in pages:
        page.receive()
        assert page.rows["positions"] == {"SPY": ["SPY", 1]}


def test_changes_between_ticks_are_joined_into_one_frame() -> None:
    hub = a_hub()
    page = Page(hub)
    page.subscribe("positions", "orders.working")
    page.receive()
    for value in range(100):
        hub.tables["positions"].put(("SPY", value))
    hub.tables["orders.working"].put((1, "WORKING"))
    hub.tick(10, 0.1)
    assert len(page.viewer.outbox) == 1
    page.receive()
    assert page.frames[-1]["topics"]["positions"]["up"] == [["SPY", 99]]
    assert page.frames[-1]["topics"]["orders.working"]["up"] == [[1, "WORKING"]]


def test_an_equal_row_is_no_change() -> None:
    hub = a_hub()
    hub.tables["positions"].put(("SPY", 1))
    page = Page(hub)
    page.subscribe("positions")
    page.receive()
    hub.tables["positions"].put(("SPY", 1))
    hub.tick(10, 0.1)
    assert len(page.viewer.outbox) == 0


def test_a_topic_is_sent_at_its_own_rate_under_the_ceiling() -> None:
    hub = a_hub()
    page = Page(hub)
    page.subscribe("equity", hz=10)
    page.subscribe("positions", hz=4)
    page.viewer.ceiling_hz = 4
    assert [s.topic.name for s in page.viewer.due(4)] == ["equity", "positions"]
    assert page.viewer.due(10) == []


def test_nothing_is_sent_of_a_topic_that_has_not_been_read_yet() -> None:
    hub = a_hub()
    hub.tables["positions"].ready = False
    page = Page(hub)
    page.subscribe("positions")
    assert len(page.viewer.outbox) == 0
    hub.tables["positions"].put(("SPY", 1))
    hub.tables["positions"].ready = True
    hub.tick(10, 0.1)
    page.receive()
    assert page.rows["positions"] == {"SPY": ["SPY", 1]}


def test_a_cursor_within_the_rings_gets_only_the_missing_events() -> None:
    hub = a_hub()
    page = Page(hub)
    page.subscribe("fills")
    for index in range(1, 4):
        hub.streams["fills"].append((index, "fill"))
    hub.tick(10, 0.1)
    page.receive()
    page.disconnect()
    hub.streams["fills"].append((4, "fill"))
    page.connect()
    page.subscribe("fills", resume=True)
    page.receive()
    assert page.frames == [{"type": "ev", "topic": "fills", "first": 4, "last": 4, "items": [[4, "fill"]]}]


def test_a_cursor_of_another_boot_gets_a_snapshot() -> None:
    hub = a_hub()
    page = Page(hub)
    hub.streams["fills"].append((1, "fill"))
    page.subscribe("fills")
    page.receive()
    page.boot = "boot-0"
    page.disconnect()
    page.connect()
    page.subscribe("fills", resume=True)
    page.receive()
    assert [frame["type"] for frame in page.frames] == ["snap"]


def test_a_viewer_that_falls_behind_the_ring_is_told_the_gap() -> None:
    hub = a_hub()
    page = Page(hub)
    page.subscribe("fills")
    page.receive()
    for index in range(1, RING + 4):
        hub.streams["fills"].append((index, "fill"))
    hub.tick(10, 0.1)
    page.receive()
    assert page.missing["fills"] == {1, 2, 3}
    assert [frame["type"] for frame in page.frames] == ["snap", "gap", "ev"]


def test_three_overflows_in_a_minute_slow_a_viewer_down_a_class() -> None:
    hub = a_hub()
    page = Page(hub)
    page.subscribe("positions")
    overflow_times = 3 * (hub.limits.frames_max + 1)
    for step in range(overflow_times):
        hub.tables["positions"].put(("SPY", step))
        hub.tick(10, step / 10)
    assert page.viewer.ceiling_hz == 4


def test_overflows_far_apart_are_forgiven() -> None:
    hub = a_hub()
    page = Page(hub)
    page.subscribe("positions")
    for step in range(3 * (hub.limits.frames_max + 1)):
        hub.tables["positions"].put(("SPY", step))
        hub.tick(10, step * 10.0)
    assert page.viewer.ceiling_hz == 10


def test_a_viewer_not_drained_for_half_a_minute_is_cut_even_if_its_queue_overflowed() -> None:
    hub = a_hub()
    page, neighbour = Page(hub), Page(hub)
    for reader in (page, neighbour):
        reader.subscribe("positions")
    for second in range(31):
        hub.tables["positions"].put(("SPY", second))
        hub.tick(10, float(second))
        neighbour.receive()
        hub.cut_undrained(float(second))
    assert page.viewer.close_code is None
    hub.cut_undrained(31.0)
    assert [reader.viewer.close_code for reader in (page, neighbour)] == [CloseCode.TOO_SLOW, None]


def test_unknown_and_too_many_topics_are_refused() -> None:
    hub = Hub("boot-1", small_limits(characters_max=100_000, frames_max=100))
    hub.restart("boot-1", [f"S{index}" for index in range(60)])
    page = Page(hub)
    assert page.subscribe("bars:NONE") == {"bars:NONE": ErrorCode.UNKNOWN_TOPIC}
    refused = page.subscribe(*(f"bars:S{index}" for index in range(51)))
    assert refused == {"bars:S50": ErrorCode.TOO_MANY_TOPICS}


def test_another_journal_sends_everybody_away() -> None:
    hub = a_hub()
    page = Page(hub)
    hub.restart("boot-2", [])
    assert page.viewer.close_code is CloseCode.RESTART
    assert hub.boot == "boot-2"


@given(st.lists(st.sampled_from([float("nan"), float("inf"), float("-inf"), 1.5]), min_size=1))
def test_what_is_not_finite_never_reaches_the_wire(values: list[float]) -> None:
    stream = Stream("equity", ("seq", "equity"), ring=10)
    table = Table("positions", ("symbol", "value"))
    for index, value in enumerate(values):
        stream.append((index, value))
        table.put((index, value))
    for text in (stream.snap(), table.snap(), stream.items(max(0, stream.first - 1))):
        SERVER_MESSAGE.validate_json(text)
        assert "NaN" not in text
        assert "nfinity" not in text


@pytest.mark.parametrize("frames", [1, 3])
def test_a_frame_larger_than_the_bound_still_goes_when_nothing_waits(frames: int) -> None:
    hub = a_hub(characters_max=10, frames_max=frames)
    hub.tables["positions"].put(("SPY", "x" * 100))
    page = Page(hub)
    page.subscribe("positions")
    page.receive()
    assert page.rows["positions"]["SPY"][1] == "x" * 100
