"""Estimators from whole bars agree with their papers' formulae, and with the volatility of a price that wanders.

Worked by hand in log prices. A bar whose high is 1 above its low: Parkinson's variance is 1 / (4 log 2). One that opens
at its low and closes at its high, 1 above: Garman's and Klass's is 1/2 - (2 log 2 - 1), Rogers's and Satchell's is 0,
for all of it may be drift. One that comes back to its open from 1 above and 1 below: Rogers's and Satchell's is 2.
Yang's and Zhang's over 2 has k = 0.34 / 4.34: gaps of 1 and -1 have a sample variance of 2, and bodies of 1 and -1
count k times 2.
"""

import math
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from robo_trader.core.features import volatility
from robo_trader.core.features.feature import Definition, Feature

Row = tuple[float, float, float, float]  # open, high, low, close

E = math.e
STILL = (1.0, 1.0, 1.0, 1.0)
K_OF_TWO = 0.34 / (1.34 + 3)
SIGMA = 0.02
ESTIMATORS = [volatility.parkinson, volatility.garman_klass, volatility.rogers_satchell, volatility.yang_zhang]
PRICES = st.lists(st.tuples(*[st.floats(0.5, 2.0)] * 4), min_size=1, max_size=40)


def run(feature: Feature, bars: list[Row]) -> list[float]:
    state = [0.0] * feature.state_size
    places = [("open", "high", "low", "close").index(name) for name in feature.inputs]
    return [feature.rule(state, *(bar[place] for place in places), *feature.parameters) for bar in bars]


def wandering_bars(count: int, drift: float, gap: float) -> list[Row]:
    """Return bars of a seeded walk of 400 steps with volatility `SIGMA` a bar, and gaps between them."""
    draw = random.Random(1980)  # noqa: S311 - prices, not secrets
    bars, level = [], 0.0
    for _ in range(count):
        level += draw.gauss(0, gap)
        path = [level]
        for _ in range(400):
            path.append(path[-1] + draw.gauss(drift / 400, SIGMA / 20))
        bars.append((math.exp(path[0]), math.exp(max(path)), math.exp(min(path)), math.exp(path[-1])))
        level = path[-1]
    return bars


@pytest.mark.parametrize(
    ("feature", "bars", "variance"),
    [
        pytest.param(volatility.parkinson(1), [(1.0, E, 1.0, 2.0)], 0.25 / math.log(2), id="one bar of Parkinson's"),
        pytest.param(volatility.parkinson(2), [(1.0, E, 1.0, 2.0), STILL], 0.125 / math.log(2), id="and a still one"),
        pytest.param(volatility.garman_klass(1), [(1.0, E, 1.0, E)], 1.5 - 2 * math.log(2), id="Garman's and Klass's"),
        pytest.param(volatility.rogers_satchell(1), [(1.0, E, 1.0, E)], 0.0, id="drift is no volatility"),
        pytest.param(volatility.rogers_satchell(1), [(1.0, E, 1 / E, 1.0)], 2.0, id="there and back is"),
        pytest.param(volatility.yang_zhang(2), [STILL, (E, E, E, E), STILL], 2.0, id="gaps"),
        pytest.param(volatility.yang_zhang(2), [STILL, (1.0, E, 1.0, E), (E, E, 1.0, 1.0)], 2 * K_OF_TWO, id="bodies"),
    ],
)
def test_as_worked_by_hand(feature: Feature, bars: list[Row], variance: float) -> None:
    values = run(feature, bars)
    assert all(map(math.isnan, values[:-1]))
    assert values[-1] == pytest.approx(math.sqrt(variance), rel=1e-12, abs=1e-12)


@pytest.mark.parametrize(
    ("definition", "drift", "gap"),
    [
        pytest.param(volatility.parkinson, 0.0, 0.0, id="Parkinson's without drift"),
        pytest.param(volatility.garman_klass, 0.0, 0.0, id="Garman's and Klass's without drift"),
        pytest.param(volatility.rogers_satchell, 0.03, 0.0, id="Rogers's and Satchell's with drift"),
        pytest.param(volatility.yang_zhang, 0.03, 0.02, id="Yang's and Zhang's with drift and gaps"),
    ],
)
def test_finds_the_volatility_of_a_walk(definition: Definition, drift: float, gap: float) -> None:
    found = run(definition(400), wandering_bars(401, drift, gap))[-1]
    assert found == pytest.approx(math.hypot(SIGMA, gap), rel=0.08)  # steps miss a little of the true range


@pytest.mark.parametrize("definition", ESTIMATORS, ids=lambda one: one.name)
def test_a_price_come_to_rest_has_none_at_all(definition: Definition) -> None:
    assert run(definition(3), [*wandering_bars(5, 0.0, 0.01), *[STILL] * 8])[-4:] == [0.0] * 4


@given(PRICES, st.integers(2, 10))
@settings(deadline=None)
def test_none_is_ever_below_zero_or_infinite(prices: list[Row], length: int) -> None:
    bars = [(first, max(four), min(four), last) for four in prices for first, *_, last in [four]]
    for definition in ESTIMATORS:
        feature = definition(length)
        values = run(feature, bars)
        assert [math.isnan(value) for value in values] == [n + 1 < feature.warm_up for n in range(len(bars))]
        assert all(0.0 <= value < math.inf for value in values[feature.warm_up - 1 :])
