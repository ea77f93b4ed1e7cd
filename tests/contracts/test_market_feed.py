"""What every MarketFeed promises, whatever its bars are made of.

Each feed is asked for IBM by day over 2012, a year of 250 sessions with three half days and two days of hurricane;
the files are the sample's bars written as CSV.
"""

import asyncio
import csv
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from robo_trader.adapters.calendars.exchange import load_sessions
from robo_trader.adapters.feeds.alpaca import alpaca_feed
from robo_trader.adapters.feeds.files import FilesFeed
from robo_trader.adapters.feeds.sample import SampleFeed
from robo_trader.adapters.feeds.synthetic import SyntheticFeed
from robo_trader.core.domain.bars import Bar, TradingSession
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.market.bar_sizes import BarSize
from robo_trader.core.market.checks import find_fault
from robo_trader.core.market.sessions import SessionTable
from robo_trader.core.ports.market_feed import BarRequest, MarketFeed
from tests.contracts.broker.alpaca import a_server, endpoints_of, environment_of

IBM, MSFT = Symbol("IBM"), Symbol("MSFT")
YEAR = BarRequest(symbol=IBM, bar_size=BarSize.DAY_1, start=0, end=2**62)


@pytest.fixture(scope="module")
def sessions() -> SessionTable:
    return load_sessions("2012-01-03", "2012-12-31")


@pytest.fixture(scope="module")
def directory(sessions: SessionTable, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bars")
    for symbol in (IBM, MSFT):
        bars = asyncio.run(_history(SampleFeed(sessions), replace(YEAR, symbol=symbol)))
        with (folder / f"{symbol}.csv").open("w", encoding="utf-8", newline="") as file:
            lines = csv.writer(file)
            lines.writerow(["date", "open", "high", "low", "close", "volume"])
            for bar in bars:
                session = sessions.of_bar(bar.ended_at)
                assert session is not None
                lines.writerow([session.date, bar.open, bar.high, bar.low, bar.close, bar.volume])
    return folder


async def _history(feed: MarketFeed, request: BarRequest) -> Sequence[Bar]:
    return await feed.history(request)


@pytest.fixture(scope="module")
def alpaca(sessions: SessionTable) -> Iterator[MarketFeed]:
    """Alpaca's data, from a server that has the sample's bars."""
    sample = SampleFeed(sessions)
    bars = [bar for symbol in (IBM, MSFT) for bar in asyncio.run(_history(sample, replace(YEAR, symbol=symbol)))]
    with (
        a_server({"1Day": bars}) as server,
        alpaca_feed(endpoints_of(server), environment_of(server), sessions) as feed,
    ):
        yield feed


@pytest.fixture(params=["sample", "files", "synthetic", "alpaca"])
def feed(request: pytest.FixtureRequest, sessions: SessionTable, directory: Path) -> MarketFeed:
    make: dict[str, Callable[[], MarketFeed]] = {
        "sample": lambda: SampleFeed(sessions),
        "files": lambda: FilesFeed(directory, sessions),
        "synthetic": lambda: SyntheticFeed(sessions, seed=7),
        "alpaca": lambda: request.getfixturevalue("alpaca"),
    }
    built = make[request.param]()
    assert built.name == request.param
    return built


def days_of(sessions: SessionTable) -> Sequence[TradingSession]:
    return sessions.between(0, 2**62)


async def test_one_sound_bar_a_session_from_open_to_close(feed: MarketFeed, sessions: SessionTable) -> None:
    bars = await feed.history(YEAR)
    assert len(bars) == 250
    assert [(bar.started_at, bar.ended_at) for bar in bars] == [
        (day.opens_at, day.closes_at) for day in days_of(sessions)
    ]
    assert {bar.symbol for bar in bars} == {IBM}
    assert {find_fault(bar, None) for bar in bars} == {None}


async def test_numbers_are_plain_floats(feed: MarketFeed) -> None:
    bar = (await feed.history(YEAR))[0]
    assert {type(value) for value in (bar.open, bar.high, bar.low, bar.close, bar.volume)} == {float}
    assert {type(bar.started_at), type(bar.ended_at)} == {int}


@pytest.mark.parametrize(
    ("start_later", "end_earlier", "missing"),
    [
        pytest.param(0, 0, (0, 0), id="both bounds belong to the window"),
        pytest.param(1, 0, (1, 0), id="a bar that starts before is not in it"),
        pytest.param(0, 1, (0, 1), id="a bar that ends after is not in it"),
    ],
)
async def test_windows_hold_whole_bars(
    feed: MarketFeed, sessions: SessionTable, start_later: int, end_earlier: int, missing: tuple[int, int]
) -> None:
    first, last = days_of(sessions)[100], days_of(sessions)[110]
    start, end = first.opens_at + start_later, last.closes_at - end_earlier
    whole = (await feed.history(YEAR))[100:111]
    part = await feed.history(replace(YEAR, start=start, end=end))
    assert list(part) == list(whole[missing[0] : 11 - missing[1]])


async def test_an_empty_window_is_no_error(feed: MarketFeed, sessions: SessionTable) -> None:
    saturday = days_of(sessions)[3].closes_at + 1
    assert list(await feed.history(replace(YEAR, start=saturday, end=saturday + 1))) == []


async def test_asking_twice_and_at_once_gives_the_same(feed: MarketFeed) -> None:
    alone = [await feed.history(replace(YEAR, symbol=symbol)) for symbol in (IBM, MSFT)]
    at_once = await asyncio.gather(*(feed.history(replace(YEAR, symbol=symbol)) for symbol in (IBM, MSFT) * 4))
    assert at_once == alone * 4


def test_the_end_is_that_of_the_last_bar_or_open(feed: MarketFeed, sessions: SessionTable) -> None:
    assert feed.serves(IBM, BarSize.DAY_1)
    assert feed.last_bar_ends_at(IBM, BarSize.DAY_1) in (days_of(sessions)[-1].closes_at, None)


@pytest.mark.process
def test_importing_the_feeds_is_cheap() -> None:
    """The command line must answer at once: the heavy packages come with the first bar."""
    program = (
        "import robo_trader.adapters.feeds.chain, robo_trader.adapters.feeds.files, sys,"
        "robo_trader.adapters.feeds.sample, robo_trader.adapters.feeds.synthetic,"
        "robo_trader.adapters.calendars.exchange\n"
        "print(sorted({'polars', 'numpy', 'pandas', 'exchange_calendars'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
