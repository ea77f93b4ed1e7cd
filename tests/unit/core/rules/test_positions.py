"""What a fill closes, what it costs, and what it earns; quantities and costs are signed.

Worked by hand: 100 shares cost 1,000. Selling 40 at 12 takes away 400 of cost for 480: profit 80. Short 100 for -1,000:
buying 40 back at 12 takes away -400 for 480: profit -80.
"""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from robo_trader.core.rules.positions import closing_part, cost_of_closed, realised_profit


@pytest.mark.parametrize(
    ("held", "change", "closed"),
    [
        pytest.param(0, 100, 0, id="opening a long closes nothing"),
        pytest.param(0, -100, 0, id="opening a short closes nothing"),
        pytest.param(100, 50, 0, id="adding to a long closes nothing"),
        pytest.param(-100, -50, 0, id="adding to a short closes nothing"),
        pytest.param(100, -40, -40, id="selling some of a long"),
        pytest.param(-100, 40, 40, id="buying back some of a short"),
        pytest.param(100, -100, -100, id="selling all of a long"),
        pytest.param(100, -150, -100, id="a flip to short closes what was held"),
        pytest.param(-100, 150, 100, id="a flip to long closes what was owed"),
    ],
)
def test_closing_part(held: int, change: int, closed: int) -> None:
    assert closing_part(Decimal(held), Decimal(change)) == closed
    assert closing_part(float(held), float(change)) == closed


@pytest.mark.parametrize(
    ("held", "cost", "closed", "price", "profit"),
    [
        pytest.param(100, 1_000, -40, 12, 80, id="part of a long sold higher"),
        pytest.param(100, 1_000, -40, 9, -40, id="part of a long sold lower"),
        pytest.param(100, 1_000, -100, 12, 200, id="all of a long"),
        pytest.param(-100, -1_000, 40, 12, -80, id="part of a short bought back higher"),
        pytest.param(-100, -1_000, 100, 9, 100, id="all of a short bought back lower"),
    ],
)
def test_profit_of_what_closes(held: int, cost: int, closed: int, price: int, profit: int) -> None:
    exact = cost_of_closed(Decimal(held), Decimal(cost), Decimal(closed))
    assert realised_profit(Decimal(closed), Decimal(price), exact) == profit
    rough = cost_of_closed(float(held), float(cost), float(closed))
    assert realised_profit(float(closed), float(price), rough) == pytest.approx(profit)


def test_the_last_shares_take_all_of_the_cost_with_them() -> None:
    """Not 3 / 3 of it by division: a third of a cent must not stay behind."""
    odd = Decimal("1000.000001")
    assert cost_of_closed(Decimal(3), odd, Decimal(-3)) == odd


@given(st.integers(-(10**6), 10**6), st.integers(-(10**6), 10**6))
@settings(deadline=None)
def test_what_closes_never_exceeds_what_is_held_and_the_rest_never_opposes_what_remains(held: int, change: int) -> None:
    closed = closing_part(Decimal(held), Decimal(change))
    opened = change - closed
    assert abs(closed) <= abs(held) and closed * held <= 0
    assert (held + closed) * opened >= 0
