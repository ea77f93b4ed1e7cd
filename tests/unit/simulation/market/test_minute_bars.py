"""make_bars is a function of seed, symbol, session and size, and larger bars are the sum of their minutes.

The sessions are made by hand: ordinary days have 390 minutes, the Friday after Thanksgiving has 210.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from math import log
from statistics import stdev

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from robo_trader.core.domain.bars import NANOS_PER_SECOND, Bar, TradingSession
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.market.bar_sizes import BarSize
from robo_trader.core.market.checks import find_fault
from robo_trader.core.market.sessions import bar_intervals
from robo_trader.simulation.market.minute_bars import make_bars
from tests.examples import examples

SPY = Symbol("SPY")
MINUTE = 60 * NANOS_PER_SECOND


def a_session(day: date, *, minutes: int = 390) -> TradingSession:
    midnight = int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) * NANOS_PER_SECOND
    opens_at = midnight + (14 * 60 + 30) * MINUTE
    return TradingSession(date=day.isoformat(), opens_at=opens_at, closes_at=opens_at + minutes * MINUTE)


def sessions_from(first: date, days: int) -> list[TradingSession]:
    dates = (first + timedelta(days=ahead) for ahead in range(days))
    return [a_session(day, minutes=210 if day == date(2012, 11, 23) else 390) for day in dates if day.weekday() < 5]


NOVEMBER = sessions_from(date(2012, 11, 1), 30)
THANKSGIVING = NOVEMBER[14:18]  # Wednesday to Monday, the half day among them
LONG = sessions_from(date(1998, 1, 2), 9_000)  # 24 years


@pytest.mark.parametrize("size", list(BarSize))
def test_larger_bars_are_the_sum_of_their_minutes(size: BarSize) -> None:
    minutes = make_bars(7, SPY, THANKSGIVING, BarSize.MINUTE_1)
    intervals = [interval for session in THANKSGIVING for interval in bar_intervals(session, size)]
    assert make_bars(7, SPY, THANKSGIVING, size) == [joined(minutes, *interval) for interval in intervals]


def joined(minutes: Sequence[Bar], started_at: int, ended_at: int) -> Bar:
    """The plain definition, without numpy."""
    inside = [bar for bar in minutes if started_at <= bar.started_at < ended_at]
    return Bar(
        symbol=inside[0].symbol,
        started_at=started_at,
        ended_at=ended_at,
        open=inside[0].open,
        high=max(bar.high for bar in inside),
        low=min(bar.low for bar in inside),
        close=inside[-1].close,
        volume=sum(bar.volume for bar in inside),
    )


@settings(max_examples=examples(30), deadline=None)
@given(st.integers(0, 2**64), st.integers(0, 700), st.integers(1, 400), st.sampled_from(list(BarSize)))
def test_a_bar_is_the_same_in_any_company(seed: int, first: int, count: int, size: BarSize) -> None:
    together = make_bars(seed, SPY, LONG[first : first + count], size)
    alone = make_bars(seed, SPY, [LONG[first]], size)
    assert together[: len(alone)] == alone
    last = make_bars(seed, SPY, [LONG[first + count - 1]], size)
    assert together[-len(last) :] == last


def test_the_calendar_does_not_move_prices() -> None:
    with_gaps = make_bars(7, SPY, LONG[1::2], BarSize.DAY_1)
    assert with_gaps == make_bars(7, SPY, LONG, BarSize.DAY_1)[1::2]


def test_a_shorter_session_ends_at_the_same_price() -> None:
    whole, half = a_session(date(2012, 11, 23)), a_session(date(2012, 11, 23), minutes=210)
    (long_bar,), (short_bar,) = (make_bars(7, SPY, [day], BarSize.DAY_1) for day in (whole, half))
    assert (long_bar.open, long_bar.close) == (short_bar.open, short_bar.close)


def test_the_bars_of_a_seed_never_change() -> None:
    """Figures as first made: whoever recalibrates the generator changes them knowingly."""
    bars = make_bars(1, SPY, [a_session(date(2012, 11, 21))], BarSize.MINUTE_1)
    assert [(bar.open, bar.high, bar.low, bar.close, bar.volume) for bar in bars[:2]] == [
        (137.5, 137.62, 137.43, 137.53, 88_990.0),
        (137.53, 137.63, 137.43, 137.46, 81_074.0),
    ]


def test_seeds_and_symbols_differ() -> None:
    closes = {
        make_bars(seed, Symbol(symbol), NOVEMBER, BarSize.DAY_1)[0].close
        for seed in (1, 2)
        for symbol in ("SPY", "IBM")
    }
    assert len(closes) == 4


@pytest.mark.parametrize("day", [date(1997, 12, 31), date(2012, 11, 24)], ids=["before 1998", "a Saturday"])
def test_some_days_have_no_bars(day: date) -> None:
    assert make_bars(7, SPY, [a_session(day)], BarSize.DAY_1) == []


@pytest.mark.parametrize("seed", range(8))
def test_24_years_are_sound_and_plausible(seed: int) -> None:
    bars = make_bars(seed, Symbol("XYZ"), LONG, BarSize.DAY_1)
    assert {find_fault(bar, last.ended_at) for last, bar in pairwise(bars)} == {None}
    assert all(bar.low >= 20 and bar.high <= 400 for bar in bars)
    assert all(bar.volume >= 100_000 for bar in bars)
    yearly_deviation = stdev(log(bar.close / last.close) for last, bar in pairwise(bars)) * 252**0.5
    assert 0.15 < yearly_deviation < 0.31


def test_minutes_are_sound_whole_cents_with_a_busy_open_and_close() -> None:
    bars = make_bars(7, SPY, LONG[:100], BarSize.MINUTE_1)
    assert {find_fault(bar, last.ended_at) for last, bar in pairwise(bars)} == {None}
    assert all(price == round(price, 2) for bar in bars for price in (bar.open, bar.high, bar.low, bar.close))
    by_hour = [sum(bar.volume for place, bar in enumerate(bars) if place % 390 // 65 == part) for part in range(6)]
    assert by_hour[0] > by_hour[1] > by_hour[2] < by_hour[4] < by_hour[5]


def test_days_open_away_from_the_last_close() -> None:
    bars = make_bars(7, SPY, LONG[:500], BarSize.DAY_1)
    gaps = [log(bar.open / last.close) for last, bar in pairwise(bars)]
    days = [log(bar.close / last.close) for last, bar in pairwise(bars)]
    assert 0.2 < (stdev(gaps) / stdev(days)) ** 2 < 0.36  # 0.28 of the variance is made overnight
