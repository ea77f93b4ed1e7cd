"""Averages made of averages lose the lag of their parts, and the adaptive one follows straight moves only.

Worked by hand. Weighted over 3 of 6, 12, 18, 6: (6 + 24 + 54) / 6 = 14 and (12 + 36 + 18) / 6 = 11.
Exponential over 2 of 1, 3, 5, 1: 2, 4, 2; of these over 2: 3, 7/3; of these over 2: 8/3. So the double one is
8 - 3 = 5 and 4 - 7/3 = 5/3, the triple one 6 - 7 + 8/3 = 5/3.
Hull's over 4 of 12, 24, 12, 36, 24: the weighted one over 2 is 28 and 28, over 4 it is 24 and 25.2; twice the one less
the other 32 and 30.8; of these the weighted one over 2 is (32 + 61.6) / 3 = 31.2.
Kaufman's over 2, fast 1 and slow 3, of 10, 12, 11, 13, 15: efficiency 1/3, so weight (1/2 + 1/3 * 1/2)^2 = 4/9 from
12: 104/9. Again 1/3: 988/81. Then 1, weight 1: 15.
"""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from robo_trader.core.features import trend
from robo_trader.core.features.feature import Feature

AVERAGES = [trend.wma(4), trend.dema(3), trend.tema(3), trend.hma(6), trend.kama(4, 2, 30)]
PRICES = st.lists(st.floats(0.01, 10_000), min_size=1, max_size=60)


def run(feature: Feature, prices: list[float]) -> list[float]:
    state = [0.0] * feature.state_size
    return [feature.rule(state, price, *feature.parameters) for price in prices]


@pytest.mark.parametrize(
    ("feature", "prices", "expected"),
    [
        pytest.param(trend.wma(3), [6.0, 12.0, 18.0, 6.0], [14.0, 11.0], id="weighted"),
        pytest.param(trend.dema(2), [1.0, 3.0, 5.0, 1.0], [5.0, 5 / 3], id="double exponential"),
        pytest.param(trend.tema(2), [1.0, 3.0, 5.0, 1.0], [5 / 3], id="triple exponential"),
        pytest.param(trend.hma(4), [12.0, 24.0, 12.0, 36.0, 24.0], [31.2], id="Hull's"),
        pytest.param(trend.kama(2, 1, 3), [10.0, 12.0, 11.0, 13.0, 15.0], [104 / 9, 988 / 81, 15.0], id="Kaufman's"),
    ],
)
def test_as_worked_by_hand(feature: Feature, prices: list[float], expected: list[float]) -> None:
    values = run(feature, prices)
    unknown = len(prices) - len(expected)
    assert all(map(math.isnan, values[:unknown]))
    assert values[unknown:] == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("feature", AVERAGES, ids=lambda one: one.name)
def test_of_a_price_that_stands_still_every_average_is_the_price(feature: Feature) -> None:
    values = run(feature, [100.1] * 40)
    assert values[feature.warm_up - 1 :] == pytest.approx([100.1] * (41 - feature.warm_up), rel=1e-14)


def test_hull_keeps_up_with_a_straight_line() -> None:
    assert run(trend.hma(4), [10.0, 20.0, 30.0, 40.0, 50.0, 60.0])[4:] == pytest.approx([50.0, 60.0], rel=1e-14)


@given(PRICES, st.integers(1, 12))
@settings(deadline=None)
def test_the_weighted_average_agrees_with_its_definition(prices: list[float], length: int) -> None:
    weights = range(1, length + 1)
    for end, ours in enumerate(run(trend.wma(length), prices), start=1):
        if end < length:
            assert math.isnan(ours)
            continue
        window = prices[end - length : end]
        exact = math.fsum(weight * price for weight, price in zip(weights, window, strict=True)) / sum(weights)
        assert math.isclose(ours, exact, rel_tol=1e-12, abs_tol=1e-13 * max(prices[:end]))


@given(PRICES, st.integers(2, 12))
@settings(deadline=None)
def test_the_adaptive_average_stays_within_the_prices(prices: list[float], length: int) -> None:
    known = [value for value in run(trend.kama(length), prices) if not math.isnan(value)]
    assert all(min(prices) * (1 - 1e-12) <= value <= max(prices) * (1 + 1e-12) for value in known)
