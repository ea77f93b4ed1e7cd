"""Whether an engine lives is told by a counter that grows and a lock that is held, by one clock: the watchdog's own."""

import pytest

from robo_trader.app.supervision.beats import Phase
from robo_trader.app.supervision.vital_signs import Condition, VitalSigns
from robo_trader.app.supervision.vitals import Vitals

STALE, LOOK = 12.0, 0.5


def vitals(beats: int = 1, *, phase: Phase = Phase.TRADING, pid: int = 10, at: int = 0) -> Vitals:
    return Vitals(
        host="east", pid=pid, supervisor_pid=None, epoch=1, beats=beats, phase=phase, trading_state="ACTIVE", at=at,
        start_seconds=300, arguments=("run",), directory="/",
    )  # fmt: skip


def watch(signs: VitalSigns, shown: Vitals | None, *, since: float, until: float, locked: bool = True) -> Condition:
    """Look at one sign of life every half second."""
    found = Condition.ABSENT
    for turn in range(int((until - since) / LOOK) + 1):
        found = signs.look(shown, is_locked=lambda: locked, now=since + turn * LOOK).condition
    return found


@pytest.mark.parametrize(("locked", "found"), [(True, Condition.FROZEN), (False, Condition.DEAD)])
def test_silence_is_a_freeze_or_a_death(locked: bool, found: Condition) -> None:
    signs = VitalSigns(STALE, LOOK)
    assert watch(signs, vitals(), since=0, until=STALE, locked=locked) is Condition.SOUND
    assert watch(signs, vitals(), since=STALE + LOOK, until=STALE + LOOK, locked=locked) is found


def test_a_counter_that_grows_is_life_whatever_the_clock_on_the_wall_says() -> None:
    signs = VitalSigns(STALE, LOOK)
    for second in range(100):
        shown = vitals(second, at=-second)
        assert watch(signs, shown, since=float(second), until=second + LOOK) is Condition.SOUND


def test_another_engine_is_another_life() -> None:
    signs = VitalSigns(STALE, LOOK)
    watch(signs, vitals(5), since=0, until=STALE)
    assert watch(signs, vitals(5, pid=11), since=STALE + LOOK, until=STALE + 2) is Condition.SOUND


@pytest.mark.parametrize("phase", [Phase.STARTING, Phase.STOPPING])
def test_one_that_starts_or_stops_may_be_busy_for_long_while_it_lives(phase: Phase) -> None:
    assert watch(VitalSigns(STALE, LOOK), vitals(phase=phase), since=0, until=299) is Condition.SOUND
    assert watch(VitalSigns(STALE, LOOK), vitals(phase=phase), since=0, until=301) is Condition.FROZEN
    assert watch(VitalSigns(STALE, LOOK), vitals(phase=phase), since=0, until=13, locked=False) is Condition.DEAD


@pytest.mark.parametrize("shown", [None, vitals(phase=Phase.ENDED)])
def test_where_nobody_trades_nothing_is_missed(shown: Vitals | None) -> None:
    assert watch(VitalSigns(STALE, LOOK), shown, since=0, until=100, locked=False) is Condition.ABSENT


def test_a_silence_that_the_watchdog_slept_through_is_its_own() -> None:
    signs = VitalSigns(STALE, LOOK)
    watch(signs, vitals(), since=0, until=5)
    assert watch(signs, vitals(), since=3600, until=3600 + STALE) is Condition.SOUND
    assert watch(signs, vitals(), since=3601 + STALE, until=3601 + STALE) is Condition.FROZEN


def test_what_was_done_about_a_silence_ends_it() -> None:
    signs = VitalSigns(STALE, LOOK)
    watch(signs, vitals(), since=0, until=13)
    signs.forgive(13)
    assert watch(signs, vitals(), since=13, until=13 + STALE) is Condition.SOUND


def test_the_lock_is_not_tried_while_the_counter_grows() -> None:
    signs = VitalSigns(STALE, LOOK)

    def never() -> bool:
        raise AssertionError("an engine that takes it now would find it taken")

    for turn in range(24):
        signs.look(vitals(turn // 4), is_locked=never, now=turn * LOOK)
