"""What is usual of a symbol, from the sessions that were seen."""

import pytest

from robo_trader.core.domain.quotes import TradePrint
from robo_trader.core.execution.activity import Activity
from robo_trader.core.rules.slippage import one_range_volatility
from tests.builders import AAPL, HOUR, MINUTE, a_bar, a_session


def a_day_of(activity: Activity, day: int, volume: float, *, minutes: int = 390, high: float = 101.0) -> None:
    """A session of minutes, each of which trades as much."""
    session = a_session(day=day, minutes=minutes)
    for begun in range(session.opens_at, session.closes_at, MINUTE):
        bar = a_bar(started_at=begun, ended_at=begun + MINUTE, open=100.0, high=high, low=99.0, volume=volume)
        activity.see_bar(bar, session)


def test_nothing_is_usual_before_a_session_is_over() -> None:
    activity = Activity(3)
    a_day_of(activity, 0, 10.0)
    assert (
        activity.profile(AAPL) == [] and activity.daily_volume(AAPL) == 0.0 and activity.daily_volatility(AAPL) == 0.0
    )
    assert activity.traded(AAPL) == 3_900.0


def test_usual_is_the_mean_of_the_last_sessions() -> None:
    activity = Activity(2)
    for day, volume in enumerate((10.0, 30.0, 40.0)):
        a_day_of(activity, day, volume)
    assert activity.profile(AAPL)[:2] == [20.0, 20.0]
    a_day_of(activity, 3, 0.0)
    assert activity.profile(AAPL)[0] == 30.0, "half of the way from 20 to 40"
    assert activity.daily_volatility(AAPL) == pytest.approx(one_range_volatility(101.0, 99.0))


def test_a_half_day_is_left_out_and_its_successor_counts() -> None:
    activity = Activity(5)
    a_day_of(activity, 0, 10.0)
    a_day_of(activity, 1, 99.0, minutes=210)
    a_day_of(activity, 2, 30.0)
    a_day_of(activity, 3, 1.0)
    assert activity.profile(AAPL)[0] == 20.0 and activity.daily_volume(AAPL) == pytest.approx(7_800.0)


def test_a_long_bar_is_divided_over_its_minutes() -> None:
    activity, session = Activity(5), a_session()
    activity.see_bar(a_bar(started_at=session.opens_at, volume=600.0), session)
    activity.see_bar(a_bar(started_at=session.opens_at + HOUR, volume=60.0), session)
    a_day_of(activity, 1, 1.0)
    profile = activity.profile(AAPL)
    assert profile[0] == profile[59] == 10.0 and profile[60] == profile[119] == 1.0 and sum(profile) == 660.0


def test_prints_take_over_from_bars() -> None:
    activity, session = Activity(5), a_session()
    activity.see_bar(a_bar(started_at=session.opens_at, ended_at=session.opens_at + MINUTE, volume=100.0), session)
    activity.see_print(TradePrint(AAPL, session.opens_at + 90 * 10**9, 100.0, 30.0), session)
    activity.see_bar(
        a_bar(started_at=session.opens_at + MINUTE, ended_at=session.opens_at + 2 * MINUTE, volume=30.0), session
    )
    assert activity.traded(AAPL) == 130.0
