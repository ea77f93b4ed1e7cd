"""Minute bars out of single prices: counted from the open, cut at the close, none where there was no price."""

from hypothesis import given
from hypothesis import strategies as st

from robo_trader.core.domain.bars import Bar, TradingSession
from robo_trader.core.market.bar_building import build_bars
from tests.builders import AAPL, CLOSE, MINUTE, OPEN, a_session

SECOND = MINUTE // 60


def built(*prices: tuple[int, float], session: TradingSession | None = None, nanos: int = MINUTE) -> list[Bar]:
    within = session or a_session()
    return list(build_bars(AAPL, [(at, within, price) for at, price in prices], nanos=nanos))


def test_by_hand() -> None:
    first, third = OPEN, OPEN + 2 * MINUTE
    bars = built((first, 10.0), (first + SECOND, 12.0), (first + 59 * SECOND, 9.0), (third, 11.0))
    assert bars == [
        Bar(AAPL, first, first + MINUTE, 10.0, 12.0, 9.0, 9.0, 0.0),
        Bar(AAPL, third, third + MINUTE, 11.0, 11.0, 11.0, 11.0, 0.0),
    ]


def test_a_price_at_the_end_of_a_bar_belongs_to_the_next() -> None:
    assert [bar.started_at for bar in built((OPEN, 1.0), (OPEN + MINUTE, 1.0))] == [OPEN, OPEN + MINUTE]


def test_no_price_no_bar() -> None:
    assert built() == []


def test_the_last_bar_is_cut_at_the_close() -> None:
    (bar,) = built((CLOSE - SECOND, 1.0), nanos=60 * MINUTE)
    assert (bar.started_at, bar.ended_at) == (CLOSE - 30 * MINUTE, CLOSE)


def test_each_session_begins_anew() -> None:
    days = [a_session(day=day) for day in (0, 1)]
    prices = [(days[0].closes_at - 1, days[0], 1.0), (days[1].opens_at, days[1], 2.0)]
    assert [bar.started_at for bar in build_bars(AAPL, prices, nanos=MINUTE)] == [CLOSE - MINUTE, days[1].opens_at]


@given(st.lists(st.tuples(st.integers(OPEN, CLOSE - 1), st.floats(1.0, 1000.0)), max_size=60))
def test_every_price_lies_in_one_bar(prices: list[tuple[int, float]]) -> None:
    prices.sort(key=lambda price: price[0])
    bars = built(*prices)
    assert [bar.ended_at for bar in bars] == sorted({bar.ended_at for bar in bars})
    for bar in bars:
        inside = [price for at, price in prices if bar.started_at <= at < bar.ended_at]
        assert (bar.open, bar.high, bar.low, bar.close) == (inside[0], max(inside), min(inside), inside[-1])
    assert sum(bar.started_at <= at < bar.ended_at for bar in bars for at, _ in prices) == len(prices)
