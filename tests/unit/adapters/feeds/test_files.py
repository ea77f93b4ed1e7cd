"""FilesFeed reads what docs/data.md allows, refuses what it would have to guess, and tells what it left out.

The calendar has two sessions: Wednesday 2012-11-21, 14:30Z to 21:00Z, and the half day Friday 2012-11-23, 14:30Z
to 18:00Z. Thursday is Thanksgiving. 2012-11-21T14:30Z is 1353508200 seconds after 1970.
"""

import math
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pytest

from robo_trader.adapters.feeds.files import FilesFeed, size_folder
from robo_trader.adapters.feeds.notices import FeedNotice, NoticeKind
from robo_trader.core.domain.bars import NANOS_PER_SECOND, Bar
from robo_trader.core.domain.errors import DataError, InvalidConfig
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.market.bar_sizes import BarSize
from robo_trader.core.market.sessions import SessionTable
from robo_trader.core.ports.market_feed import BarRequest

MakeFeed = Callable[..., FilesFeed]

SPY = Symbol("SPY")
OPEN_SECONDS = 1_353_508_200
MINUTE = 60 * NANOS_PER_SECOND
MINUTES = "ts,open,high,low,close,volume\n"
DAYS = "date,open,high,low,close,volume\n"
SOUND = "10,12,9,11,500"


def opens_at(minutes: int = 0) -> int:
    return OPEN_SECONDS * NANOS_PER_SECOND + minutes * MINUTE


async def read(feed: FilesFeed, size: BarSize = BarSize.MINUTE_1) -> Sequence[Bar]:
    return await feed.history(BarRequest(symbol=SPY, bar_size=size, start=0, end=2**62))


def a_notice(kind: NoticeKind, rows: int, first: str, size: BarSize = BarSize.MINUTE_1) -> FeedNotice:
    return FeedNotice(symbol=SPY, bar_size=size, kind=kind, rows=rows, first=first)


async def test_a_minute_ends_a_minute_later(make_feed: MakeFeed) -> None:
    feed = make_feed({"SPY.csv": MINUTES + f"2012-11-21T14:30:00Z,{SOUND}\n"})
    assert await read(feed) == [Bar(SPY, opens_at(), opens_at(1), 10.0, 12.0, 9.0, 11.0, 500.0)]
    assert feed.notices == ()


async def test_a_day_is_its_session(make_feed: MakeFeed) -> None:
    feed = make_feed({"SPY.csv": DAYS + f"2012-11-21,{SOUND}\n"})
    (bar,) = await read(feed, BarSize.DAY_1)
    assert (bar.started_at, bar.ended_at) == (opens_at(), opens_at(390))


async def test_the_last_hour_is_cut_at_the_close(make_feed: MakeFeed) -> None:
    feed = make_feed({"1-hour/SPY.csv": MINUTES + f"2012-11-21T19:30:00Z,{SOUND}\n2012-11-21T20:30:00Z,{SOUND}\n"})
    whole, half = await read(feed, BarSize.HOUR_1)
    assert (whole.ended_at - whole.started_at, half.ended_at - half.started_at) == (60 * MINUTE, 30 * MINUTE)


@pytest.mark.parametrize(
    "written",
    [
        pytest.param("2012-11-21T14:30:00Z", id="UTC"),
        pytest.param("2012-11-21 14:30:00.000+00:00", id="UTC by offset, with a fraction"),
        pytest.param("2012-11-21T09:30-05:00", id="New York by offset, without seconds"),
        pytest.param("2012-11-21T20:00:00+0530", id="India, without a colon"),
        pytest.param(" 2012-11-21T14:30:00Z ", id="with blanks around"),
        pytest.param(f"{OPEN_SECONDS}", id="seconds"),
        pytest.param(f"{OPEN_SECONDS}000", id="milliseconds"),
        pytest.param(f"{OPEN_SECONDS}000000", id="microseconds"),
        pytest.param(f"{OPEN_SECONDS}000000000", id="nanoseconds"),
    ],
)
async def test_ways_to_write_a_time(make_feed: MakeFeed, written: str) -> None:
    (bar,) = await read(make_feed({"SPY.csv": MINUTES + f"{written},{SOUND}\n"}))
    assert bar.started_at == opens_at()


async def test_local_times_need_their_zone(make_feed: MakeFeed) -> None:
    feed = make_feed({"SPY.csv": MINUTES + f"2012-11-21 09:30:00,{SOUND}\n"}, naive_zone="America/New_York")
    (bar,) = await read(feed)
    assert bar.started_at == opens_at()


@pytest.mark.parametrize(
    "written",
    [
        pytest.param("2012-11-04 01:30:00", id="happens twice"),
        pytest.param("2012-03-11 02:30:00", id="does not happen"),
    ],
)
async def test_local_times_at_a_change_of_clocks_are_refused(make_feed: MakeFeed, written: str) -> None:
    feed = make_feed({"SPY.csv": MINUTES + f"{written},{SOUND}\n"}, naive_zone="America/New_York")
    with pytest.raises(DataError, match=r"line 2, column ts: .* does not exist in America/New_York, or twice"):
        await read(feed)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param("", "the file is empty", id="nothing at all"),
        pytest.param(MINUTES, "holds no bars", id="a header only"),
        pytest.param(MINUTES + "\n\n", "holds no bars", id="blank lines only"),
        pytest.param("price\n1\n", "neither a column ts nor a column date", id="no time"),
        pytest.param(f"ts,open,high,low,close\n{OPEN_SECONDS},1,1,1,1\n", "lacks the column volume", id="no volume"),
        pytest.param(f"ts,Close,close\n{OPEN_SECONDS},1,1\n", "two columns are named close", id="close twice"),
        pytest.param(f"ts,close,close\n{OPEN_SECONDS},1,1\n", "two columns are named close", id="really twice"),
        pytest.param(MINUTES.replace(",", ";"), "line 1: the columns are separated by semicolons", id="semicolons"),
        pytest.param(MINUTES.replace(",", "\t"), "line 1: the columns are separated by tabs", id="tabs"),
        pytest.param(
            MINUTES + f"{OPEN_SECONDS},{SOUND}\n{OPEN_SECONDS},1,2,1,2,1,000\n",
            "line 3: the line has more fields than the header",
            id="thousands separators",
        ),
        pytest.param(
            MINUTES + f'{OPEN_SECONDS},"10,5",12,9,11,500\n',
            "line 2, column open: '10,5' is not a plain number",
            id="a decimal comma",
        ),
        pytest.param(
            MINUTES + f"{OPEN_SECONDS},10,12,9,$11,500\n",
            r"line 2, column close: '\$11' is not a plain number",
            id="a currency",
        ),
        pytest.param(
            MINUTES + f"2012-11-21T14:30:00,{SOUND}\n",
            "line 2, column ts: '2012-11-21T14:30:00' has no zone",
            id="a time without a zone",
        ),
        pytest.param(
            MINUTES + f"2012-11-21T14:30:00Z,{SOUND}\nTotal,{SOUND}\n",
            "line 3, column ts: 'Total' is no time",
            id="words",
        ),
        pytest.param(
            MINUTES + f"2012-02-30T14:30:00Z,{SOUND}\n", "'2012-02-30T14:30:00Z' is no time", id="February 30"
        ),
        pytest.param(MINUTES + f"20121121143000,{SOUND}\n", "'20121121143000' is no time", id="digits in a row"),
        pytest.param(MINUTES + f"{'9' * 30},{SOUND}\n", "is no time since 1970", id="a huge number"),
        pytest.param(
            MINUTES + f"{OPEN_SECONDS},{SOUND}\n{OPEN_SECONDS}000,{SOUND}\n",
            "line 3, column ts: '1353508200000' is not in seconds since 1970",
            id="seconds and milliseconds",
        ),
        pytest.param(
            f"ts,symbol,open,high,low,close,volume\n{OPEN_SECONDS},QQQ,{SOUND}\n",
            "line 2, column symbol: 'QQQ' is not SPY",
            id="somebody else's bars",
        ),
        pytest.param(MINUTES + f"2012-11-22T15:00:00Z,{SOUND}\n", "none of its bars lies", id="a holiday only"),
        pytest.param(
            MINUTES + "".join(f"2012-11-21T{hour}:30:00Z,{SOUND}\n" for hour in (14, 15, 16)),
            'start 3600 seconds apart, so they are no bars of "1 min"',
            id="hours among the minutes",
        ),
    ],
)
async def test_what_would_have_to_be_guessed_is_refused(make_feed: MakeFeed, content: str, message: str) -> None:
    feed = make_feed({"SPY.csv": content})
    with pytest.raises(DataError, match=message) as refused:
        await read(feed)
    assert "SPY.csv" in str(refused.value)
    assert refused.value.next_step


async def test_dates_in_another_order_are_refused(make_feed: MakeFeed) -> None:
    feed = make_feed({"SPY.csv": DAYS + f"21/11/2012,{SOUND}\n"})
    with pytest.raises(DataError, match="line 2, column date: '21/11/2012' is no date"):
        await read(feed, BarSize.DAY_1)


async def test_minutes_among_the_hours_are_refused(make_feed: MakeFeed) -> None:
    feed = make_feed({"1-hour/SPY.csv": MINUTES + f"{OPEN_SECONDS},{SOUND}\n{OPEN_SECONDS + 60},{SOUND}\n"})
    with pytest.raises(DataError, match="start 60 seconds apart"):
        await read(feed, BarSize.HOUR_1)


@pytest.mark.parametrize("cell", ["", "-", "N/A", "null", "NaN", " "])
async def test_a_cell_without_a_number_is_left_to_the_core(make_feed: MakeFeed, cell: str) -> None:
    feed = make_feed({"SPY.csv": MINUTES + f"{OPEN_SECONDS},10,12,9,{cell},1.5e3\n"})
    (bar,) = await read(feed)
    assert math.isnan(bar.close)
    assert bar.volume == 1500.0


async def test_rows_out_of_order_are_sorted_and_counted(make_feed: MakeFeed) -> None:
    starts = [0, 2, 1, 3, 0]  # minutes; the third row is late, and so is the second bar of minute 0
    rows = [f"{OPEN_SECONDS + 60 * start},10,12,9,11,{place}\n" for place, start in enumerate(starts)]
    feed = make_feed({"SPY.csv": MINUTES + "".join(rows)})
    assert [(bar.started_at, bar.volume) for bar in await read(feed)] == [
        (opens_at(0), 0.0),
        (opens_at(0), 4.0),
        (opens_at(1), 2.0),
        (opens_at(2), 1.0),
        (opens_at(3), 3.0),
    ]  # fmt: skip - a table
    assert feed.notices == (a_notice(NoticeKind.REORDERED, 2, "line 4"),)


async def test_bars_outside_regular_hours_are_left_out_and_counted(make_feed: MakeFeed) -> None:
    times = ["2012-11-21T14:29", "2012-11-21T14:30", "2012-11-21T20:59", "2012-11-21T21:00", "2012-11-22T15:00"]
    feed = make_feed({"SPY.csv": MINUTES + "".join(f"{time}Z,{SOUND}\n" for time in times)})
    assert [bar.started_at for bar in await read(feed)] == [opens_at(), opens_at(389)]
    assert feed.notices == (a_notice(NoticeKind.OUTSIDE_HOURS, 3, "line 2"),)


async def test_days_without_a_session_are_left_out_and_counted(make_feed: MakeFeed) -> None:
    days = ["2012-11-21", "2012-11-22", "2012-11-23", "2012-11-24"]
    feed = make_feed({"SPY.csv": DAYS + "".join(f"{day},{SOUND}\n" for day in days)})
    assert len(await read(feed, BarSize.DAY_1)) == 2
    assert feed.notices == (a_notice(NoticeKind.NO_SESSION, 2, "line 3", BarSize.DAY_1),)
    assert str(feed.notices[0]) == ("SPY, 1 day: 2 bars on days without a session were left out, the first at line 3")


async def test_rows_without_a_time_are_left_out_and_counted(make_feed: MakeFeed) -> None:
    feed = make_feed({"SPY.csv": MINUTES + f"{OPEN_SECONDS},{SOUND}\n\n,{SOUND}\n"})
    assert len(await read(feed)) == 1
    assert feed.notices == (a_notice(NoticeKind.NO_TIME, 1, "line 4"),)


async def test_reading_again_does_not_pile_up_notices(make_feed: MakeFeed) -> None:
    feed = make_feed({"SPY.csv": MINUTES + f"{OPEN_SECONDS},{SOUND}\n,{SOUND}\n"})
    await read(feed)
    await read(feed)
    assert len(feed.notices) == 1


async def test_names_are_read_in_any_case_and_order(make_feed: MakeFeed) -> None:
    content = f"\ufeffVolume,HIGH, Low ,Open,Close,Split,Symbol,TS\r\n500,12,9,10,11,1.0,spy ,{OPEN_SECONDS}\r\n"
    assert await read(make_feed({"SPY.csv": content})) == [
        Bar(SPY, opens_at(), opens_at(1), 10.0, 12.0, 9.0, 11.0, 500.0)
    ]


async def test_the_folder_of_the_size_goes_before_flat_files(make_feed: MakeFeed) -> None:
    feed = make_feed(
        {
            "1-min/SPY.csv": MINUTES + f"{OPEN_SECONDS},10,12,9,11,1\n",
            "SPY.csv": MINUTES + f"{OPEN_SECONDS},10,12,9,11,2\n",
        }
    )
    (bar,) = await read(feed)
    assert bar.volume == 1.0


@pytest.mark.parametrize(
    ("header", "served"),
    [
        pytest.param(MINUTES, BarSize.MINUTE_1, id="ts means minutes"),
        pytest.param(DAYS, BarSize.DAY_1, id="date means days"),
    ],
)
def test_the_header_of_a_flat_file_tells_its_size(make_feed: MakeFeed, header: str, served: BarSize) -> None:
    feed = make_feed({"SPY.csv": header})
    assert [size for size in BarSize if feed.serves(SPY, size)] == [served]


def test_folders_are_named_after_bar_sizes() -> None:
    assert [size_folder(size) for size in BarSize] == [
        "1-min",
        "5-mins",
        "15-mins",
        "30-mins",
        "1-hour",
        "1-day",
    ]  # fmt: skip - a list to compare with docs/data.md


def test_no_symbol_leads_out_of_the_directory(make_feed: MakeFeed) -> None:
    feed = make_feed({"SPY.csv": DAYS})
    with pytest.raises(InvalidConfig, match=r"\.\./SPY"):
        feed.serves(Symbol("../SPY"), BarSize.DAY_1)


@pytest.mark.parametrize(
    ("directory", "zone", "message"),
    [
        pytest.param("nowhere", None, "is not a directory", id="no directory"),
        pytest.param(".", "Mars/Olympus", "is not a time zone", id="no zone"),
    ],
)
def test_settings_that_cannot_be_meant(
    tmp_path: Path, thanksgiving: SessionTable, directory: str, zone: str | None, message: str
) -> None:
    with pytest.raises(InvalidConfig, match=message):
        FilesFeed(tmp_path / directory, thanksgiving, naive_zone=zone)


async def test_a_file_that_went_away_is_an_error(make_feed: MakeFeed) -> None:
    with pytest.raises(DataError, match="holds no file of SPY") as refused:
        await read(make_feed({}))
    assert "1-min/SPY.parquet" in refused.value.next_step


class TestParquet:
    """The same rules, with types instead of text."""

    async def read_column(self, make_feed: MakeFeed, tmp_path: Path, name: str, cell: object) -> Bar:
        numbers = {"open": [10], "high": [12.0], "low": ["9"], "close": [11], "volume": [None]}
        pl.DataFrame({name: [cell], **numbers}).write_parquet(tmp_path / "SPY.parquet")
        size = BarSize.DAY_1 if name == "date" else BarSize.MINUTE_1
        (bar,) = await read(make_feed({}), size)
        return bar

    @pytest.mark.parametrize(
        ("name", "cell"),
        [
            pytest.param("ts", datetime(2012, 11, 21, 14, 30, tzinfo=UTC), id="a moment"),
            pytest.param("ts", OPEN_SECONDS * 1000, id="milliseconds"),
            pytest.param("ts", "2012-11-21T14:30:00Z", id="text"),
            pytest.param("date", date(2012, 11, 21), id="a date"),
            pytest.param("date", datetime(2012, 11, 21), id="a midnight"),  # noqa: DTZ001 - that is the case
        ],
    )
    async def test_types_of_times(self, make_feed: MakeFeed, tmp_path: Path, name: str, cell: object) -> None:
        bar = await self.read_column(make_feed, tmp_path, name, cell)
        assert (bar.started_at, bar.open, bar.low) == (opens_at(), 10.0, 9.0)
        assert math.isnan(bar.volume)

    @pytest.mark.parametrize(
        ("name", "cell", "message"),
        [
            pytest.param("ts", datetime(2012, 11, 21, 14, 30), "row 1, column ts: .* has no zone", id="a local time"),  # noqa: DTZ001 - that is the case
            pytest.param("ts", 1.5e9, "column ts: holds Float64, not times", id="a fraction"),
            pytest.param("date", 20121121, "column date: holds Int64, not dates", id="digits in a row"),
            pytest.param("date", datetime(2012, 11, 21, 9, 30), "row 1, .* is no date", id="not midnight"),  # noqa: DTZ001 - as above
        ],
    )
    async def test_types_that_say_too_little(
        self, make_feed: MakeFeed, tmp_path: Path, name: str, cell: object, message: str
    ) -> None:
        with pytest.raises(DataError, match=message):
            await self.read_column(make_feed, tmp_path, name, cell)

    async def test_types_that_are_no_numbers(self, make_feed: MakeFeed, tmp_path: Path) -> None:
        columns = {"ts": [OPEN_SECONDS], "open": [True], "high": [1], "low": [1], "close": [1], "volume": [1]}
        pl.DataFrame(columns).write_parquet(tmp_path / "SPY.parquet")
        with pytest.raises(DataError, match="column open: holds Boolean, not numbers"):
            await read(make_feed({}))

    @pytest.mark.parametrize("blank", [pl.Null, pl.Int64, pl.String], ids=str)
    async def test_a_column_without_any_time_places_no_bar(
        self, make_feed: MakeFeed, tmp_path: Path, blank: type[pl.DataType]
    ) -> None:
        numbers = {name: [1.0] for name in ("open", "high", "low", "close", "volume")}
        table = pl.DataFrame(numbers).with_columns(pl.lit(None, dtype=blank).alias("ts"))
        table.write_parquet(tmp_path / "SPY.parquet")
        with pytest.raises(DataError, match="none of its bars lies in a regular session"):
            await read(make_feed({}))

    async def test_what_is_no_parquet_is_refused(self, make_feed: MakeFeed) -> None:
        with pytest.raises(DataError, match=r"SPY\.parquet: cannot be read"):
            await read(make_feed({"1-min/SPY.parquet": "junk"}))
