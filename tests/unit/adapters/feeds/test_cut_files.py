"""A cut file holds what was known at the end of its last bar, in the form of the whole one.

The calendar: Wednesday 2012-11-21, 14:30 to 21:00 UTC, and the half Friday 2012-11-23, 14:30 to 18:00.
"""

from datetime import UTC, datetime
from pathlib import Path

import polars as pl

from robo_trader.adapters.feeds.cut_files import write_cut
from robo_trader.core.market.sessions import SessionTable

MINUTE = 60_000_000_000


def test_days_end_with_the_session(tmp_path: Path, thanksgiving: SessionTable) -> None:
    whole, cut = tmp_path / "whole.csv", tmp_path / "cut.csv"
    whole.write_text("Date,close,note\n2012-11-20,1.50,a\n2012-11-23,3.0,c\n,4,d\n2012-11-21,2.00,b\n")
    first = thanksgiving.sessions[0]
    write_cut(whole, cut, first, first.closes_at, None)
    assert cut.read_text() == "Date,close,note\n2012-11-20,1.50,a\n,4,d\n2012-11-21,2.00,b\n"


def test_smaller_bars_end_where_the_last_one_began_before(tmp_path: Path, thanksgiving: SessionTable) -> None:
    whole, cut = tmp_path / "whole.parquet", tmp_path / "cut.parquet"
    starts = [datetime(2012, 11, 21, 14, minute, tzinfo=UTC) for minute in (30, 31, 32)]
    frame = pl.DataFrame({"ts": starts, "close": [1.0, 2.0, 3.0]})
    frame.write_parquet(whole)
    write_cut(whole, cut, thanksgiving.sessions[0], thanksgiving.sessions[0].opens_at + 2 * MINUTE, None)
    assert pl.read_parquet(cut).equals(frame[:2])


def test_local_times_are_read_in_their_zone(tmp_path: Path, thanksgiving: SessionTable) -> None:
    whole, cut = tmp_path / "whole.csv", tmp_path / "cut.csv"
    whole.write_text("ts,close\n2012-11-21 09:30,1\n2012-11-21 09:31,2\n")
    write_cut(whole, cut, thanksgiving.sessions[0], thanksgiving.sessions[0].opens_at + MINUTE, "America/New_York")
    assert cut.read_text() == "ts,close\n2012-11-21 09:30,1\n"
