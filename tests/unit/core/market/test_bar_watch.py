"""The average volume of 20 sessions that are over, and prices that jump.

Worked by hand: sessions of 390 + n shares, in two bars each.
"""

import pytest

from robo_trader.core.market.bar_watch import BarWatch
from tests.builders import AAPL, HOUR, MSFT, OPEN, a_bar


def close(watch: BarWatch, *closes: float) -> list[bool]:
    """Whether each close leaves the symbol under suspicion."""
    suspected = []
    for hour, price in enumerate(closes):
        watch.take([a_bar(started_at=OPEN + hour * HOUR, open=price)])
        suspected.append(watch.is_suspected(AAPL))
    return suspected


def play(watch: BarWatch, sessions: int) -> None:
    for number in range(sessions):
        watch.enter_session()
        watch.take([a_bar(volume=300.0)])
        watch.take([a_bar(volume=90.0 + number)])


def test_the_average_is_of_twenty_sessions_that_are_over() -> None:
    watch = BarWatch(None)
    play(watch, 20)
    assert watch.average_volume(AAPL) is None, "the twentieth is not over"
    watch.enter_session()
    assert watch.average_volume(AAPL) == pytest.approx(390 + sum(range(20)) / 20)
    play(watch, 1)
    watch.enter_session()
    assert watch.average_volume(AAPL) != pytest.approx(390 + sum(range(20)) / 20)
    assert watch.average_volume(MSFT) is None


def test_a_session_without_a_bar_is_one_of_no_volume() -> None:
    watch = BarWatch(None)
    play(watch, 20)
    for _ in range(11):
        watch.enter_session()
    assert watch.average_volume(AAPL) == pytest.approx((10 * 390 + sum(range(10, 20))) / 20)


@pytest.mark.parametrize(
    ("closes", "suspected"),
    [
        pytest.param((100.0, 120.0, 80.0), [False, False, True], id="a fifth is no jump, more is"),
        pytest.param((100.0, 121.0, 122.0), [False, True, False], id="the second bar confirms"),
        pytest.param((100.0, 1.0, 100.0, 101.0), [False, True, True, False], id="a bad print, and the way back"),
    ],
)
def test_a_jump_must_be_confirmed(closes: tuple[float, ...], suspected: list[bool]) -> None:
    assert close(BarWatch(0.2), *closes) == suspected


def test_without_a_limit_everything_is_believed() -> None:
    assert close(BarWatch(None), 100.0, 1.0, 1e6) == [False, False, False]


def test_its_state_is_all_that_it_knows() -> None:
    one, other = BarWatch(0.2), BarWatch(0.2)
    close(one, 100.0, 130.0)
    assert one.state() != other.state()
    close(other, 100.0, 130.0)
    assert one.state() == other.state()
