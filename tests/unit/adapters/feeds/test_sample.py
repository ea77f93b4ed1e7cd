"""SampleFeed serves what SAMPLE_BARS.md promises.

From the source's table: AAPL closed at 88.99 USD on 2005-02-25, its factor then being 0.064257, and at 44.86 on
2005-02-28, the day of its 2:1 split, the factor 0.128514. So the adjusted closes are 5.7182 and 5.7651: + 0.8 %.
"""

import hashlib
import re
from itertools import pairwise
from pathlib import Path

import polars as pl
import pytest

from robo_trader.adapters.calendars.exchange import load_sessions
from robo_trader.adapters.feeds import sample
from robo_trader.adapters.feeds.sample import SAMPLE_FIRST, SAMPLE_LAST, SAMPLE_SYMBOLS, SampleFeed
from robo_trader.core.domain.bars import Bar
from robo_trader.core.domain.errors import DataError
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.market.bar_sizes import BarSize
from robo_trader.core.market.checks import find_fault
from robo_trader.core.market.sessions import SessionTable
from robo_trader.core.ports.market_feed import BarRequest

_FOLDER = Path(sample.__file__).parent
_PARQUET = _FOLDER / "sample_bars.parquet"


@pytest.fixture(scope="module")
def sessions() -> SessionTable:
    return load_sessions(SAMPLE_FIRST, SAMPLE_LAST)


async def all_bars(feed: SampleFeed, symbol: Symbol) -> dict[int, Bar]:
    request = BarRequest(symbol=symbol, bar_size=BarSize.DAY_1, start=0, end=2**62)
    return {bar.ended_at: bar for bar in await feed.history(request)}


@pytest.mark.parametrize("adjusted", [True, False])
@pytest.mark.parametrize("symbol", SAMPLE_SYMBOLS)
async def test_every_bar_is_sound_and_on_its_session(sessions: SessionTable, symbol: Symbol, *, adjusted: bool) -> None:
    bars = list((await all_bars(SampleFeed(sessions, adjusted=adjusted), symbol)).values())
    assert find_fault(bars[0], None) is None
    assert {find_fault(bar, last.ended_at) for last, bar in pairwise(bars)} == {None}
    held = sessions.between(bars[0].started_at, bars[-1].ended_at)
    assert [(bar.started_at, bar.ended_at) for bar in bars] == [(day.opens_at, day.closes_at) for day in held]


@pytest.mark.parametrize(
    ("adjusted", "before", "after"),
    [
        pytest.param(True, (5.7182, 254_422_210.0), (5.7651, 90_541_930.0), id="adjusted prices run on"),
        pytest.param(False, (88.99, 16_348_400.0), (44.86, 11_635_900.0), id="raw prices halve"),
    ],
)
async def test_the_split_of_apple(
    sessions: SessionTable, before: tuple[float, float], after: tuple[float, float], *, adjusted: bool
) -> None:
    bars = await all_bars(SampleFeed(sessions, adjusted=adjusted), Symbol("AAPL"))
    for date, (close, volume) in (("2005-02-25", before), ("2005-02-28", after)):
        session = sessions.on(date)
        assert session is not None
        bar = bars[session.closes_at]
        assert (bar.close, bar.volume) == (close, volume)


async def test_adjusting_keeps_the_dollar_volume(sessions: SessionTable) -> None:
    raw = await all_bars(SampleFeed(sessions, adjusted=False), Symbol("AAPL"))
    for ended_at, bar in (await all_bars(SampleFeed(sessions), Symbol("AAPL"))).items():
        dollars = raw[ended_at].close * raw[ended_at].volume
        assert bar.close * bar.volume == pytest.approx(dollars, rel=1e-4)  # half of 0.0001 in a price of 0.84


def test_it_serves_five_stocks_by_day(sessions: SessionTable) -> None:
    feed = SampleFeed(sessions)
    assert all(feed.serves(symbol, BarSize.DAY_1) for symbol in SAMPLE_SYMBOLS)
    assert not feed.serves(Symbol("SPY"), BarSize.DAY_1)
    assert not feed.serves(Symbol("AAPL"), BarSize.MINUTE_1)


@pytest.mark.parametrize("symbol", SAMPLE_SYMBOLS)
def test_all_end_on_the_same_day(sessions: SessionTable, symbol: Symbol) -> None:
    session = sessions.on(SAMPLE_LAST)
    assert session is not None
    assert SampleFeed(sessions).last_bar_ends_at(symbol, BarSize.DAY_1) == session.closes_at


def test_a_calendar_that_ends_earlier_ends_the_sample(sessions: SessionTable) -> None:
    first = sessions.on(SAMPLE_FIRST)
    assert first is not None
    feed = SampleFeed(SessionTable([first]))
    assert feed.last_bar_ends_at(Symbol("IBM"), BarSize.DAY_1) == first.closes_at
    assert feed.last_bar_ends_at(Symbol("META"), BarSize.DAY_1) is None


def test_the_note_describes_this_file() -> None:
    note = (_FOLDER / "SAMPLE_BARS.md").read_text(encoding="utf-8")
    assert re.findall(r"\b[0-9a-f]{64}\b", note) == [hashlib.sha256(_PARQUET.read_bytes()).hexdigest()]
    for symbol, rows in pl.read_parquet(_PARQUET).group_by("symbol").len().iter_rows():
        assert re.search(rf"\| {symbol} \|.*\| {rows:,} \|", note), symbol


async def test_a_damaged_package_is_named(
    sessions: SessionTable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sample, "SAMPLE_FILE", tmp_path / "gone.parquet")
    with pytest.raises(DataError, match="sample bars cannot be read") as refused:
        await all_bars(SampleFeed(sessions), Symbol("IBM"))
    assert refused.value.next_step == "Install the package anew."
