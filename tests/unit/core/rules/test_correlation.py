"""How two rows of closes go together, as numpy has it, and what that says beside a position."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from robo_trader.core.rules.correlation import close_correlation, correlated_value

NAN = math.nan
UP_DOWN = [100.0, 110.0, 99.0, 108.9, 98.01]  # 10 % up, 10 % down, ...


def test_twice_the_returns_go_together_and_their_negatives_apart() -> None:
    twice, against = [10.0, 12.0, 9.6, 11.52, 9.216], [10.0, 9.0, 9.9, 8.91, 9.801]
    assert close_correlation(UP_DOWN, twice, 4) == pytest.approx(1.0)
    assert close_correlation(UP_DOWN, against, 4) == pytest.approx(-1.0)


def test_returns_run_from_one_common_bar_to_the_next() -> None:
    one = [100.0, NAN, 110.0, 99.0, 108.9, 98.01]
    other = [50.0, 70.0, 55.0, 49.5, NAN, 54.45]
    assert close_correlation(one, other, 3) == close_correlation(
        [100.0, 110.0, 99.0, 98.01], [50.0, 55.0, 49.5, 54.45], 3
    )


@pytest.mark.parametrize(
    ("one", "other", "length"),
    [
        pytest.param(UP_DOWN, UP_DOWN, 9, id="fewer than half of the returns"),
        pytest.param(UP_DOWN, [NAN] * 5, 4, id="no common bar"),
        pytest.param(UP_DOWN, [7.0] * 5, 4, id="a price that does not move"),
        pytest.param([], [], 4, id="nothing"),
    ],
)
def test_what_cannot_be_told_is_not_a_number(one: list[float], other: list[float], length: int) -> None:
    assert math.isnan(close_correlation(one, other, length))


PRICES = st.lists(st.tuples(st.floats(1.0, 999.0), st.floats(1.0, 999.0)), min_size=4, max_size=60)


@given(PRICES)
def test_as_numpy_reckons(rows: list[tuple[float, float]]) -> None:
    one, other = np.array(rows).T
    returns = one[1:] / one[:-1] - 1.0, other[1:] / other[:-1] - 1.0
    found = close_correlation(one.tolist(), other.tolist(), len(one) - 1)
    if min(float(np.std(part)) for part in returns) > 1e-6:
        assert found == pytest.approx(float(np.corrcoef(*returns)[0, 1]), abs=1e-6)
    assert math.isnan(found) or -1.0 <= found <= 1.0


@pytest.mark.parametrize(
    ("correlation", "strength", "value", "together"),
    [
        pytest.param(0.8, 1.0, 1_000.0, 800.0, id="long beside a long one"),
        pytest.param(0.8, -0.5, 1_000.0, -800.0, id="short beside a long one is a hedge"),
        pytest.param(0.8, -1.0, -1_000.0, 800.0, id="short beside a short one"),
        pytest.param(-0.5, 1.0, -1_000.0, 500.0, id="long beside a short one that moves against it"),
        pytest.param(NAN, -1.0, 1_000.0, 1_000.0, id="what is not known goes together"),
    ],
)
def test_sides_decide_what_goes_together(correlation: float, strength: float, value: float, together: float) -> None:
    assert correlated_value(correlation, strength, value) == together
