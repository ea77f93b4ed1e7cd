"""Strength is gains against losses, averaged as Wilder does; where nothing moves it is neither.

Worked by hand, length 2, on closes 10, 12, 11, 11, 14, 12 (changes +2, -1, 0, +3, -2). Average gain and loss: 1 and
0.5; 0.5 and 0.25; 1.75 and 0.125; 0.875 and 1.0625. So the index is 66.67, 66.67, 93.33, 45.16, and gains less losses
in percent of both 33.33, 33.33, 86.67, -9.68. In its range of two bars the index stands nowhere, on top, at the bottom.
"""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from robo_trader.core.features import momentum
from robo_trader.core.features.feature import Feature

HAND = [10.0, 12.0, 11.0, 11.0, 14.0, 12.0]
CLOSES = st.lists(st.one_of(st.just(10.0), st.floats(0.01, 10_000)), min_size=1, max_size=60)


def run(feature: Feature, closes: list[float]) -> list[float]:
    state = [0.0] * feature.state_size
    return [feature.rule(state, close, *feature.parameters) for close in closes]


@pytest.mark.parametrize(
    ("feature", "expected"),
    [
        pytest.param(momentum.rsi(2), [200 / 3, 200 / 3, 280 / 3, 1400 / 31], id="relative strength index"),
        pytest.param(momentum.cmo(2), [100 / 3, 100 / 3, 260 / 3, -300 / 31], id="Chande's oscillator"),
        pytest.param(momentum.stochastic_rsi(2, 2), [50.0, 100.0, 0.0], id="the index in its range"),
    ],
)
def test_as_worked_by_hand(feature: Feature, expected: list[float]) -> None:
    values = run(feature, HAND)
    unknown = len(HAND) - len(expected)
    assert all(map(math.isnan, values[:unknown]))
    assert values[unknown:] == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(
    ("feature", "middle"),
    [(momentum.rsi(3), 50.0), (momentum.cmo(3), 0.0), (momentum.stochastic_rsi(3, 3), 50.0)],
    ids=["rsi", "cmo", "stochastic_rsi"],
)
def test_a_price_that_stands_still_is_neither_strong_nor_weak(feature: Feature, middle: float) -> None:
    assert run(feature, [25.0] * 12)[feature.warm_up - 1 :] == [middle] * (13 - feature.warm_up)


@pytest.mark.parametrize(("step", "expected"), [(1.0, 100.0), (-1.0, 0.0)], ids=["rising", "falling"])
def test_a_price_that_only_goes_one_way_is_at_the_end_of_the_scale(step: float, expected: float) -> None:
    closes = [100.0 + step * n for n in range(40)]
    assert set(run(momentum.rsi(5), closes)[5:]) == {expected}
    assert set(run(momentum.stochastic_rsi(5, 5), closes)[9:]) == {50.0}  # the index itself does not move


@given(CLOSES, st.integers(1, 10), st.integers(2, 10))
@settings(deadline=None)
def test_each_keeps_to_its_scale(closes: list[float], rsi_length: int, length: int) -> None:
    for feature, low in (
        (momentum.rsi(rsi_length), 0.0),
        (momentum.cmo(rsi_length), -100.0),
        (momentum.stochastic_rsi(rsi_length, length), 0.0),
    ):
        values = run(feature, closes)
        assert all(map(math.isnan, values[: feature.warm_up - 1]))
        assert all(low <= value <= 100.0 for value in values[feature.warm_up - 1 :])


@given(CLOSES, st.integers(1, 10))
@settings(deadline=None)
def test_chandes_oscillator_is_the_strength_index_on_another_scale(closes: list[float], length: int) -> None:
    strength, balance = run(momentum.rsi(length), closes), run(momentum.cmo(length), closes)
    assert balance == pytest.approx([2.0 * value - 100.0 for value in strength], abs=1e-11, nan_ok=True)
