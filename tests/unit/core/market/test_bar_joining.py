"""Intervals count from the open and end with the session; what pieces make holds all of them."""

import pytest

from robo_trader.core.market.bar_joining import interval_of, join_bars
from robo_trader.core.market.bar_sizes import BarSize
from robo_trader.core.market.sessions import bar_intervals
from tests.builders import CLOSE, HOUR, MINUTE, OPEN, a_bar, a_session


@pytest.mark.parametrize("size", [size for size in BarSize if not size.is_daily], ids=lambda size: size.value)
def test_every_minute_falls_into_the_interval_that_sessions_are_cut_by(size: BarSize) -> None:
    session = a_session()
    for at in range(OPEN, CLOSE, MINUTE):
        [span] = [span for span in bar_intervals(session, size) if span[0] <= at < span[1]]
        assert interval_of(session, at, nanos=size.nanos) == span


def test_pieces_make_one_bar() -> None:
    first = a_bar(started_at=OPEN, ended_at=OPEN + HOUR // 2, open=10.0, high=12.0, low=9.5, close=11.0, volume=100.0)
    second = a_bar(
        started_at=OPEN + HOUR // 2, ended_at=OPEN + HOUR, open=11.5, high=11.75, low=8.0, close=8.5, volume=50.0
    )
    whole = join_bars([first, second], (OPEN, OPEN + HOUR))
    assert whole == a_bar(started_at=OPEN, ended_at=OPEN + HOUR, open=10.0, high=12.0, low=8.0, close=8.5, volume=150.0)
