"""Frames of bars are read by the rules of files; what would be a guess is refused with symbol, row and column.

The calendar: Wednesday 2012-11-21, 14:30 to 21:00 UTC, and the half Friday 2012-11-23, 14:30 to 18:00.
"""

from datetime import UTC, date, datetime, timedelta, timezone

import polars as pl
import pytest

from robo_trader.adapters.feeds.bar_frames import FrameBars, Frames, read_frames
from robo_trader.core.domain.errors import DataError, InvalidConfig, RoboTraderError
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.market.bar_sizes import BarSize
from robo_trader.core.market.sessions import SessionTable

OPEN = datetime(2012, 11, 21, 14, 30, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def minutes(count: int = 3, begin: datetime = OPEN, step: timedelta = MINUTE) -> pl.DataFrame:
    starts = [begin + number * step for number in range(count)]
    return pl.DataFrame({"ts": starts}).with_columns(*prices(count))


def days(*dates: date) -> pl.DataFrame:
    return pl.DataFrame({"date": list(dates)}).with_columns(*prices(len(dates)))


def prices(count: int) -> list[pl.Series]:
    columns = {"open": 10.0, "high": 11.0, "low": 9.0, "close": 10.5, "volume": 1000.0}
    return [pl.Series(name, [value] * count) for name, value in columns.items()]


def read(frames: Frames, sessions: SessionTable, size: BarSize | None = None) -> FrameBars:
    return read_frames(frames, sessions, symbol=Symbol("STOCK"), size=size)


def starts_of(bars: FrameBars, symbol: str = "STOCK") -> list[datetime]:
    nanos = bars.fitted[Symbol(symbol)].table["started_at"]
    return [datetime.fromtimestamp(start / 1e9, UTC) for start in nanos]


def refused(frames: Frames, sessions: SessionTable, size: BarSize | None = None) -> str:
    with pytest.raises(RoboTraderError) as error:
        read(frames, sessions, size)
    assert error.value.next_step
    return f"{error.value}. {error.value.next_step}"


def test_the_distance_of_starts_tells_the_size(thanksgiving: SessionTable) -> None:
    bars = read(minutes(), thanksgiving)
    assert bars.size is BarSize.MINUTE_1 and bars.notices == ()
    assert starts_of(bars) == [OPEN, OPEN + MINUTE, OPEN + 2 * MINUTE]
    assert read(minutes(step=timedelta(hours=1)), thanksgiving).size is BarSize.HOUR_1


def test_a_date_is_a_day(thanksgiving: SessionTable) -> None:
    bars = read(days(date(2012, 11, 21), date(2012, 11, 23)), thanksgiving)
    assert bars.size is BarSize.DAY_1
    assert starts_of(bars) == [OPEN, OPEN + timedelta(days=2)]


@pytest.mark.parametrize(
    "times",
    [
        pytest.param(pl.Series([OPEN.replace(tzinfo=None)]), id="no zone is UTC"),
        pytest.param(pl.Series([OPEN.astimezone(timezone(timedelta(hours=-5)))]), id="another zone"),
        pytest.param(pl.Series([int(OPEN.timestamp()) * 10**9]), id="nanoseconds"),
        pytest.param(pl.Series([int(OPEN.timestamp())]), id="seconds"),
        pytest.param(pl.Series(["2012-11-21 14:30"]), id="text"),
        pytest.param(pl.Series([OPEN]).dt.cast_time_unit("ms"), id="milliseconds"),
    ],
)
def test_a_time_may_be_written_in_many_ways(thanksgiving: SessionTable, times: pl.Series) -> None:
    frame = minutes(1).with_columns(times.alias("ts"))
    assert starts_of(read(frame, thanksgiving, BarSize.MINUTE_1)) == [OPEN]


def test_one_frame_may_hold_many_symbols(thanksgiving: SessionTable) -> None:
    frame = pl.concat([
        minutes(3).with_columns(symbol=pl.lit("ibm")), minutes(2).with_columns(symbol=pl.lit(" AAPL ")),
    ])  # fmt: skip
    bars = read(frame, thanksgiving)
    assert {symbol: fitted.table.height for symbol, fitted in bars.fitted.items()} == {"IBM": 3, "AAPL": 2}
    parts = {"IBM": minutes(3), "aapl": minutes(2).with_columns(symbol=pl.lit("AAPL"))}
    apart = read(parts, thanksgiving)
    for symbol, fitted in bars.fitted.items():
        assert fitted.table.drop("row_index").equals(apart.fitted[symbol].table.drop("row_index"))


def test_rows_outside_sessions_and_out_of_order_are_reported_with_the_row(thanksgiving: SessionTable) -> None:
    before = minutes(2, OPEN - 2 * MINUTE)
    frame = pl.concat([minutes(3), before])
    bars = read(frame, thanksgiving)
    assert starts_of(bars) == [OPEN, OPEN + MINUTE, OPEN + 2 * MINUTE]
    assert [str(notice) for notice in bars.notices] == [
        "STOCK, 1 min: 2 rows that stood later than their time were put in order, the first at row 4",
        "STOCK, 1 min: 2 bars that start outside regular hours were left out, the first at row 4",
    ]


def test_names_are_read_in_any_case_and_text_as_in_files(thanksgiving: SessionTable) -> None:
    frame = minutes().rename({"close": " Close", "ts": "TS"}).with_columns(pl.col("open").cast(pl.String))
    assert read(frame, thanksgiving).fitted[Symbol("STOCK")].table["open"].to_list() == [10.0] * 3


def _of(symbol: object) -> pl.DataFrame:
    return minutes().with_columns(symbol=pl.Series([symbol] * 3))


@pytest.mark.parametrize(
    ("frame", "told"),
    [
        (minutes().drop("volume"), "bars: lacks the column volume"),
        (minutes().rename({"close": "closing"}), "Rename the column 'closing' to 'close'."),
        (minutes().rename({"ts": "timestamp"}), "bars: has neither a column ts nor a column date"),
        (minutes(0), "bars: there are no rows"),
        ({}, "the mapping is empty"),
        ({"AAPL": minutes(0)}, "bars of AAPL: there are no rows"),
        ({"AAPL": minutes(), "aapl": minutes()}, "AAPL stands there more than once"),
        ({"a/b": minutes()}, "'a/b' is not a symbol"),
        ({"AAPL": _of("MSFT")}, "bars of AAPL, row 1, column symbol: 'MSFT' is not AAPL"),
        (_of("a b"), "bars, row 1, column symbol: 'a b' is no symbol"),
        (_of(None).with_columns(symbol=pl.lit(None, pl.String)), "row 1, column symbol: 'None' is no symbol"),
        (_of(7), "bars, column symbol: holds Int64, not symbols"),
        (minutes().with_columns(close=pl.lit("1,5")), "STOCK, row 1, column close: '1,5' is not a plain number"),
        (minutes().with_columns(close=pl.lit(True)), "bars of STOCK, column close: holds Boolean, not numbers"),
        (minutes().with_columns(ts=pl.lit(1.5)), "bars of STOCK, column ts: holds Float64, not times"),
        (minutes(begin=OPEN - timedelta(days=30)), "bars of STOCK: none of its bars lies in a regular session"),
        (minutes(1), "bars of STOCK: the bar size cannot be told from so few bars"),
        (minutes(step=timedelta(minutes=7)), "most start 420 seconds apart, which is no bar size"),
        (days(date(2012, 11, 22)), "none of its bars lies in a regular session"),
    ],
)  # fmt: skip
def test_what_would_be_a_guess_is_refused(thanksgiving: SessionTable, frame: Frames, told: str) -> None:
    assert told in refused(frame, thanksgiving)


def test_a_given_size_must_be_that_of_the_bars(thanksgiving: SessionTable) -> None:
    assert "mostly start 60 seconds apart" in refused(minutes(30), thanksgiving, BarSize.HOUR_1)
    assert "lacks the column date" in refused(minutes(), thanksgiving, BarSize.DAY_1)
    assert "lacks the column ts" in refused(days(date(2012, 11, 21)), thanksgiving, BarSize.MINUTE_1)


def test_only_polars_frames_are_read(thanksgiving: SessionTable) -> None:
    import pandas as pd

    with pytest.raises(DataError, match=r"was pandas\.DataFrame") as error:
        read(pd.DataFrame({"a": [1]}), thanksgiving)
    assert "from_pandas" in error.value.next_step
    with pytest.raises(DataError, match="LazyFrame") as error:
        read(minutes().lazy(), thanksgiving)  # type: ignore[arg-type]
    assert "collect()" in error.value.next_step
    with pytest.raises(InvalidConfig):
        read({"": minutes()}, thanksgiving)
