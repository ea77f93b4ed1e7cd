"""load_sessions knows half days and daylight saving.

Known by heart: New York is UTC-5 in winter and UTC-4 in summer, so a regular day is 14:30Z to 21:00Z or 13:30Z to
20:00Z; half days close at 13:00 local. The day after Thanksgiving and, mostly, Christmas Eve are half days.
"""

import csv
from datetime import UTC, datetime
from pathlib import Path

import pytest

from robo_trader.adapters.calendars.exchange import load_sessions
from robo_trader.core.domain.bars import NANOS_PER_SECOND
from robo_trader.core.domain.errors import DataError
from robo_trader.core.market.sessions import SessionTable

_KIT_SESSIONS = Path(__file__).resolve().parents[5] / "shared/data/reference/us_equity_sessions.csv"


@pytest.fixture(scope="module")
def sessions() -> SessionTable:
    return load_sessions("2000-01-03", "2026-12-31")


def utc(nanos: int) -> str:
    return datetime.fromtimestamp(nanos // NANOS_PER_SECOND, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@pytest.mark.parametrize(
    ("date", "opens", "closes"),
    [
        pytest.param("2012-11-21", "14:30", "21:00", id="a whole winter day"),
        pytest.param("2012-11-23", "14:30", "18:00", id="the day after Thanksgiving is half"),
        pytest.param("2015-12-24", "14:30", "18:00", id="Christmas Eve is half"),
        pytest.param("2019-07-03", "13:30", "17:00", id="a half day in summer"),
        pytest.param("2011-03-11", "14:30", "21:00", id="the Friday before the clocks go forward"),
        pytest.param("2011-03-14", "13:30", "20:00", id="the Monday after"),
        pytest.param("2010-11-05", "13:30", "20:00", id="the Friday before the clocks go back"),
        pytest.param("2010-11-08", "14:30", "21:00", id="the Monday after that"),
    ],
)
def test_hours_of_a_session(sessions: SessionTable, date: str, opens: str, closes: str) -> None:
    session = sessions.on(date)
    assert session is not None
    assert (utc(session.opens_at), utc(session.closes_at)) == (f"{date}T{opens}:00Z", f"{date}T{closes}:00Z")


@pytest.mark.parametrize(
    "date",
    [
        pytest.param("2019-07-04", id="Independence Day"),
        pytest.param("2019-07-06", id="a Saturday"),
        pytest.param("2001-09-11", id="the exchange stayed closed"),
        pytest.param("2012-10-29", id="hurricane Sandy"),
        pytest.param("2018-12-05", id="a day of mourning"),
    ],
)
def test_days_without_a_session(sessions: SessionTable, date: str) -> None:
    assert sessions.on(date) is None


@pytest.mark.parametrize(
    ("first", "last"),
    [
        pytest.param("2024-01-06", "2024-01-07", id="a weekend"),
        pytest.param("2024-01-08", "2024-01-05", id="the wrong way round"),
        pytest.param("soon", "2024-01-05", id="not a date"),
    ],
)
def test_an_empty_or_unreadable_span_is_refused(first: str, last: str) -> None:
    with pytest.raises(DataError, match="no sessions of XNYS") as refused:
        load_sessions(first, last)
    assert refused.value.next_step


@pytest.mark.skipif(not _KIT_SESSIONS.exists(), reason="the data kit is not beside the repository")
def test_agrees_with_the_reference_table(sessions: SessionTable) -> None:
    with _KIT_SESSIONS.open(encoding="utf-8") as file:
        wanted = [row for row in csv.DictReader(file) if "2000-01-03" <= row["session"] <= "2026-12-31"]
    assert len(wanted) == len(sessions)
    for row in wanted:
        session = sessions.on(row["session"])
        assert session is not None, row
        assert (utc(session.opens_at), utc(session.closes_at)) == (row["open_utc"], row["close_utc"])
