"""Whole seconds of the gateway's clock, heard again and again, say how far it is from ours, and no more."""

from random import Random

import pytest

from robo_trader.adapters.brokers.interactive_brokers.clock_gap import ClockGap

SECOND = 1_000_000_000
START = 1_700_000_000 * SECOND


def hear(gap: ClockGap, *, ahead: float, at: float, took: float = 0.01) -> int | None:
    """Ask at a second of our clock, of a gateway whose clock is ahead; return what is told."""
    asked_at = START + int(at * SECOND)
    theirs = asked_at + int((ahead + took / 2) * SECOND)
    gap.hear(theirs // SECOND * SECOND, asked_at=asked_at, heard_at=asked_at + int(took * SECOND))
    return gap.take_news()


def beats(gap: ClockGap, ahead: float, *, seed: int = 0, first: float = 0.0, count: int = 12) -> list[int]:
    """What is told while somebody asks about every five seconds."""
    draw = Random(seed)  # noqa: S311 - a test's choice
    answers = [hear(gap, ahead=ahead, at=first + 5 * beat + draw.random()) for beat in range(count)]
    return [one for one in answers if one is not None]


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("ahead", [0.0, 0.1, -0.1])
def test_clocks_that_agree_are_told_once_as_agreeing(ahead: float, seed: int) -> None:
    (told,) = beats(ClockGap(), ahead, seed=seed)
    assert abs(told) <= abs(ahead) * SECOND


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("ahead", [0.8, -0.8, 1.5, 2.6, -2.6, 3600.0])
def test_a_difference_is_told_and_never_more_than_there_is(ahead: float, seed: int) -> None:
    told = beats(ClockGap(), ahead, seed=seed)[-1]
    assert 0.25 * SECOND <= abs(told) <= abs(ahead) * SECOND
    assert (told > 0) is (ahead > 0)
    assert (abs(told) >= 2 * SECOND) is (abs(ahead) > 2)


def test_a_clock_that_is_put_right_is_told() -> None:
    gap = ClockGap()
    assert abs(beats(gap, 5.0)[-1]) >= 2 * SECOND
    assert beats(gap, 0.0, first=100.0)[-1] == 0
    assert abs(beats(gap, -5.0, first=200.0)[-1]) >= 2 * SECOND


def test_what_is_not_sure_is_not_told_as_agreement() -> None:
    """An answer that took three seconds allows for any difference of as many."""
    gap = ClockGap()
    assert hear(gap, ahead=0.0, at=0.0, took=3.0) is None
    assert hear(gap, ahead=0.0, at=5.0) == 0


def test_without_an_answer_there_is_no_news() -> None:
    assert ClockGap().take_news() is None
