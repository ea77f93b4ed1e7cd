"""SyntheticFeed cuts the requested window out of sessions that are always the same."""

import pytest

from robo_trader.adapters.feeds.synthetic import SyntheticFeed
from robo_trader.core.domain.bars import NANOS_PER_SECOND, Bar
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.market.bar_sizes import BarSize
from robo_trader.core.market.sessions import SessionTable
from robo_trader.core.ports.market_feed import BarRequest

MINUTE = 60 * NANOS_PER_SECOND


async def bars_of(sessions: SessionTable, start: int, end: int, size: BarSize = BarSize.MINUTE_1) -> list[Bar]:
    request = BarRequest(symbol=Symbol("SPY"), bar_size=size, start=start, end=end)
    return list(await SyntheticFeed(sessions, seed=7).history(request))


@pytest.mark.parametrize(
    ("first", "last"),
    [
        pytest.param(0, 1, id="the first minute"),
        pytest.param(100, 200, id="from the middle to the middle"),
        pytest.param(389, 390, id="the last minute"),
    ],
)
async def test_part_of_a_session_is_the_part_of_the_whole(thanksgiving: SessionTable, first: int, last: int) -> None:
    day = thanksgiving.on("2012-11-21")
    assert day is not None
    whole = await bars_of(thanksgiving, day.opens_at, day.closes_at)
    part = await bars_of(thanksgiving, day.opens_at + first * MINUTE, day.opens_at + last * MINUTE)
    assert part == whole[first:last]
    assert len(part) == last - first


async def test_a_half_day_is_short(thanksgiving: SessionTable) -> None:
    assert len(await bars_of(thanksgiving, 0, 2**62)) == 390 + 210
    hours = await bars_of(thanksgiving, 0, 2**62, BarSize.HOUR_1)
    assert [(bar.ended_at - bar.started_at) // MINUTE for bar in hours] == [60] * 6 + [30] + [60] * 3 + [30]


def test_it_serves_anything_for_ever(thanksgiving: SessionTable) -> None:
    feed = SyntheticFeed(thanksgiving, seed=7)
    assert feed.serves(Symbol("ANY"), BarSize.HOUR_1)
    assert feed.last_bar_ends_at(Symbol("ANY"), BarSize.HOUR_1) is None
