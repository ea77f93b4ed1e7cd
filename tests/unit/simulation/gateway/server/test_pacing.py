"""Fifty messages in any second, and an end after three seconds of more."""

from hypothesis import given, settings
from hypothesis import strategies as st

from robo_trader.simulation.gateway.server.pacing import MESSAGES_PER_SECOND_MAX, REFUSED_MAX, Pacing
from tests.examples import examples


def test_the_fifty_first_message_of_a_second_is_one_too_many() -> None:
    pacing = Pacing()
    assert [pacing.allows(number / 100) for number in range(51)] == [True] * 50 + [False]
    assert pacing.allows(1.0)


def test_who_keeps_below_is_never_refused() -> None:
    pacing = Pacing()
    assert all(pacing.allows(number / 49) for number in range(500))


def test_three_bad_seconds_are_enough() -> None:
    pacing = Pacing()
    for second in range(3):
        assert not pacing.is_exhausted
        for _ in range(MESSAGES_PER_SECOND_MAX + 10):
            pacing.allows(second * 2.0)
    assert pacing.is_exhausted


def test_five_hundred_at_once_are_enough() -> None:
    pacing = Pacing()
    assert [pacing.allows(0.0) for _ in range(MESSAGES_PER_SECOND_MAX + REFUSED_MAX - 1)].count(True) == 50
    assert not pacing.is_exhausted
    pacing.allows(0.0)
    assert pacing.is_exhausted


@settings(max_examples=examples(100))
@given(st.lists(st.floats(0, 0.3), max_size=400))
def test_no_second_sees_more_than_fifty(gaps: list[float]) -> None:
    pacing, now, allowed = Pacing(), 0.0, []
    for gap in gaps:
        now += gap
        if pacing.allows(now):
            allowed.append(now)
    for first, last in zip(allowed, allowed[MESSAGES_PER_SECOND_MAX:], strict=False):
        assert last - first >= 1.0
