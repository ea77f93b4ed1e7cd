"""The line through a window agrees with least squares, and finds none where the price stands still.

Worked by hand over 3: of 1, 2, 4 the products sum to 3, the squared places to 2, the squares to 14/3: slope 3/2 and
9 / (2 * 14/3) = 27/28 explained. Of 2, 4, 3: 1, 2 and 2: slope 1/2, and 1/4 explained.
"""

import math
import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from robo_trader.core.features import trend
from robo_trader.core.features.feature import Feature

FALL_TO_REST = [*(1e4 / n for n in range(1, 11)), *[3.3] * 8]
PRICES = st.lists(st.integers(1, 1_000_000).map(lambda cents: cents / 100), min_size=1, max_size=60)


def run(feature: Feature, prices: list[float]) -> list[float]:
    state = [0.0] * feature.state_size
    return [feature.rule(state, price, *feature.parameters) for price in prices]


def test_as_worked_by_hand() -> None:
    slopes = run(trend.linreg_slope(3), [1.0, 2.0, 4.0, 3.0])
    explained = run(trend.linreg_r2(3), [1.0, 2.0, 4.0, 3.0])
    assert all(map(math.isnan, slopes[:2] + explained[:2]))
    assert slopes[2:] == pytest.approx([1.5, 0.5], rel=1e-12)
    assert explained[2:] == pytest.approx([27 / 28, 0.25], rel=1e-12)


def test_a_price_come_to_rest_has_no_slope_and_no_line_to_speak_of() -> None:
    assert run(trend.linreg_slope(7), FALL_TO_REST)[16:] == [0.0, 0.0]
    assert all(map(math.isnan, run(trend.linreg_r2(7), FALL_TO_REST)[16:]))


def test_a_line_explains_all_of_itself() -> None:
    explained = run(trend.linreg_r2(9), [0.1 * n for n in range(1, 60)])[8:]
    assert max(explained) <= 1.0
    assert explained == pytest.approx([1.0] * 51, rel=1e-12)


@given(PRICES, st.integers(3, 12))
@settings(deadline=None)
def test_agrees_with_least_squares(prices: list[float], length: int) -> None:
    places = np.arange(length) - (length - 1) / 2
    slopes, explained = run(trend.linreg_slope(length), prices), run(trend.linreg_r2(length), prices)
    for end in range(length, len(prices) + 1):
        window = np.array(prices[end - length : end])
        distances = window - window.mean()
        squares = float(distances @ distances)
        slope = float(places @ distances / (places @ places))
        assert math.isclose(slopes[end - 1], slope, rel_tol=1e-9, abs_tol=1e-10 * math.sqrt(squares))
        if window.max() > window.min():
            exact = slope * slope * float(places @ places) / squares
            assert math.isclose(explained[end - 1], exact, rel_tol=1e-9, abs_tol=1e-9)


@pytest.mark.parametrize("length", [2, 7, 50])
def test_slope_does_not_drift_in_fifty_thousand_bars(length: int) -> None:
    draw = random.Random(length)  # noqa: S311 - prices, not secrets
    prices = [100.0 * math.exp(draw.gauss(0, 0.5)) for _ in range(50_000)]
    ours = run(trend.linreg_slope(length), prices)[-200:]
    exact = [np.polyfit(range(length), prices[end - length : end], 1)[0] for end in range(49_801, 50_001)]
    np.testing.assert_allclose(ours, exact, rtol=1e-9, atol=1e-10)
