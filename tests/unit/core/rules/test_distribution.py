"""z-score, skewness, kurtosis and realised volatility of one series.

Worked by hand. z-score: 3 is 1 above the mean of 1, 2, 3, whose deviation is sqrt(2 / 3), so sqrt(1.5). Closes 100,
100, 100, 130 have returns 0, 0, 0.3: distances from their mean -0.1, -0.1, 0.2, second moment 0.02, third 0.002, so a
skewness of 0.002 / 0.02 ** 1.5 = sqrt(0.5). With a further 100 before and 140 at the end the returns are 0, 0, 0, 0.4:
second moment 0.03, fourth 0.0021, so an excess kurtosis of 0.0021 / 0.0009 - 3 = -2 / 3. Log returns 0.1 and -0.1 have
a sample variance of 0.02.
"""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from robo_trader.core.rules.distribution import (
    kurtosis_state_size,
    kurtosis_update,
    realised_volatility_state_size,
    realised_volatility_update,
    skew_state_size,
    skew_update,
    zscore_state_size,
    zscore_update,
)

CLOSES = st.lists(st.integers(100, 100_000).map(lambda cents: cents / 100), min_size=5, max_size=40)


def zscores(closes: list[float], length: int) -> list[float]:
    state = [0.0] * zscore_state_size(length)
    return [zscore_update(state, close, length) for close in closes]


def skews(closes: list[float], length: int) -> list[float]:
    state = [0.0] * skew_state_size(length)
    return [skew_update(state, close, length) for close in closes]


def kurtoses(closes: list[float], length: int) -> list[float]:
    state = [0.0] * kurtosis_state_size(length)
    return [kurtosis_update(state, close, length) for close in closes]


def volatilities(closes: list[float], length: int) -> list[float]:
    state = [0.0] * realised_volatility_state_size(length)
    return [realised_volatility_update(state, close, length) for close in closes]


def first_known(values: list[float]) -> int:
    return next(place for place, value in enumerate(values, start=1) if not math.isnan(value))


def test_zscore_counts_standard_deviations() -> None:
    assert zscores([9.0, 1.0, 2.0, 3.0], 3)[-1] == pytest.approx(math.sqrt(1.5), rel=1e-14)


def test_skew_is_above_0_for_a_rare_gain() -> None:
    assert skews([100.0, 100.0, 100.0, 130.0], 3)[-1] == pytest.approx(math.sqrt(0.5), rel=1e-12)


def test_kurtosis_is_in_excess_of_the_normal_one() -> None:
    assert kurtoses([100.0, 100.0, 100.0, 100.0, 140.0], 4)[-1] == pytest.approx(-2 / 3, rel=1e-12)


def test_realised_volatility_is_of_a_sample_of_log_returns() -> None:
    assert volatilities([1.0, math.exp(0.1), 1.0], 2)[-1] == pytest.approx(math.sqrt(0.02), rel=1e-14)


def test_a_price_that_stands_still_has_no_volatility_and_no_shape() -> None:
    closes = [50.0, 70.3, *([0.1] * 30)]
    assert volatilities(closes, 5)[-1] == 0.0
    assert math.isnan(zscores(closes, 5)[-1])
    assert math.isnan(skews(closes, 5)[-1])
    assert math.isnan(kurtoses(closes, 5)[-1])


def test_returns_need_one_close_more_than_levels() -> None:
    closes = [100.0, 101.0, 99.0, 104.0, 98.0, 103.0, 97.0, 108.0]
    assert first_known(zscores(closes, 5)) == 5
    assert [first_known(rule(closes, 5)) for rule in (skews, kurtoses, volatilities)] == [6, 6, 6]


@given(CLOSES, st.integers(2, 10))
@settings(deadline=None)
def test_a_zscore_stays_within_what_its_window_allows(closes: list[float], length: int) -> None:
    limit = math.sqrt(length - 1) * (1 + 1e-12)  # reached when all values but one are equal
    assert all(math.isnan(value) or abs(value) <= limit for value in zscores(closes, length))


@given(CLOSES, st.sampled_from([0.25, 2.0, 8.0]))
@settings(deadline=None)
def test_a_split_of_all_history_changes_nothing(closes: list[float], factor: float) -> None:
    split = [close * factor for close in closes]
    for rule in (zscores, skews, kurtoses, volatilities):
        assert rule(split, 4) == pytest.approx(rule(closes, 4), rel=1e-12, nan_ok=True)
