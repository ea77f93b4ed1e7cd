"""Shares for a strength: by value, by risk, and never above a cap.

Worked by hand: 5 % of 100,000 at 40 are 125 shares; risking 1 % (1,000) on 2 ATRs of 2.5 dollars each are 200 shares;
10 % of 100,000 at 40 caps at 250. A budget of 1 % a day over a volatility of 4 % a day is a quarter of equity: 625
shares; over 0.5 % it would be twice equity, a cap of 0.3 leaves 750. A weight of 0.2 in an exposure of 1: 500 shares;
a correlation of 0.6 leaves 0.4 of 5 %: 50 shares.
"""

import math
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from robo_trader.core.rules.comparison import PARTS
from robo_trader.core.rules.sizing import (
    ATR_RISK,
    CORRELATION_SCALED,
    FIXED_FRACTION,
    FIXED_SHARES,
    INVERSE_VOLATILITY,
    KELLY,
    OPTIMAL_F,
    VOLATILITY_TARGET,
    atr_risk_shares,
    capped_shares,
    fixed_fraction_shares,
    sized_shares,
    whole_lots,
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
        pytest.param(VOLATILITY_TARGET, 0.04, 0.01, 0.3, -312.5, id="a volatility"),
        pytest.param(VOLATILITY_TARGET, 0.005, 0.01, 0.3, -750.0, id="a calm price stops at the cap"),
        pytest.param(INVERSE_VOLATILITY, 0.2, 1.0, 0.3, -250.0, id="a weight"),
        pytest.param(INVERSE_VOLATILITY, 0.9, 1.0, 0.3, -750.0, id="a large weight stops at the cap"),
        pytest.param(KELLY, 0.1, 0.0, 0.0, -125.0, id="what its trades speak for"),
        pytest.param(OPTIMAL_F, 0.0, 0.0, 0.0, 0.0, id="no edge"),
        pytest.param(CORRELATION_SCALED, 0.6, 0.05, 0.0, -25.0, id="less of what goes with what is held"),
        pytest.param(CORRELATION_SCALED, -0.6, 0.05, 0.0, -62.5, id="all of what goes against it"),
        pytest.param(CORRELATION_SCALED, 1.0, 0.05, 0.0, 0.0, id="nothing of the same"),
    ],
)
def test_one_call_serves_every_sizer(sizer: int, risk: float, first: float, second: float, shares: float) -> None:
    assert sized_shares(sizer, -0.5, 100_000.0, 40.0, risk, first, second) == pytest.approx(shares)


SIZERS = st.sampled_from([ATR_RISK, VOLATILITY_TARGET, INVERSE_VOLATILITY, KELLY, OPTIMAL_F])
BY_VOLATILITY = st.sampled_from([ATR_RISK, VOLATILITY_TARGET])
STRENGTHS, EQUITIES, PRICES = st.floats(-1.0, 1.0), st.floats(1.0, 1e9), st.floats(0.01, 1e5)
PARTS_OF_EQUITY = st.floats(1e-4, 1.0)


@given(SIZERS, STRENGTHS, EQUITIES, PRICES, st.sampled_from([math.nan, 0.0, -1.0, -math.inf]))
def test_unknown_risk_is_never_sized(sizer: int, strength: float, equity: float, price: float, risk: float) -> None:
    assert sized_shares(sizer, strength, equity, price, risk, 0.5, 0.5) == 0.0


@given(STRENGTHS, EQUITIES, PRICES)
def test_nor_is_an_unknown_correlation(strength: float, equity: float, price: float) -> None:
    assert sized_shares(CORRELATION_SCALED, strength, equity, price, math.nan, 0.5, 0.0) == 0.0


@given(
    st.sampled_from([VOLATILITY_TARGET, INVERSE_VOLATILITY]), STRENGTHS, PRICES, st.floats(1e-6, 10.0), PARTS_OF_EQUITY,
    PARTS_OF_EQUITY,
)  # fmt: skip
def test_never_more_than_the_cap_of_equity(
    sizer: int, strength: float, price: float, risk: float, first: float, cap: float
) -> None:
    shares = sized_shares(sizer, strength, 100_000.0, price, risk, first, cap)
    assert abs(shares) * price <= cap * 100_000.0 * (1 + 1e-12) and shares * strength >= 0.0


@given(SIZERS | st.just(FIXED_FRACTION), STRENGTHS, st.floats(1.0, 1e6), PRICES, PARTS_OF_EQUITY, st.floats(1.0, 100.0))
def test_more_equity_is_as_much_more_shares(
    sizer: int, strength: float, equity: float, price: float, risk: float, more: float
) -> None:
    less, much = (sized_shares(sizer, strength, money, price, risk, 0.1, 0.2) for money in (equity, more * equity))
    assert much == pytest.approx(more * less)


@given(BY_VOLATILITY, EQUITIES, PRICES, st.floats(1e-6, 10.0), st.floats(1e-6, 10.0))
def test_more_volatility_is_never_more_shares(
    sizer: int, equity: float, price: float, one: float, other: float
) -> None:
    calm, wild = sorted((one, other))
    assert sized_shares(sizer, 1.0, equity, price, wild, 0.1, 0.2) <= sized_shares(
        sizer, 1.0, equity, price, calm, 0.1, 0.2
    )


@pytest.mark.parametrize(
    ("shares", "lot", "cut"),
    [(250, 100, 200), (-250, 100, -200), (99, 100, 0), (-99, 100, 0), (7, 1, 7), (300, 100, 300)],
)
def test_whole_lots(shares: int, lot: int, cut: int) -> None:
    assert whole_lots(Decimal(shares), Decimal(lot)) == cut
    assert whole_lots(float(shares), float(lot)) == cut
    assert not whole_lots(Decimal(shares), Decimal(lot)).is_signed() or cut < 0, "there is one zero"


@given(st.integers(-(10**9), 10**9), st.integers(1, 10**6))
def test_lots_round_towards_zero(shares: int, lot: int) -> None:
    cut = whole_lots(Decimal(shares), Decimal(lot))
    assert cut % lot == 0 and 0 <= abs(shares) - abs(cut) < lot and cut * shares >= 0


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
