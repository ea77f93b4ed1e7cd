"""Floats become Decimal in one place, rounded on purpose: prices to 4 decimals, shares towards zero."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from robo_trader.core.domain.money import price_from_float, round_money, shares_from_float


@pytest.mark.parametrize(
    ("value", "price"),
    [(100.0, "100"), (0.1 + 0.2, "0.3"), (1.23456, "1.2346"), (1e16, "10000000000000000"), (0.0001, "0.0001")],
)
def test_a_price_has_four_decimals_and_no_noise(value: float, price: str) -> None:
    assert price_from_float(value) == Decimal(price)


@given(st.floats(0.01, 1e6))
@settings(deadline=None)
def test_a_price_is_off_by_half_a_hundredth_of_a_cent_at_most(value: float) -> None:
    assert abs(price_from_float(value) - Decimal(value)) <= Decimal("0.00005000001")


@pytest.mark.parametrize("value", [0.0, -1.0, float("nan"), float("inf")])
def test_what_is_no_price_is_a_bug(value: float) -> None:
    with pytest.raises(AssertionError):
        price_from_float(value)


@pytest.mark.parametrize(("value", "shares"), [(99.999, 99), (-99.999, -99), (0.9, 0), (-0.9, 0), (5.0, 5)])
def test_shares_are_rounded_towards_zero(value: float, shares: int) -> None:
    assert shares_from_float(value) == shares


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_what_is_no_count_is_a_bug(value: float) -> None:
    with pytest.raises(AssertionError):
        shares_from_float(value)


@pytest.mark.parametrize(
    ("amount", "rounded"), [("0.0000005", "0"), ("0.0000015", "0.000002"), ("-1.1234567", "-1.123457")]
)
def test_money_is_rounded_half_even_to_a_millionth(amount: str, rounded: str) -> None:
    assert round_money(Decimal(amount)) == Decimal(rounded)
