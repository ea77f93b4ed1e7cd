"""Returns and changes reach back exactly as far as they say.

Worked by hand on closes 100, 110, 99, 198: bar returns 10 %, -10 %, 100 %; over two bars -1 % and 80 %, or -1 and 88
dollars; from three bars ago to one bar ago 99 / 100, which is -1 %.
"""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from robo_trader.core.features import momentum
from robo_trader.core.features.feature import Feature

HAND = [100.0, 110.0, 99.0, 198.0]
CLOSES = st.lists(st.floats(0.01, 10_000), min_size=1, max_size=40)


def run(feature: Feature, closes: list[float]) -> list[float]:
    state = [0.0] * feature.state_size
    return [feature.rule(state, close, *feature.parameters) for close in closes]


@pytest.mark.parametrize(
    ("feature", "expected"),
    [
        pytest.param(momentum.bar_return(), [0.1, -0.1, 1.0], id="bar by bar"),
        pytest.param(momentum.roc(2), [-1.0, 80.0], id="percent over two bars"),
        pytest.param(momentum.momentum(2), [-1.0, 88.0], id="dollars over two bars"),
        pytest.param(momentum.momentum_12_1(3, 1), [-0.01], id="three bars ago to one bar ago"),
        pytest.param(momentum.momentum_12_1(2, 0), [-0.01, 0.8], id="with nothing left out"),
    ],
)
def test_as_worked_by_hand(feature: Feature, expected: list[float]) -> None:
    values = run(feature, HAND)
    unknown = len(HAND) - len(expected)
    assert all(map(math.isnan, values[:unknown]))
    assert values[unknown:] == pytest.approx(expected, rel=1e-12)


@given(CLOSES, st.integers(2, 12), st.data())
@settings(deadline=None)
def test_a_return_with_a_skip_reads_two_closes(closes: list[float], lookback: int, data: st.DataObject) -> None:
    skip = data.draw(st.integers(0, lookback - 1))
    for now, value in enumerate(run(momentum.momentum_12_1(lookback, skip), closes)):
        if now < lookback:
            assert math.isnan(value)
        else:
            assert value == closes[now - skip] / closes[now - lookback] - 1
