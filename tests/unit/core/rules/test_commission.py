"""Commission is bounded below by a minimum and above by a share of the value, and the upper bound wins.

Worked by hand with 0.005 a share, at least 1.00, at most 1 %: 1,000 shares at 10 cost 5.00; 100 at 10 the minimum; 20
at 2 (worth 40) the maximum, 0.40, though it is below the minimum.
"""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from robo_trader.core.rules.commission import bounded_commission, order_charge, sale_fees, third_party_fees

PER_SHARE, MINIMUM, MAXIMUM = Decimal("0.005"), Decimal(1), Decimal("0.01")


@pytest.mark.parametrize(
    ("shares", "price", "expected"),
    [
        pytest.param(1_000, "10", "5", id="by the share"),
        pytest.param(100, "10", "1", id="at least the minimum"),
        pytest.param(200, "10", "1", id="the minimum where it begins"),
        pytest.param(1_000, "0.10", "1", id="the maximum where it begins"),
        pytest.param(20, "2", "0.4", id="the maximum beats the minimum"),
        pytest.param(10_000, "0.20", "20", id="the maximum beats the price by the share"),
    ],
)
def test_bounds(shares: int, price: str, expected: str) -> None:
    value = shares * Decimal(price)
    assert bounded_commission(Decimal(shares), value, PER_SHARE, MINIMUM, MAXIMUM) == Decimal(expected)
    in_floats = bounded_commission(float(shares), float(value), 0.005, 1.0, 0.01)
    assert in_floats == pytest.approx(float(expected), rel=1e-12)


def test_third_parties_take_by_the_share_and_by_the_commission() -> None:
    # 1,000 shares at 0.0032 = 3.20, and 0.1 % of a commission of 5
    assert third_party_fees(Decimal(1_000), Decimal(5), Decimal("0.0032"), Decimal("0.001")) == Decimal("3.205")


@pytest.mark.parametrize(
    ("shares", "value", "expected"),
    [
        pytest.param(1_000, 20_000, "0.366", id="0.166 by the share and 0.20 by the value"),
        pytest.param(50_000, 20_000, "8.5", id="8.30 is the most by the share"),
    ],
)
def test_regulators_take_from_sales(shares: int, value: int, expected: str) -> None:
    fees = sale_fees(Decimal(shares), Decimal(value), Decimal("0.000166"), Decimal("8.30"), Decimal("0.00001"))
    assert fees == Decimal(expected)


@pytest.mark.parametrize(
    ("is_sale", "expected"),
    [
        pytest.param(False, "8.205", id="a purchase: 5 to the broker, 3.205 to third parties"),
        pytest.param(True, "8.571", id="a sale: 0.366 to the regulators as well"),
    ],
)
def test_an_order_pays_all_of_them(is_sale: bool, expected: str) -> None:
    """1,000 shares at 20: 0.005 and 0.0032 a share, 0.1 % of the commission; 0.000166 a share, 0.00001 of value."""
    rates = ("0.005", "1", "0.01", "0.0032", "0.001", "0.000166", "8.30", "0.00001")
    assert order_charge(Decimal(1_000), Decimal(20_000), is_sale, *map(Decimal, rates)) == Decimal(expected)
    in_floats = order_charge(1_000.0, 20_000.0, is_sale, *map(float, rates))
    assert in_floats == pytest.approx(float(expected), rel=1e-12)


@given(st.integers(0, 10**6), st.integers(0, 10**6), st.integers(0, 10**9), st.integers(0, 10**9))
@settings(deadline=None)
def test_more_shares_and_more_value_never_cost_less(shares: int, more: int, cents: int, more_cents: int) -> None:
    def charge(quantity: int, value: int) -> Decimal:
        return bounded_commission(Decimal(quantity), Decimal(value) / 100, PER_SHARE, MINIMUM, MAXIMUM)

    assert 0 <= charge(shares, cents) <= charge(shares + more, cents + more_cents)
