"""Half-life, autocorrelation and Hurst exponent.

Worked by hand. Closes 116, 108, 104, 102 lose half of their distance from 100 each bar: the change falls by 0.5 for
each dollar of level, and the half-life is ln(2) / 0.5. Log closes 0, 1, 1, 2 change by 1, 0, 1 over one bar, a mean
square of 2 / 3, and by 1, 1 over two, a mean square of 1: an exponent of ln(1.5) / ln(2) / 2.
"""

import math
import random

import pytest

from robo_trader.core.rules.persistence import (
    autocorrelation_state_size,
    autocorrelation_update,
    half_life_of,
    half_life_state_size,
    half_life_update,
    hurst_state_size,
    hurst_update,
)


def half_lives(closes: list[float], length: int) -> list[float]:
    state = [0.0] * half_life_state_size(length)
    return [half_life_update(state, close, length) for close in closes]


def autocorrelations(closes: list[float], length: int, lag: int) -> list[float]:
    state = [0.0] * autocorrelation_state_size(length, lag)
    return [autocorrelation_update(state, close, length, lag) for close in closes]


def hursts(logs: list[float], length: int, longest_lag: int) -> list[float]:
    state = [0.0] * hurst_state_size(length, longest_lag)
    return [hurst_update(state, math.exp(value), length, longest_lag) for value in logs]


def hurst_at_once(logs: list[float], lags: list[int]) -> float:
    squares = [
        math.log(math.fsum((b - a) ** 2 for a, b in zip(logs, logs[lag:], strict=False)) / (len(logs) - lag))
        for lag in lags
    ]
    places = [math.log(lag) for lag in lags]
    mean = sum(places) / len(places)
    slope = sum((x - mean) * y for x, y in zip(places, squares, strict=True)) / sum((x - mean) ** 2 for x in places)
    return slope / 2


def walk(count: int, seed: int) -> list[float]:
    draw = random.Random(seed)  # noqa: S311 - prices, not secrets
    logs = [0.0]
    for _ in range(count - 1):
        logs.append(logs[-1] + draw.gauss(0, 0.01))
    return logs


def test_half_of_the_distance_is_made_good_in_a_half_life() -> None:
    values = half_lives([116.0, 108.0, 104.0, 102.0], 3)
    assert all(map(math.isnan, values[:3]))
    assert values[3] == pytest.approx(math.log(2) / 0.5, rel=1e-12)


def test_what_grows_or_stands_still_has_no_half_life() -> None:
    assert math.isnan(half_lives([1.0, 2.0, 4.0, 8.0, 16.0], 3)[-1])
    assert math.isnan(half_lives([7.0] * 8, 3)[-1])
    assert math.isnan(half_life_of(0.0))
    assert math.isnan(half_life_of(-1e-13))


def test_returns_that_alternate_are_negatively_correlated_at_lag_one() -> None:
    closes = [100.0, 110.0] * 6
    assert autocorrelations(closes, 5, 1)[-1] == pytest.approx(-1.0, abs=1e-12)
    assert autocorrelations(closes, 5, 2)[-1] == pytest.approx(1.0, abs=1e-12)


def test_autocorrelation_needs_the_window_its_lag_and_one_close_more() -> None:
    closes = [math.exp(value) for value in walk(20, 1)]
    assert [math.isnan(value) for value in autocorrelations(closes, 5, 3)] == [n < 8 for n in range(20)]


def test_a_price_that_stands_still_has_no_autocorrelation() -> None:
    assert math.isnan(autocorrelations([100.0, 103.0, *([0.1] * 20)], 5, 2)[-1])


def test_hurst_compares_mean_squares_over_lags() -> None:
    values = hursts([5.0, 0.0, 1.0, 1.0, 2.0], 4, 2)
    assert [math.isnan(value) for value in values] == [True, True, True, False, False]
    assert values[-1] == pytest.approx(math.log(1.5) / math.log(2) / 2, rel=1e-12)


def test_a_steady_drift_has_the_exponent_1() -> None:
    assert hursts([0.01 * n for n in range(100)], 64, 16)[-1] == pytest.approx(1.0, rel=1e-9)


def test_a_random_walk_has_an_exponent_near_one_half() -> None:
    values = hursts(walk(4000, 7), 2000, 16)[2000:]
    assert min(values) > 0.45 and max(values) < 0.55


def test_a_level_with_noise_has_an_exponent_near_0() -> None:
    draw = random.Random(2)  # noqa: S311 - prices, not secrets
    assert abs(hursts([draw.gauss(0, 0.01) for _ in range(1000)], 500, 16)[-1]) < 0.05


def test_hurst_is_unknown_while_a_lag_shows_no_change() -> None:
    assert math.isnan(hursts([0.0, 1.0] * 10, 8, 2)[-1])
    assert math.isnan(hursts([0.3, 0.7, *([0.1] * 30)], 8, 4)[-1])


@pytest.mark.parametrize("count", [30, 31, 45, 60, 61, 90])
def test_hurst_agrees_with_its_window_taken_at_once(count: int) -> None:
    logs = walk(count, 11)
    assert hursts(logs, 30, 9)[-1] == pytest.approx(hurst_at_once(logs[-30:], [1, 2, 4, 8]), rel=1e-11)


@pytest.mark.parametrize("later", range(5))
def test_hurst_keeps_its_digits_once_a_spike_has_left(later: int) -> None:
    logs = [value / 100 for value in walk(80, 5)]
    logs[20 + later] = 600.0
    for end in range(52 + later, 80):
        assert hursts(logs[:end], 30, 8)[-1] == pytest.approx(
            hurst_at_once(logs[end - 30 : end], [1, 2, 4, 8]), rel=1e-9
        )


def test_a_window_that_has_been_replaced_is_as_good_as_new() -> None:
    logs = walk(3000, 6)
    assert hursts(logs, 30, 8)[-1] == hursts(logs[-30:], 30, 8)[-1]
