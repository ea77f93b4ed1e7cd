"""Sessions are found by date and by the bars that end in them; bars fit into their session.

The table: Monday 4, Tuesday 5 and Thursday 7 March 2024; Tuesday is a half day of 210 minutes.
"""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from robo_trader.core.domain.bars import TradingSession
from robo_trader.core.market.bar_sizes import BarSize
from robo_trader.core.market.sessions import SessionTable, bar_intervals
from tests.builders import DAY, HOUR, MINUTE, a_session

MONDAY, TUESDAY, THURSDAY = a_session(), a_session(day=1, minutes=210), a_session(day=3)
TABLE = SessionTable([MONDAY, TUESDAY, THURSDAY])


@pytest.mark.parametrize(
    ("date", "session"),
    [
        ("2024-03-04", MONDAY),
        ("2024-03-05", TUESDAY),
        ("2024-03-06", None),
        ("2024-03-07", THURSDAY),
        ("2024-03-01", None),
        ("2024-03-08", None),
    ],
)
def test_on(date: str, session: TradingSession | None) -> None:
    assert TABLE.on(date) == session


@pytest.mark.parametrize(
    ("ended_at", "session"),
    [
        pytest.param(MONDAY.opens_at, None, id="a bar that ends at the open lies before it"),
        pytest.param(MONDAY.opens_at + 1, MONDAY, id="just after the open"),
        pytest.param(MONDAY.closes_at, MONDAY, id="the closing bar"),
        pytest.param(MONDAY.closes_at + 1, None, id="just after the close"),
        pytest.param(TUESDAY.closes_at, TUESDAY, id="the closing bar of a half day"),
        pytest.param(TUESDAY.closes_at + HOUR, None, id="the afternoon of a half day"),
        pytest.param(THURSDAY.opens_at - DAY, None, id="a holiday"),
        pytest.param(THURSDAY.closes_at + 1, None, id="after the last session"),
        pytest.param(0, None, id="long before the first session"),
    ],
)
def test_of_bar(ended_at: int, session: TradingSession | None) -> None:
    assert TABLE.of_bar(ended_at) == session


@pytest.mark.parametrize(
    ("start", "end", "sessions"),
    [
        pytest.param(MONDAY.opens_at, THURSDAY.closes_at, (MONDAY, TUESDAY, THURSDAY), id="both edges belong to it"),
        pytest.param(MONDAY.opens_at + 1, THURSDAY.closes_at - 1, (TUESDAY,), id="a session that is cut is left out"),
        pytest.param(MONDAY.closes_at, THURSDAY.opens_at, (TUESDAY,), id="between two sessions"),
        pytest.param(TUESDAY.closes_at, THURSDAY.opens_at, (), id="a holiday"),
        pytest.param(THURSDAY.closes_at, MONDAY.opens_at, (), id="backwards"),
    ],
)
def test_between(start: int, end: int, sessions: tuple[TradingSession, ...]) -> None:
    assert TABLE.between(start, end) == sessions


@pytest.mark.parametrize(
    ("now", "session"),
    [
        pytest.param(MONDAY.closes_at, MONDAY, id="at its close"),
        pytest.param(TUESDAY.closes_at - 1, MONDAY, id="while the next one is open"),
        pytest.param(THURSDAY.opens_at, TUESDAY, id="over a holiday"),
        pytest.param(THURSDAY.closes_at + DAY, THURSDAY, id="after the last"),
    ],
)
def test_last_closed(now: int, session: TradingSession) -> None:
    assert TABLE.last_closed(now) == session


def test_before_the_first_close_there_is_no_last_one() -> None:
    with pytest.raises(AssertionError):
        TABLE.last_closed(MONDAY.closes_at - 1)


def test_sessions_out_of_order_are_a_bug() -> None:
    with pytest.raises(AssertionError, match="in order"):
        SessionTable([TUESDAY, MONDAY])


def test_length() -> None:
    assert (len(TABLE), len(SessionTable([]))) == (3, 0)


def test_an_empty_table_knows_nothing() -> None:
    empty = SessionTable([])
    assert (empty.on("2024-03-04"), empty.of_bar(MONDAY.closes_at), empty.between(0, DAY)) == (None, None, ())


def test_the_last_hour_of_a_regular_day_is_half_an_hour() -> None:
    bars = list(bar_intervals(MONDAY, BarSize.HOUR_1))
    assert [(end - start) // MINUTE for start, end in bars] == [60] * 6 + [30]
    assert (bars[0][0], bars[-1]) == (MONDAY.opens_at, (MONDAY.closes_at - 30 * MINUTE, MONDAY.closes_at))


def test_the_last_hour_of_a_half_day_is_half_an_hour() -> None:
    lengths = [(end - start) // MINUTE for start, end in bar_intervals(TUESDAY, BarSize.HOUR_1)]
    assert lengths == [60, 60, 60, 30]


@pytest.mark.parametrize("session", [MONDAY, TUESDAY])
def test_a_daily_bar_is_its_session(session: TradingSession) -> None:
    assert list(bar_intervals(session, BarSize.DAY_1)) == [(session.opens_at, session.closes_at)]


@given(st.sampled_from(BarSize), st.integers(1, 400))
@settings(deadline=None)
def test_bars_cover_the_session_without_gap_or_overlap(size: BarSize, minutes: int) -> None:
    session = a_session(minutes=minutes)
    bars = list(bar_intervals(session, size))
    edges = [session.opens_at, *(end for _, end in bars)]
    assert [start for start, _ in bars] == edges[:-1]
    assert edges[-1] == session.closes_at
    assert all(0 < end - start <= size.nanos for start, end in bars)
    assert all(SessionTable([session]).of_bar(end) == session for _, end in bars)
