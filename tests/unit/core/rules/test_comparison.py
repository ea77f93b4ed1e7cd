"""A limit is broken by more than a billionth of it: floats and decimals, which differ in their last bits, agree.

Worked by hand: a billionth of 50,000 dollars is 0.00005 dollars.
"""

import math
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from robo_trader.core.rules.comparison import exceeds, is_clearly_above

MONEY = st.decimals("-1000000", "1000000", places=2)


@pytest.mark.parametrize(
    ("value", "limit", "expected"),
    [
        pytest.param("50000.01", "50000", True, id="a cent too much"),
        pytest.param("50000", "50000", False, id="at the limit"),
        pytest.param("50000.00005", "50000", False, id="within a billionth"),
        pytest.param("50000.00006", "50000", True, id="beyond a billionth"),
        pytest.param("0.01", "0", True, id="anything is more than nothing"),
        pytest.param("0", "0", False, id="nothing is not"),
        pytest.param("-1", "-2", True, id="a debt that is smaller"),
        pytest.param("-2", "-1", False, id="a debt that is larger"),
    ],
)
def test_exceeds(value: str, limit: str, expected: bool) -> None:
    assert exceeds(Decimal(value), Decimal(limit)) is expected
    if "0000" not in value[6:]:  # the edge of a billionth itself is finer than what a float can hold
        assert exceeds(float(value), float(limit)) is expected


@given(MONEY, MONEY)
@settings(deadline=None)
def test_both_kinds_of_number_agree_about_cents(value: Decimal, limit: Decimal) -> None:
    assert exceeds(value, limit) == exceeds(float(value), float(limit)) == (value > limit)


@given(st.floats(0.01, 1e9), st.integers(2, 50))
@settings(deadline=None)
def test_a_limit_that_was_summed_in_parts_is_not_broken_by_its_rounding(limit: float, parts: int) -> None:
    assert not exceeds(math.fsum([limit / parts] * parts), limit)
    assert not exceeds(sum([limit / parts] * parts), limit)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (100.01, 100.0, True),
        (100.0, 100.0, False),
        (100.0 + 1e-11, 100.0, False),
        (99.0, 100.0, False),
        (math.nan, 1.0, False),
        (1.0, math.nan, False),
    ],
)
def test_clearly_above(one: float, other: float, expected: bool) -> None:
    assert is_clearly_above(one, other) is expected
