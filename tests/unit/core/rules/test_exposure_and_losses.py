"""The worst that working orders can do, against trying out every way they may fill; and how far equity has fallen.

Worked by hand: long 100 with 50 buying and 300 selling ends between -200 and 150: at worst 200.
"""

from decimal import Decimal
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from robo_trader.core.rules.exposure import clamped_shares, is_net_beyond, worst_case_shares
from robo_trader.core.rules.losses import drawdown_fraction, is_lost
from tests.examples import examples


@pytest.mark.parametrize(
    ("position", "buys", "sells", "worst"),
    [
        pytest.param(100, 50, 300, 200, id="selling through zero is worse than buying more"),
        pytest.param(100, 50, 100, 150, id="buying more is worse than selling all"),
        pytest.param(-100, 20, 50, 150, id="a short grows by selling"),
        pytest.param(-100, 500, 0, 400, id="a short is overtaken by purchases"),
        pytest.param(100, 0, 60, 100, id="a sale may never fill"),
        pytest.param(0, 0, 0, 0, id="nothing held, nothing working"),
    ],
)
def test_worst_case(position: int, buys: int, sells: int, worst: int) -> None:
    assert worst_case_shares(Decimal(position), Decimal(buys), Decimal(sells)) == worst


@given(st.integers(-30, 30), st.integers(0, 12), st.integers(0, 12))
@settings(deadline=None, max_examples=examples(60))
def test_no_filling_is_worse_than_the_worst_case(position: int, buys: int, sells: int) -> None:
    outcomes = [abs(position + bought - sold) for bought, sold in product(range(buys + 1), range(sells + 1))]
    assert worst_case_shares(float(position), float(buys), float(sells)) == max(outcomes)


@pytest.mark.parametrize(("equity", "fraction"), [("200", "0"), ("150", "0.25"), ("0", "1"), ("-100", "1.5")])
def test_drawdown_is_a_fraction_of_the_peak(equity: str, fraction: str) -> None:
    assert drawdown_fraction(Decimal(200), Decimal(equity)) == Decimal(fraction)


@pytest.mark.parametrize(
    ("equity", "is_too_much"),
    [
        pytest.param("98000.01", False, id="a cent less than 2 % of 100,000"),
        pytest.param("98000", False, id="exactly 2 %"),
        pytest.param("97999.99", True, id="a cent more"),
        pytest.param("101000", False, id="a gain"),
    ],
)
def test_a_loss_is_too_much_beyond_its_fraction(equity: str, is_too_much: bool) -> None:
    assert is_lost(Decimal(100_000), Decimal(equity), Decimal("0.02")) is is_too_much
    assert is_lost(100_000.0, float(equity), 0.02) is is_too_much


@pytest.mark.parametrize(
    ("net", "fraction", "beyond"),
    [
        pytest.param(20_000.0, 0.2, False, id="a fifth of equity"),
        pytest.param(20_001.0, 0.2, True, id="a dollar more"),
        pytest.param(1e-7, 0.0, False, id="what rounding leaves of nothing"),
        pytest.param(1.0, 0.0, True, id="a dollar above nothing"),
        pytest.param(-30_000.0, 0.0, False, id="the other side"),
    ],
)
def test_net_value_is_held_against_equity(net: float, fraction: float, beyond: bool) -> None:
    assert is_net_beyond(net, fraction, 100_000.0) is beyond
    assert is_net_beyond(Decimal(repr(net)), Decimal(repr(fraction)), Decimal(100_000)) is beyond


@pytest.mark.parametrize(("shares", "clamped"), [(5, 5), (11, 10), (-11, -10), (-10, -10)])
def test_shares_are_clamped_on_either_side(shares: int, clamped: int) -> None:
    assert clamped_shares(shares, 10) == clamped
