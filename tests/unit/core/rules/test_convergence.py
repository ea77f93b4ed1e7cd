"""The MACD is the distance of two averages that begin together; its signal is the average of it.

Worked by hand, fast 1, slow 2, signal 2, of 2, 4, 7, 1: the slow average is 3, 17/3, 23/9 from the second on, and the
fast one the price. Distances 1, 4/3, -14/9; their average 7/6, -35/54; what is left 1/6, -49/54.
"""

import math

import pytest

from robo_trader.core.features import trend
from robo_trader.core.features.feature import Feature

HAND = [2.0, 4.0, 7.0, 1.0]


def run(feature: Feature, prices: list[float]) -> list[float]:
    state = [0.0] * feature.state_size
    return [feature.rule(state, price, *feature.parameters) for price in prices]


@pytest.mark.parametrize(
    ("feature", "expected"),
    [
        pytest.param(trend.macd(1, 2), [1.0, 4 / 3, -14 / 9], id="distance"),
        pytest.param(trend.macd_signal(1, 2, 2), [7 / 6, -35 / 54], id="signal"),
        pytest.param(trend.macd_histogram(1, 2, 2), [1 / 6, -49 / 54], id="what is left"),
    ],
)
def test_as_worked_by_hand(feature: Feature, expected: list[float]) -> None:
    values = run(feature, HAND)
    unknown = len(HAND) - len(expected)
    assert all(map(math.isnan, values[:unknown]))
    assert values[unknown:] == pytest.approx(expected, rel=1e-12)


def test_the_fast_average_begins_with_the_last_closes_before_the_slow_one_does() -> None:
    assert run(trend.macd(2, 3), [100.0, 1.0, 3.0])[-1] == pytest.approx(2 - 104 / 3)
