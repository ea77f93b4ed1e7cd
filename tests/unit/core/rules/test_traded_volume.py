"""How much is traded, against before and in dollars.

Worked by hand, over two bars. Volumes 10, 30, 40, 0, 0, 5: 40 is twice the mean of 10 and 30; then nothing, of means 35
and 20; then nothing was traded before. Closes 10, 20, 30 on volumes 1, 2, 0 are 10, 40 and 0 dollars: means 25 and 20.
Of volumes 10 and 30 the second is one standard deviation, 10, above the mean, 20.
"""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from robo_trader.core.features import volume
from robo_trader.core.features.feature import Feature


def run(feature: Feature, rows: list[tuple[float, ...]]) -> list[float]:
    state = [0.0] * feature.state_size
    return [feature.rule(state, *row, *feature.parameters) for row in rows]


def test_relative_volume_compares_with_the_bars_before() -> None:
    values = run(volume.relative_volume(2), [(10.0,), (30.0,), (40.0,), (0.0,), (0.0,), (5.0,)])
    assert [math.isnan(value) for value in values] == [True, True, False, False, False, True]
    assert values[2:5] == [2.0, 0.0, 0.0]


def test_dollar_volume_is_a_mean() -> None:
    values = run(volume.dollar_volume(2), [(10.0, 1.0), (20.0, 2.0), (30.0, 0.0)])
    assert math.isnan(values[0])
    assert values[1:] == [25.0, 20.0]


def test_volume_zscore_includes_the_bar_itself() -> None:
    values = run(volume.volume_zscore(2), [(10.0,), (30.0,), (30.0,)])
    assert values[1] == pytest.approx(1.0, rel=1e-12)
    assert math.isnan(values[2])  # all volumes are equal


@given(st.lists(st.integers(0, 10**9).map(float), max_size=50), st.integers(1, 8))
@settings(deadline=None)
def test_relative_volume_agrees_with_its_formula(volumes: list[float], length: int) -> None:
    for now, value in enumerate(run(volume.relative_volume(length), [(traded,) for traded in volumes])):
        before = volumes[max(0, now - length) : now]
        if now < length or not any(before):
            assert math.isnan(value)
        else:
            assert value == pytest.approx(volumes[now] * length / sum(before), rel=1e-12)
