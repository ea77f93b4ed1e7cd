"""Every damaged file of the data kit is either refused by name or loses exactly the bars its manifest lists.

Some faults cannot be seen bar by bar; those files pass whole, and the tests say so, so that nobody believes more:
a spike, a price in cents or ten times too high, an absurd volume, a frozen feed, a gap, a split without a record.
"""

import json
import shutil
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from robo_trader.adapters.calendars.exchange import load_sessions
from robo_trader.adapters.feeds.files import FilesFeed
from robo_trader.adapters.feeds.notices import NoticeKind
from robo_trader.core.domain.bars import Bar, BarFault
from robo_trader.core.domain.errors import DataError
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.market.bar_sizes import BarSize
from robo_trader.core.market.checks import find_fault
from robo_trader.core.market.sessions import SessionTable
from robo_trader.core.ports.market_feed import BarRequest

_DIRTY = Path(__file__).resolve().parents[5] / "shared/data/dirty"

pytestmark = pytest.mark.skipif(not _DIRTY.exists(), reason="the data kit is not beside the repository")


@pytest.fixture(scope="module")
def sessions() -> SessionTable:
    return load_sessions("2008-01-02", "2019-12-31")


@pytest.fixture(scope="module")
def manifest() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((_DIRTY / "manifest.json").read_text(encoding="utf-8"))
    return loaded


class Reading:
    """What became of one damaged file."""

    def __init__(self, bars: Sequence[Bar], notices: dict[NoticeKind, int]) -> None:
        self.notices = notices
        self.sound: list[Bar] = []
        self.faults: list[tuple[int, BarFault]] = []  # place in the feed's order, from 0
        last_ended_at: int | None = None
        for place, bar in enumerate(bars):
            fault = find_fault(bar, last_ended_at)
            if fault is None:
                self.sound.append(bar)
                last_ended_at = bar.ended_at
            else:
                self.faults.append((place, fault))

    @property
    def counts(self) -> dict[BarFault, int]:
        return dict(Counter(fault for _, fault in self.faults))


class Reader:
    """Copies a file of the kit to a directory of its own and reads it back through the feed."""

    def __init__(self, directory: Path, sessions: SessionTable) -> None:
        self._directory = directory
        self._sessions = sessions

    async def read(self, name: str, symbol: str = "SPY", naive_zone: str | None = None) -> Reading:
        size = BarSize.DAY_1 if name.startswith("daily") else BarSize.MINUTE_1
        shutil.copy(_DIRTY / f"{name}.csv", self._directory / f"{symbol}.csv")
        feed = FilesFeed(self._directory, self._sessions, naive_zone=naive_zone)
        request = BarRequest(symbol=Symbol(symbol), bar_size=size, start=0, end=2**62)
        bars = await feed.history(request)
        return Reading(bars, {notice.kind: notice.rows for notice in feed.notices})


@pytest.fixture
def reader(tmp_path: Path, sessions: SessionTable) -> Reader:
    return Reader(tmp_path, sessions)


async def test_the_clean_file_passes_whole(reader: Reader) -> None:
    reading = await reader.read("clean_reference_minute")
    assert (len(reading.sound), reading.faults, reading.notices) == (390, [], {})


async def test_duplicates_are_refused_and_the_first_one_stays(reader: Reader, manifest: dict[str, Any]) -> None:
    defects = manifest["minute_duplicates.csv"]["defects"]
    truth = await reader.read("clean_reference_minute")
    reading = await reader.read("minute_duplicates")
    doubled = len(defects["exact_duplicate_ts"]) + len(defects["conflicting_ts"])
    assert reading.counts == {BarFault.DUPLICATE: doubled} == {BarFault.DUPLICATE: 17}
    assert reading.sound == truth.sound


async def test_rows_out_of_order_are_put_in_order(reader: Reader) -> None:
    truth = await reader.read("clean_reference_minute")
    reading = await reader.read("minute_out_of_order")
    assert reading.sound == truth.sound
    assert reading.notices == {NoticeKind.REORDERED: 1 + 29 + 1}  # swapped, reversed block of 30, one late


async def test_missing_numbers_are_refused_one_by_one(reader: Reader, manifest: dict[str, Any]) -> None:
    defects = manifest["minute_nan.csv"]["defects"]
    broken = sorted(int(row) for row, (_, cell) in defects.items() if cell != "1.5e3")  # a legitimate volume
    reading = await reader.read("minute_nan")
    assert reading.faults == [(row, BarFault.NOT_FINITE) for row in broken]
    assert any(bar.volume == 1500.0 for bar in reading.sound)


async def test_bad_prices_are_refused_where_a_bar_alone_shows_them(reader: Reader, manifest: dict[str, Any]) -> None:
    reading = await reader.read("minute_bad_prices")
    assert reading.faults == [
        (20, BarFault.NOT_POSITIVE),
        (80, BarFault.NOT_POSITIVE),
        (130, BarFault.OUTSIDE_RANGE),  # high and low were equal, so that swapping them left the close outside
        (131, BarFault.HIGH_BELOW_LOW),
        (180, BarFault.OUTSIDE_RANGE),
        (340, BarFault.NEGATIVE_VOLUME),
    ]
    refused = {row for row, _ in reading.faults}
    unseen = set(manifest["minute_bad_prices.csv"]["defects"]["rows"]) - refused
    assert unseen == {100, 220, 320, 341}  # high x10, prices x100, a 6 % spike, an absurd volume


@pytest.mark.parametrize(
    ("name", "symbol", "rows"),
    [
        pytest.param("minute_zero_volume", "SPY", 390, id="bars without volume"),
        pytest.param("minute_gaps", "SPY", 356, id="34 minutes missing"),
        pytest.param("minute_stale_feed", "SPY", 390, id="a frozen feed"),
        pytest.param("daily_split_missing_action", "AAPL", 64, id="a split without a record"),
        pytest.param("daily_split_double_adjusted", "AAPL", 64, id="adjusted twice"),
        pytest.param("daily_delisted", "WAMU", 83, id="a stock to its last day"),
        pytest.param("minute_dst_utc", "SPY", 780, id="UTC across a change of clocks"),
    ],
)
async def test_faults_no_bar_shows_alone_pass(reader: Reader, name: str, symbol: str, rows: int) -> None:
    reading = await reader.read(name, symbol)
    assert (len(reading.sound), reading.faults) == (rows, [])


async def test_a_time_ahead_of_its_neighbors_is_noticed(reader: Reader) -> None:
    reading = await reader.read("minute_stale_feed")
    assert reading.notices == {NoticeKind.REORDERED: 4}  # row 385 is a day ahead, 386 to 389 come after it


async def test_days_without_a_session_are_left_out(reader: Reader, manifest: dict[str, Any]) -> None:
    extra = manifest["daily_calendar_errors.csv"]["defects"]["extra"]
    reading = await reader.read("daily_calendar_errors")
    assert reading.notices == {NoticeKind.NO_SESSION: len(extra)} == {NoticeKind.NO_SESSION: 2}
    assert len(reading.sound) == 18


async def test_a_half_day_ends_at_one(reader: Reader, manifest: dict[str, Any]) -> None:
    late = manifest["minute_half_day.csv"]["defects"]["bars_after_close"]
    reading = await reader.read("minute_half_day", "GOOG")
    assert reading.notices == {NoticeKind.OUTSIDE_HOURS: 2 + late}  # two come before the open
    assert len(reading.sound) == 210


async def test_local_times_agree_with_utc_once_the_zone_is_told(reader: Reader) -> None:
    truth = await reader.read("minute_dst_utc")
    reading = await reader.read("minute_dst_naive_local", naive_zone="America/New_York")
    assert reading.sound == truth.sound


async def test_a_fixed_offset_loses_the_first_hour_of_monday_and_says_so(reader: Reader) -> None:
    reading = await reader.read("minute_dst_fixed_offset", naive_zone="America/New_York")
    assert reading.notices == {NoticeKind.OUTSIDE_HOURS: 60}


@pytest.mark.parametrize(
    ("name", "symbol", "naive_zone", "message"),
    [
        pytest.param("minute_dst_naive_local", "SPY", None, "line 2, column ts: .* has no zone", id="local"),
        pytest.param("minute_dst_fixed_offset", "SPY", None, "line 2, column ts: .* has no zone", id="offset"),
        pytest.param(
            "minute_dst_fallback_ambiguous",
            "FAKE",
            "America/New_York",
            "line 62, column ts: '2010-11-07 01:00:00' does not exist in .*, or twice",
            id="an hour that happens twice",
        ),
        pytest.param(
            "minute_mixed_epoch",
            "SPY",
            None,
            "line 3, column ts: '1294669860000' is not in seconds",
            id="seconds and milliseconds",
        ),
        pytest.param("daily_mixed_format", "SPY", None, "line 1: .* separated by semicolons", id="formats"),
        pytest.param("quotes_dirty", "IBM", None, "lacks the column open", id="quotes are no bars"),
    ],
)
async def test_files_that_need_guessing_are_refused(
    reader: Reader, name: str, symbol: str, naive_zone: str | None, message: str
) -> None:
    with pytest.raises(DataError, match=message) as refused:
        await reader.read(name, symbol, naive_zone)
    assert refused.value.next_step
