"""In above the range of 90 to 110, out below 95 (above 105 for a short), or 2 ranges of 3 against the entry."""

import pytest

from robo_trader.core.rules.breakout import BREAKOUT_STATE_SIZE, ENTRY_PRICE, ENTRY_RANGE, VIEW, breakout_view


def play(*closes: float, stop: float = 0.0, shorts: float = 1.0, exit_low: float = 95.0) -> list[float]:
    state = [0.0] * BREAKOUT_STATE_SIZE
    views = []
    for close in closes:
        state[VIEW] = breakout_view(state, close, 110.0, 90.0, 105.0, exit_low, 3.0, stop, shorts)
        views.append(state[VIEW])
    return views


@pytest.mark.parametrize(
    ("closes", "views"),
    [
        pytest.param((110.0, 90.0), (0.0, 0.0), id="the extreme itself is no breakout"),
        pytest.param((111.0, 100.0, 95.0, 94.9), (1.0, 1.0, 1.0, 0.0), id="long until below the exit"),
        pytest.param((89.0, 100.0, 105.0, 105.1), (-1.0, -1.0, -1.0, 0.0), id="short until above the exit"),
        pytest.param((111.0, 89.0), (1.0, -1.0), id="one bar turns it"),
        pytest.param((89.0, 111.0), (-1.0, 1.0), id="and back"),
        pytest.param((111.0, 112.0, 111.0), (1.0, 1.0, 1.0), id="a second breakout adds nothing"),
    ],
)
def test_entries_and_exits(closes: tuple[float, ...], views: tuple[float, ...]) -> None:
    assert tuple(play(*closes)) == views


@pytest.mark.parametrize(
    ("closes", "views"),
    [
        pytest.param((112.0, 106.1, 106.0), (1.0, 1.0, 0.0), id="6 below the close that began it, exactly, is reached"),
        pytest.param((88.0, 93.9, 94.0), (-1.0, -1.0, 0.0), id="likewise for a short"),
        pytest.param((112.0, 106.0, 111.0), (1.0, 0.0, 1.0), id="a new breakout enters again"),
        pytest.param((112.0, 118.0, 112.0), (1.0, 1.0, 1.0), id="it does not trail"),
    ],
)
def test_the_stop_is_two_ranges_of_the_entry(closes: tuple[float, ...], views: tuple[float, ...]) -> None:
    assert tuple(play(*closes, stop=2.0)) == views


def test_without_a_stop_only_the_exit_ends_it() -> None:
    assert play(112.0, 96.0, exit_low=95.0) == [1.0, 1.0]


def test_without_shorts_a_fall_is_an_exit() -> None:
    assert play(89.0, 111.0, 89.0, shorts=0.0) == [0.0, 1.0, 0.0]


def test_the_entry_is_remembered() -> None:
    state = [0.0] * BREAKOUT_STATE_SIZE
    breakout_view(state, 112.0, 110.0, 90.0, 105.0, 95.0, 3.0, 2.0, 1.0)
    assert (state[ENTRY_PRICE], state[ENTRY_RANGE]) == (112.0, 3.0)


def test_a_gain_with_a_range_of_0_is_no_stop() -> None:
    state = [1.0, 100.0, 0.0]
    assert breakout_view(state, 100.0, 110.0, 90.0, 105.0, 95.0, 0.0, 2.0, 1.0) == 1.0
