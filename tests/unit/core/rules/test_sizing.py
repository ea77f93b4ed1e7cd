"""Shares for a strength: by value, by risk, and never above a cap.

Worked by hand: 5 % of 100,000 at 40 are 125 shares; risking 1 % (1,000) on 2 ATRs of 2.5 dollars each are 200 shares;
10 % of 100,000 at 40 caps at 250.
"""

import math
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from robo_trader.core.rules.comparison import PARTS
from robo_trader.core.rules.sizing import (
    ATR_RISK,
    FIXED_FRACTION,
    FIXED_SHARES,
    atr_risk_shares,
    capped_shares,
    fixed_fraction_shares,
    sized_shares,
)


@pytest.mark.parametrize(("strength", "shares"), [(1.0, 125.0), (-1.0, -125.0), (0.5, 62.5), (0.0, 0.0)])
def test_fixed_fraction(strength: float, shares: float) -> None:
    assert fixed_fraction_shares(strength, 100_000, 40, 0.05) == pytest.approx(shares)


@pytest.mark.parametrize(("strength", "shares"), [(1.0, 200.0), (-0.5, -100.0), (0.0, 0.0)])
def test_atr_risk(strength: float, shares: float) -> None:
    assert atr_risk_shares(strength, 100_000, 2.5, 0.01, 2.0) == pytest.approx(shares)


def test_twice_the_range_is_half_the_shares() -> None:
    assert atr_risk_shares(1, 100_000, 5.0, 0.01, 2.0) == pytest.approx(100)


@pytest.mark.parametrize(
    ("sizer", "risk", "first", "second", "shares"),
    [
        pytest.param(FIXED_SHARES, math.nan, 30.0, 0.0, -15.0, id="a count, whatever the risk"),
        pytest.param(FIXED_FRACTION, math.nan, 0.05, 0.0, -62.5, id="a value, whatever the risk"),
        pytest.param(ATR_RISK, 2.5, 0.01, 2.0, -100.0, id="a risk"),
        pytest.param(ATR_RISK, math.nan, 0.01, 2.0, 0.0, id="a risk that is not known"),
        pytest.param(ATR_RISK, 0.0, 0.01, 2.0, 0.0, id="a price that does not move"),
    ],
)
def test_one_call_serves_every_sizer(sizer: int, risk: float, first: float, second: float, shares: float) -> None:
    assert sized_shares(sizer, -0.5, 100_000.0, 40.0, risk, first, second) == pytest.approx(shares)


@pytest.mark.parametrize(
    ("shares", "capped"),
    [
        pytest.param(251, 250, id="a long above the cap is cut"),
        pytest.param(-900, -250, id="a short above the cap is cut"),
        pytest.param(249, 249, id="a long within it stands"),
        pytest.param(-10, -10, id="a short within it stands"),
    ],
)
def test_cap(shares: int, capped: int) -> None:
    assert capped_shares(Decimal(shares), Decimal(40), Decimal(10_000)) == capped
    assert capped_shares(float(shares), 40.0, 10_000.0) == capped


@given(st.integers(-(10**9), 10**9), st.decimals("0.01", 9_999, places=4), st.decimals(0, 10**9, places=6))
@settings(deadline=None)
def test_the_cap_never_turns_or_enlarges_a_position(shares: int, price: Decimal, most: Decimal) -> None:
    capped = capped_shares(Decimal(shares), price, most)
    assert abs(capped) <= abs(shares) and capped * shares >= 0
    assert capped == int(capped)
    assert abs(capped) * price <= most + most / PARTS, "but for what no two kinds of number agree on"
