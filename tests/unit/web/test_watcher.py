"""The hub says what the projections say, and says so when they cannot be read."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from robo_trader.web import protocol
from robo_trader.web.hub import Hub, HubLimits
from robo_trader.web.protocol import CloseCode
from robo_trader.web.reader import ProjectionsReader
from robo_trader.web.watcher import Watcher
from tests.fakes.projections import FakeProjections


class StillClock:
    """Time stands unless told otherwise."""

    def __init__(self) -> None:
        self.seconds = 1_000.0

    def wall_ms(self) -> int:
        return round(self.seconds * 1000)

    def monotonic(self) -> float:
        return self.seconds


class Watched:
    """A watcher with all it watches."""

    def __init__(self) -> None:
        self.projections = FakeProjections()
        self.hub = Hub("boot-0", HubLimits(bars_max=3))
        self.clock = StillClock()
        self.engine: bool | OSError = True
        self.reader = ProjectionsReader(lambda: self.projections, "test")
        self.watcher = Watcher(self.reader, self.hub, engine_alive=self.alive, clock=self.clock, quiet_after_seconds=90)

    def alive(self) -> bool:
        if isinstance(self.engine, OSError):
            raise self.engine
        return self.engine

    def table(self, name: str) -> list[dict[str, Any]]:
        table = self.hub.tables[name]
        assert table.ready
        return [dict(zip(table.columns, row, strict=True)) for row in table.rows()]

    def health(self) -> dict[str, Any]:
        return {row["component"]: row for row in self.table("health")}


@pytest.fixture
async def watched() -> AsyncIterator[Watched]:
    watched = Watched()
    yield watched
    await watched.reader.close()


async def test_first_poll_shows_what_is_there(watched: Watched) -> None:
    watched.projections.set_position("SPY", 10)
    watched.projections.set_order(1, "WORKING")
    watched.projections.set_order(2, "FILLED")
    watched.projections.add_equity("101000")
    await watched.watcher.poll()
    assert [row["symbol"] for row in watched.table("positions")] == ["SPY"]
    assert [row["order_id"] for row in watched.table("orders.working")] == [1]
    (account,) = watched.table("account")
    assert (account["account"], account["equity"], account["day_profit"]) == ("DU100", 101_000, 1_000)
    assert account["day_return"] == 0.01
    assert watched.hub.streams["orders.events"].rev == 2


async def test_ended_orders_and_closed_positions_leave_their_tables(watched: Watched) -> None:
    watched.projections.set_position("SPY", 10)
    watched.projections.set_order(1, "WORKING")
    await watched.watcher.poll()
    watched.projections.set_position("SPY", 0)
    watched.projections.set_order(1, "CANCELED")
    await watched.watcher.poll()
    assert watched.table("positions") == []
    assert watched.table("orders.working") == []


async def test_the_day_begins_where_the_last_session_ended(watched: Watched) -> None:
    watched.projections.add_equity("102000", session="2024-01-02")
    watched.projections.add_equity("103020", session="2024-01-03")
    await watched.watcher.poll()
    (account,) = watched.table("account")
    assert (account["day_profit"], account["day_return"]) == (1_020, 0.01)


async def test_what_is_unknown_is_null_before_the_first_mark(watched: Watched) -> None:
    await watched.watcher.poll()
    (account,) = watched.table("account")
    assert account["opening_cash"] == 100_000
    assert account["equity"] is account["day_profit"] is account["as_of"] is None


async def test_only_what_is_new_is_added_to_streams(watched: Watched) -> None:
    watched.projections.add_fill()
    await watched.watcher.poll()
    await watched.watcher.poll()
    watched.projections.add_fill()
    watched.projections.add_violation()
    await watched.watcher.poll()
    assert watched.hub.streams["fills"].rev == 2
    assert watched.hub.streams["violations"].rev == 1


async def test_bars_are_read_once_somebody_looks_at_them(watched: Watched) -> None:
    for _ in range(5):
        watched.projections.add_bar("SPY")
    await watched.watcher.poll()
    assert not watched.hub.tables["bars:SPY"].ready
    viewer = watched.hub.join(lambda: None)
    watched.hub.subscribe(viewer, ["bars:SPY"], hz=10, cursor=None, now=0.0)
    await watched.watcher.poll()
    assert len(watched.table("bars:SPY")) == 3
    watched.projections.add_bar("SPY", close=101.5)
    await watched.watcher.poll()
    assert watched.table("bars:SPY")[-1]["close"] == 101.5
    assert not watched.hub.tables["bars:QQQ"].ready


async def test_another_journal_begins_another_life(watched: Watched) -> None:
    watched.projections.add_fill()
    watched.projections.add_fill()
    await watched.watcher.poll()
    viewer, boot = watched.hub.join(lambda: None), watched.hub.boot
    watched.projections.begin_again()
    watched.projections.add_fill()
    await watched.watcher.poll()
    assert viewer.close_code is CloseCode.RESTART
    assert watched.hub.boot != boot
    assert watched.hub.streams["fills"].rev == 1


async def test_another_account_begins_another_life(watched: Watched) -> None:
    await watched.watcher.poll()
    boot = watched.hub.boot
    watched.projections.begin_again(account="DU200")
    watched.projections.add_fill()
    await watched.watcher.poll()
    assert watched.hub.boot != boot
    assert watched.table("account")[0]["account"] == "DU200"


async def test_a_journal_that_cannot_be_read_is_a_state_and_heals(watched: Watched) -> None:
    watched.projections.damaged = True
    await watched.watcher.poll()
    assert watched.health()["journal"]["status"] == "DOWN"
    assert not watched.watcher.readable
    watched.projections.damaged = False
    await watched.watcher.poll()
    assert watched.health()["journal"]["status"] == "OK"
    assert watched.projections.closed == 1


async def test_health_tells_a_dead_engine_from_a_quiet_market(watched: Watched) -> None:
    await watched.watcher.check_engine()
    await watched.watcher.poll()
    assert watched.health()["data"]["status"] == "UNKNOWN"
    watched.projections.add_bar()
    await watched.watcher.poll()
    grew_at = watched.clock.wall_ms()
    assert watched.health()["data"]["status"] == "OK"
    watched.clock.seconds += 91
    watched.engine = False
    await watched.watcher.check_engine()
    await watched.watcher.poll()
    health = watched.health()
    assert (health["data"]["status"], health["data"]["last_ok"]) == ("QUIET", grew_at)
    assert (health["engine"]["status"], health["engine"]["last_ok"]) == ("DOWN", watched.clock.wall_ms())
    assert health["journal"]["status"] == "OK"
    watched.engine = OSError("no such process table")
    await watched.watcher.check_engine()
    await watched.watcher.poll()
    assert watched.health()["engine"]["status"] == "UNKNOWN"


@pytest.mark.parametrize(
    ("seconds_between", "quiet_after_seconds"),
    [
        pytest.param(0.1, 10, id="a fast replay has ended soon"),
        pytest.param(5, 15, id="three times the last gap"),
        pytest.param(60, 90, id="never longer than was set"),
    ],
)
async def test_quiet_begins_by_the_pace_there_was(
    watched: Watched, seconds_between: float, quiet_after_seconds: float
) -> None:
    await watched.watcher.poll()
    for _ in range(2):
        watched.clock.seconds += seconds_between
        watched.projections.add_bar()
        await watched.watcher.poll()
    watched.clock.seconds += quiet_after_seconds - 0.5
    await watched.watcher.poll()
    assert watched.health()["data"]["status"] == "OK"
    watched.clock.seconds += 1
    await watched.watcher.poll()
    assert watched.health()["data"]["status"] == "QUIET"


async def test_a_session_that_had_ended_before_the_server_came_is_quiet(watched: Watched) -> None:
    watched.projections.add_bar()
    await watched.watcher.poll()
    watched.clock.seconds += 11
    await watched.watcher.poll()
    assert (watched.health()["data"]["status"], watched.health()["data"]["last_ok"]) == ("QUIET", None)


async def test_what_cannot_be_read_is_not_called_quiet(watched: Watched) -> None:
    watched.projections.damaged = True
    watched.clock.seconds += 99
    await watched.watcher.poll()
    assert watched.health()["data"]["status"] == "UNKNOWN"


async def test_a_quiet_hour_changes_no_row(watched: Watched) -> None:
    watched.projections.add_bar()
    for _ in range(2):
        await watched.watcher.poll()
    revs = {name: table.rev for name, table in watched.hub.tables.items()}
    watched.clock.seconds += 5
    await watched.watcher.check_engine()
    await watched.watcher.poll()
    watched.clock.seconds += 5
    await watched.watcher.poll()
    changed = {name for name, table in watched.hub.tables.items() if table.rev != revs[name]}
    assert changed <= {"health"}  # the engine was asked for the first time


async def test_what_is_committed_while_we_read_waits_for_the_next_look(watched: Watched) -> None:
    await watched.watcher.poll()
    watched.projections.add_fill()
    seen = watched.projections.last_seq()
    late = watched.projections.add_fill()
    watched.projections._fills[-1] = replace(late, seq=seen + 1)
    watched.projections._seq = seen  # what `last_seq` said before the second fill was committed
    await watched.watcher.poll()
    assert watched.hub.streams["fills"].rev == 1
    watched.projections._seq = seen + 1
    await watched.watcher.poll()
    assert watched.hub.streams["fills"].rev == 2


async def test_every_row_has_the_columns_that_are_documented(watched: Watched) -> None:
    projections = watched.projections
    projections.set_position()
    projections.set_order()
    projections.add_fill()
    projections.add_equity()
    projections.add_violation()
    await watched.watcher.poll()
    for name, columns in protocol.TABLE_COLUMNS.items():
        assert watched.table(name), name
        assert watched.hub.tables[name].columns == columns
    for name, columns in protocol.STREAM_COLUMNS.items():
        assert [len(item) for item in watched.hub.streams[name]._items] == [len(columns)], name
