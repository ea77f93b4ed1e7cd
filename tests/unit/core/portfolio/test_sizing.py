"""Sizers turn a strength into signed shares; unknown risk is never sized.

Worked by hand: 5 % of 100,000 at 110 are 45.45 shares. Risking 1 % of 100,000 on 2 ATRs of 4 dollars: 125 shares.
Half a strength of 30 shares: 15.
"""

import math

import pytest

from robo_trader.core.portfolio.sizing import AtrRisk, FixedFraction, FixedShares, size

ATR_RISK = AtrRisk(risk_fraction=0.01, length=14, multiple=2.0)


@pytest.mark.parametrize(("strength", "shares"), [(1.0, 45.4545), (-0.5, -22.7273), (0.0, 0.0)])
def test_fixed_fraction(strength: float, shares: float) -> None:
    assert size(FixedFraction(fraction=0.05), strength, 100_000, 110, ()) == pytest.approx(shares, abs=1e-4)


@pytest.mark.parametrize(("strength", "shares"), [(1.0, 30.0), (-0.5, -15.0), (0.0, 0.0)])
def test_fixed_shares_look_at_neither_equity_nor_price(strength: float, shares: float) -> None:
    for equity, price in ((100_000.0, 110.0), (1.0, 10_000.0)):
        assert size(FixedShares(quantity=30), strength, equity, price, ()) == shares


def test_what_is_sized_by_price_or_count_needs_no_feature() -> None:
    assert FixedFraction(fraction=0.05).features == ()
    assert FixedShares(quantity=30).features == ()


@pytest.mark.parametrize(("strength", "shares"), [(1.0, 125.0), (-1.0, -125.0), (0.0, 0.0)])
def test_atr_risk_does_not_look_at_the_price(strength: float, shares: float) -> None:
    for price in (10.0, 1_000.0):
        assert size(ATR_RISK, strength, 100_000, price, (4.0,)) == pytest.approx(shares)


@pytest.mark.parametrize("range_", [math.nan, 0.0, -1.0, math.inf])
def test_unknown_risk_is_never_sized(range_: float) -> None:
    assert size(ATR_RISK, 1.0, 100_000, 100, (range_,)) == 0.0


def test_atr_risk_reads_the_true_range() -> None:
    assert [feature.name for feature in ATR_RISK.features] == ["atr_14"]
