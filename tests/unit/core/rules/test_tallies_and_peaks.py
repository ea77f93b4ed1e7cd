"""A tally sums without subtracting, a peak finds the highest without searching; both see the last values only.

Worked by hand: over 3, of 5, 1, 2, 4, 0, 0, 0 the sums are 8, 7, 6, 4, 0 and the highest are 5, 4, 4, 4, 0.
"""

import math
import random
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from robo_trader.core.rules.windows import (
    peak_push,
    peak_size,
    ratio_push,
    ratio_size,
    sum_deviation,
    sum_push,
    sum_size,
    tally_is_full,
    tally_push,
    tally_size,
)

HAND = [5.0, 1.0, 2.0, 4.0, 0.0, 0.0, 0.0]
VOLUMES = st.lists(st.one_of(st.just(0.0), st.floats(1e-3, 1e12)), min_size=1, max_size=60)
NUMBERS = st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=60)
BEFORE, BEHIND = 2, 1  # a part of a vector that belongs to others


def tallied(values: list[float], length: int) -> list[float]:
    state = [-7.0] * BEFORE + [0.0] * tally_size(length) + [-7.0] * BEHIND
    sums = [
        total if tally_is_full(state, BEFORE) else math.nan
        for total in (tally_push(state, BEFORE, value, length) for value in values)
    ]
    assert state[:BEFORE] + state[-BEHIND:] == [-7.0] * (BEFORE + BEHIND)
    return sums


def peaks(values: list[float], length: int) -> list[float]:
    state = [-7.0] * BEFORE + [0.0] * peak_size(length) + [-7.0] * BEHIND
    highest = [peak_push(state, BEFORE, value, length) for value in values]
    assert state[:BEFORE] + state[-BEHIND:] == [-7.0] * (BEFORE + BEHIND)
    return highest


def test_a_tally_is_the_sum_of_the_last_values() -> None:
    assert tallied(HAND, 3)[2:] == [8.0, 7.0, 6.0, 4.0, 0.0]


def test_a_peak_is_the_highest_of_the_last_values() -> None:
    assert peaks(HAND, 3)[2:] == [5.0, 4.0, 4.0, 4.0, 0.0]


@pytest.mark.parametrize("push", [tallied, peaks])
@pytest.mark.parametrize("length", [1, 2, 5])
def test_nothing_is_known_before_there_are_as_many_values(
    length: int, push: Callable[[list[float], int], list[float]]
) -> None:
    assert [math.isnan(value) for value in push([3.0] * 8, length)] == [n + 1 < length for n in range(8)]


def test_a_tally_sums_what_has_come_while_it_fills() -> None:
    state = [0.0] * tally_size(4)
    assert [tally_push(state, 0, value, 4) for value in (1.0, 2.0, 3.0)] == [1.0, 3.0, 6.0]


@given(VOLUMES, st.integers(1, 20))
@settings(deadline=None)
def test_a_tally_keeps_its_digits_whatever_has_left_it(values: list[float], length: int) -> None:
    for end, ours in enumerate(tallied(values, length), start=1):
        if end >= length:
            assert math.isclose(ours, math.fsum(values[end - length : end]), rel_tol=1e-14)


@pytest.mark.parametrize("at", range(7))
def test_zeros_sum_to_exactly_nothing_after_a_giant(at: int) -> None:
    assert tallied([0.1] * at + [1e17, 0.3] + [0.0] * 5, 5)[-1] == 0.0


@given(NUMBERS, st.integers(1, 20))
@settings(deadline=None)
def test_a_peak_is_one_of_the_values_and_none_is_higher(values: list[float], length: int) -> None:
    for end, ours in enumerate(peaks(values, length), start=1):
        if end >= length:
            assert ours == max(values[end - length : end])


def test_a_ratio_is_of_two_sums_and_says_its_fallback_without_a_whole() -> None:
    state = [0.0] * ratio_size(2)
    pairs = [(1.0, 2.0), (2.0, 2.0), (-3.0, 8.0), (0.0, 0.0), (0.0, 0.0), (1.0, 4.0)]
    values = [ratio_push(state, 0, part, whole, 2, -9.0) for part, whole in pairs]
    assert math.isnan(values[0])
    assert values[1:] == [3 / 4, -1 / 10, -3 / 8, -9.0, 1 / 4]


@given(VOLUMES, st.integers(1, 20), st.randoms())
@settings(deadline=None)
def test_a_ratio_is_one_tally_over_another(wholes: list[float], length: int, draw: random.Random) -> None:
    parts = [draw.uniform(-1, 1) * whole for whole in wholes]
    state = [-7.0] * BEFORE + [0.0] * ratio_size(length) + [-7.0] * BEHIND
    ours = [ratio_push(state, BEFORE, *pair, length, 0.5) for pair in zip(parts, wholes, strict=True)]
    sums = zip(tallied(parts, length), tallied(wholes, length), strict=True)
    assert state[:BEFORE] + state[-BEHIND:] == [-7.0] * (BEFORE + BEHIND)
    assert ours == pytest.approx([part / whole if whole else 0.5 for part, whole in sums], rel=1e-14, nan_ok=True)


def test_deviation_is_summed_over_the_window_alone() -> None:
    state = [0.0] * sum_size(3)
    total = [sum_push(state, 0, value, 3) for value in (100.0, 1.0, 2.0, 6.0)][-1]
    assert (total, sum_deviation(state, 0, total / 3, 3)) == (9.0, 6.0)
