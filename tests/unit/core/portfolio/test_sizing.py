"""Sizers turn a strength into signed shares; unknown risk is never sized.

Worked by hand: 5 % of 100,000 at 110 are 45.45 shares. Risking 1 % of 100,000 on 2 ATRs of 4 dollars: 125 shares.
Half a strength of 30 shares: 15. A yearly volatility of 10 % is 0.63 % a day: over 1.26 % a day, half of equity.
"""

import math
from collections.abc import Callable

import pytest

from robo_trader.core.domain.errors import InvalidConfig
from robo_trader.core.market.bar_sizes import BarSize
from robo_trader.core.portfolio.sizing import (
    AtrRisk,
    CorrelationScaled,
    FixedFraction,
    FixedShares,
    InverseVolatility,
    Kelly,
    OptimalF,
    Sizer,
    VolatilityTarget,
    size,
)

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


@pytest.mark.parametrize(("strength", "shares"), [(1.0, 454.5455), (-0.5, -227.2727), (0.0, 0.0)])
def test_volatility_target(strength: float, shares: float) -> None:
    sizer = VolatilityTarget(volatility_annual=0.1, fraction_max=1.0)
    daily = 2 * 0.1 / math.sqrt(252)
    assert size(sizer, strength, 100_000, 110, (daily,)) == pytest.approx(shares, abs=1e-4)


def test_a_year_has_as_many_bars_as_its_sessions() -> None:
    assert [size.bars_a_year / 252 for size in (BarSize.DAY_1, BarSize.HOUR_1, BarSize.MINUTE_1)] == [1, 7, 390]
    hourly = VolatilityTarget(volatility_annual=0.42, bars_a_year=BarSize.HOUR_1.bars_a_year)
    assert hourly.parameters[0] == pytest.approx(0.42 / 42)


@pytest.mark.parametrize(
    ("sizer", "features"),
    [
        (VolatilityTarget(), ["realised_volatility_30"]),
        (InverseVolatility(length=20), ["inverse_share(realised_volatility_20)"]),
        (CorrelationScaled(), ["realised_volatility_60"]),
        (Kelly(), []),
    ],
)
def test_what_each_waits_for(sizer: Sizer, features: list[str]) -> None:
    assert [feature.name for feature in sizer.features] == features


def test_who_remembers_what() -> None:
    assert Kelly(trades_max=50).trade_parameters == (0.5, 0.2, 30, 0.02, 30.0, 50)
    assert OptimalF().trade_parameters and not VolatilityTarget().trade_parameters
    assert (CorrelationScaled(length=40).correlation_length, Kelly().correlation_length) == (40, 0)


@pytest.mark.parametrize(
    ("kind", "given", "told"),
    [
        (VolatilityTarget, {"volatility_annual": 10}, "VolatilityTarget: volatility_annual must be a number from"),
        (VolatilityTarget, {"fraction_max": math.nan}, "fraction_max must be"),
        (InverseVolatility, {"length": 1}, "length must be a whole number from 2"),
        (InverseVolatility, {"exposure": 0}, "exposure must be"),
        (Kelly, {"multiple": 1.5}, "Kelly: multiple must be"),
        (Kelly, {"trades_min": 200}, "trades_max must be a whole number from 200"),
        (OptimalF, {"fallback": -0.1}, "OptimalF: fallback must be"),
        (CorrelationScaled, {"fraction": 2.0}, "fraction must be"),
    ],
)
def test_what_cannot_be_meant_is_refused(kind: Callable[..., Sizer], given: dict[str, float], told: str) -> None:
    with pytest.raises(InvalidConfig, match=told):
        kind(**given)
