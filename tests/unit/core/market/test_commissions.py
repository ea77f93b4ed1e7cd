"""The price lists of Interactive Brokers, and that the parts of an order cost what the order costs.

Worked by hand, fixed: 1,000 shares at 50 cost 5.00; sold, 0.166 more for the regulator. 100 shares cost 1.00. 20 shares
at 2 cost 1 % of 40. Tiered: 1,000 shares at 50 cost 3.50 + 1,000 * 0.0032 + 3.50 * 0.000735 = 6.7025725, in the books
6.702572 (half to even); 10 shares at 50: 0.35 + 0.032 + 0.00025725 = 0.38225725, in the books 0.382257.
"""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from robo_trader.core.market.commissions import IBKR_FIXED, IBKR_TIERED, SCHEDULES, CommissionSchedule
from tests.examples import examples

FILLS = st.lists(
    st.tuples(st.integers(1, 60_000), st.decimals("0.01", 900, places=4)),
    min_size=1,
    max_size=8,
)


@pytest.mark.parametrize(
    ("schedule", "shares", "price", "bought", "sold"),
    [
        pytest.param(IBKR_FIXED, 1_000, "50", "5", "5.166", id="fixed, by the share"),
        pytest.param(IBKR_FIXED, 100, "50", "1", "1.0166", id="fixed, the minimum"),
        pytest.param(IBKR_FIXED, 20, "2", "0.4", "0.40332", id="fixed, the maximum beats the minimum"),
        pytest.param(IBKR_FIXED, 100_000, "50", "500", "508.3", id="fixed, the regulator's fee is capped at 8.30"),
        pytest.param(IBKR_TIERED, 1_000, "50", "6.702572", "6.868572", id="tiered, by the share"),
        pytest.param(IBKR_TIERED, 10, "50", "0.382257", "0.383917", id="tiered, the minimum"),
        pytest.param(IBKR_TIERED, 10, "1", "0.132074", "0.133734", id="tiered, the maximum beats the minimum"),
    ],
)
def test_price_list(schedule: CommissionSchedule, shares: int, price: str, bought: str, sold: str) -> None:
    value = shares * Decimal(price)
    assert schedule.charge(Decimal(shares), value, is_sale=False) == Decimal(bought)
    assert schedule.charge(Decimal(shares), value, is_sale=True) == Decimal(sold)


def test_a_sale_pays_by_its_value_where_the_law_says_so() -> None:
    # SEC fee of 27.80 for a million: 100,000 dollars pay 2.78, and the minimum commission is none
    schedule = CommissionSchedule(
        per_share=Decimal(0), minimum=Decimal(0), maximum_fraction=Decimal(1), sale_value_fraction=Decimal("0.0000278")
    )
    assert schedule.charge(Decimal(1_000), Decimal(100_000), is_sale=True) == Decimal("2.78")
    assert schedule.charge(Decimal(1_000), Decimal(100_000), is_sale=False) == 0


@pytest.mark.parametrize("name", SCHEDULES)
def test_nothing_filled_costs_nothing(name: str) -> None:
    assert SCHEDULES[name].charge(Decimal(0), Decimal(0), is_sale=True) == 0


@pytest.mark.parametrize("name", SCHEDULES)
@pytest.mark.parametrize("is_sale", [True, False])
@given(fills=FILLS)
@settings(deadline=None, max_examples=examples(80))
def test_each_fill_adds_to_the_charge_and_never_gives_back(
    name: str, is_sale: bool, fills: list[tuple[int, Decimal]]
) -> None:
    shares = value = charged = Decimal(0)
    for quantity, price in fills:
        shares, value = shares + quantity, value + quantity * price
        charge = SCHEDULES[name].charge(shares, value, is_sale=is_sale)
        assert charge >= charged
        assert charge == charge.quantize(Decimal("0.000001")), "the books know no smaller amount"
        charged = charge
