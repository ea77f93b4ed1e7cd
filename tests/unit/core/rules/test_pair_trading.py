"""A pair has a ratio within 5, a statistic of -3 or below, a half-life of 1 to 60 bars; in at 2, out at 0.5 or 4."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from robo_trader.core.rules.cointegration import spread_half_life_state_size, spread_half_life_update
from robo_trader.core.rules.pair_trading import (
    HALF_LIFE_IS_OUT,
    IS_WAITING,
    NEVER,
    NOT_COINTEGRATED,
    PAIR,
    PAIR_STATE_SIZE,
    RATIO_IS_OUT,
    half_life_or_never_state_size,
    half_life_or_never_update,
    leg_weight,
    pair_fault,
    spread_side,
)


@pytest.mark.parametrize(
    ("ratio", "statistic", "half_life", "fault"),
    [
        pytest.param(1.0, -3.0, 10.0, PAIR, id="a pair, if only just"),
        pytest.param(5.0, -9.0, 60.0, PAIR, id="the largest ratio, the longest half-life"),
        pytest.param(0.2, -9.0, 1.0, PAIR, id="the smallest ratio, the shortest half-life"),
        pytest.param(5.1, -9.0, 10.0, RATIO_IS_OUT, id="the second leg is too large"),
        pytest.param(0.19, -9.0, 10.0, RATIO_IS_OUT, id="too small"),
        pytest.param(-1.0, -9.0, 10.0, RATIO_IS_OUT, id="both legs on one side hedge nothing"),
        pytest.param(1.0, -2.9, 10.0, NOT_COINTEGRATED, id="the spread may wander"),
        pytest.param(1.0, -9.0, 0.9, HALF_LIFE_IS_OUT, id="back before we could trade"),
        pytest.param(1.0, -9.0, 61.0, HALF_LIFE_IS_OUT, id="back too late"),
        pytest.param(1.0, -9.0, NEVER, HALF_LIFE_IS_OUT, id="never back"),
    ],
)
def test_what_is_a_pair(ratio: float, statistic: float, half_life: float, fault: int) -> None:
    assert pair_fault(ratio, statistic, half_life, 5.0, -3.0, 1.0, 60.0) == fault


@pytest.mark.parametrize(
    ("ratio", "first", "second"), [(1.0, 1.0, -1.0), (0.5, 1.0, -0.5), (2.0, 0.5, -1.0), (4.0, 0.25, -1.0)]
)
def test_the_larger_leg_has_strength_1(ratio: float, first: float, second: float) -> None:
    assert (leg_weight(ratio, 1.0), leg_weight(ratio, -1.0)) == (first, second)


@given(st.floats(0.001, 1000.0))
def test_legs_hedge_each_other(ratio: float) -> None:
    first, second = leg_weight(ratio, 1.0), leg_weight(ratio, -1.0)
    assert -second / first == pytest.approx(ratio)
    assert max(first, -second) == 1.0


def sides(*zscores: float, faults: dict[int, int] | None = None, lasting: dict[int, int] | None = None) -> list[float]:
    """The side at each bar; `faults` of entry and `lasting` ones by the number of the bar."""
    state = [0.0] * PAIR_STATE_SIZE
    return [
        spread_side(state, z, 2.0, 0.5, 4.0, (faults or {}).get(n, PAIR), (lasting or {}).get(n, PAIR))
        for n, z in enumerate(zscores)
    ]


@pytest.mark.parametrize(
    ("zscores", "expected"),
    [
        pytest.param((1.9, 2.0, 3.0, 0.6, 0.5), (0, -1, -1, -1, 0), id="wide: short until it is home"),
        pytest.param((-2.0, -0.6, -0.5), (1, 1, 0), id="narrow: held until it is home"),
        pytest.param((2.0, -2.0, -2.0), (-1, 0, 1), id="through home at once: out, and in the next bar"),
        pytest.param((4.0, 3.0), (0, -1), id="no entry beyond the stop; one on the way back"),
        pytest.param((2.0, 4.0, 3.0, 0.6, 3.0), (-1, 0, 0, 0, 0), id="after a stop it waits"),
        pytest.param((2.0, 4.0, 0.5, 2.0), (-1, 0, 0, -1), id="until the distance has come home"),
        pytest.param((-2.0, -4.0, -2.0, 0.0, -2.0), (1, 0, 0, 0, 1), id="likewise on the other side"),
    ],
)
def test_the_side_of_the_spread(zscores: tuple[float, ...], expected: tuple[float, ...]) -> None:
    assert tuple(sides(*zscores)) == expected


def test_what_is_no_pair_is_not_entered_but_kept_by_milder_terms() -> None:
    assert sides(2.5, 2.5, 2.5, faults={0: NOT_COINTEGRATED, 2: NOT_COINTEGRATED}) == [0.0, -1.0, -1.0]


def test_what_is_no_pair_by_milder_terms_is_left() -> None:
    assert sides(2.5, 2.5, 2.5, lasting={1: HALF_LIFE_IS_OUT}, faults={2: RATIO_IS_OUT}) == [-1.0, 0.0, 0.0]


def test_the_wait_is_kept_while_there_is_no_pair() -> None:
    state = [0.0] * PAIR_STATE_SIZE
    state[IS_WAITING] = 1.0
    assert spread_side(state, 3.0, 2.0, 0.5, 4.0, PAIR, PAIR) == 0.0
    assert state[IS_WAITING] == 1.0


def walk(seed: int, bars: int = 60) -> list[tuple[float, float]]:
    """Two unrelated random walks."""
    steps = np.random.default_rng(seed).normal(0, 0.02, (2, bars))
    first, second = 100.0 * np.exp(np.cumsum(steps, axis=1))
    return list(zip(first.tolist(), second.tolist(), strict=True))


@pytest.mark.parametrize("seed", range(5))
def test_the_half_life_is_that_of_the_spread_or_never(seed: int) -> None:
    length = 10
    plain = [0.0] * spread_half_life_state_size(length)
    ours = [0.0] * half_life_or_never_state_size(length)
    for n, pair in enumerate(walk(seed)):
        expected = spread_half_life_update(plain, *pair, length)
        found = half_life_or_never_update(ours, *pair, length)
        if n < length - 1:
            assert math.isnan(found)
        elif math.isnan(expected):
            assert found == NEVER
        else:
            assert found == expected


def test_a_leg_that_does_not_move_never_comes_back() -> None:
    state = [0.0] * half_life_or_never_state_size(5)
    values = [half_life_or_never_update(state, 100.0 + n % 3, 50.0, 5) for n in range(8)]
    assert all(map(math.isnan, values[:4])) and values[4:] == [NEVER] * 4
