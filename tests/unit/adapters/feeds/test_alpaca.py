"""Bars of the data API become ours: within sessions, counted from the open, over many pages, or a named refusal."""

from collections.abc import Iterator

import pytest

from robo_trader.adapters.feeds.alpaca import AlpacaFeed, alpaca_feed
from robo_trader.core.domain.bars import Bar
from robo_trader.core.domain.errors import DataError
from robo_trader.core.market.bar_sizes import BarSize
from robo_trader.core.market.sessions import SessionTable
from robo_trader.core.ports.market_feed import BarRequest
from robo_trader.simulation.alpaca.faults import Trouble
from robo_trader.simulation.alpaca.server import AlpacaServer
from tests.builders import AAPL, CLOSE, DAY, HOUR, MINUTE, OPEN, a_bar, a_session
from tests.contracts.broker.alpaca import a_server, endpoints_of, environment_of

SESSIONS = SessionTable([a_session(day=day) for day in range(60)])
ALL_MINUTES = [
    a_bar(started_at=OPEN + day * DAY + minute * MINUTE, ended_at=OPEN + day * DAY + (minute + 1) * MINUTE)
    for day in range(60)
    for minute in range(390)
]  # more than two pages
EARLY = a_bar(started_at=OPEN - 30 * MINUTE, ended_at=OPEN)
LATE = a_bar(started_at=CLOSE, ended_at=CLOSE + 30 * MINUTE)
HALVES = [a_bar(started_at=OPEN + half * HOUR // 2, ended_at=OPEN + (half + 1) * HOUR // 2) for half in range(13)]
CROOKED = a_bar(started_at=OPEN + 10 * MINUTE, ended_at=OPEN + 40 * MINUTE)


@pytest.fixture(scope="module")
def server() -> Iterator[AlpacaServer]:
    with a_server({"1Min": ALL_MINUTES, "30Min": [EARLY, *HALVES, CROOKED, LATE]}) as one:
        yield one


@pytest.fixture
def feed(server: AlpacaServer) -> Iterator[AlpacaFeed]:
    with alpaca_feed(endpoints_of(server), environment_of(server), SESSIONS) as one:
        yield one


async def bars_of(feed: AlpacaFeed, size: BarSize, start: int = 0, end: int = 2**62) -> list[Bar]:
    return list(await feed.history(BarRequest(symbol=AAPL, bar_size=size, start=start, end=end)))


async def test_bars_of_many_pages_come_whole_and_in_order(feed: AlpacaFeed) -> None:
    assert await bars_of(feed, BarSize.MINUTE_1) == ALL_MINUTES


async def test_bars_outside_sessions_or_across_their_grid_are_left_out(feed: AlpacaFeed) -> None:
    assert await bars_of(feed, BarSize.MINUTES_30) == HALVES


async def test_a_window_within_a_session_holds_whole_bars(feed: AlpacaFeed) -> None:
    found = await bars_of(feed, BarSize.MINUTES_30, start=OPEN + 1, end=OPEN + 2 * HOUR)
    assert found == HALVES[1:4]


def test_hours_are_not_served(feed: AlpacaFeed) -> None:
    assert not feed.serves(AAPL, BarSize.HOUR_1)
    assert feed.serves(AAPL, BarSize.MINUTES_30)


async def test_questions_are_asked_again(server: AlpacaServer, feed: AlpacaFeed) -> None:
    server.faults.befall("GET stocks", Trouble.LOSE_ANSWER)
    assert await bars_of(feed, BarSize.MINUTES_30) == HALVES


async def test_a_refusal_is_named_and_says_what_to_do(feed: AlpacaFeed) -> None:
    with pytest.raises(DataError) as caught:
        await bars_of(feed, BarSize.MINUTES_5)
    assert "AAPL" in str(caught.value)
    assert caught.value.next_step
