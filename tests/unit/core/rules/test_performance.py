"""How well an account did, worked by hand; what has no value is NaN."""

import math

import pytest

from robo_trader.core.rules.performance import (
    annual_alpha,
    annual_growth,
    annual_turnover,
    annual_volatility,
    growth_over_drawdown,
    ratio,
    return_over_deviation,
    sharpe_ratio,
    slippage_cost,
)


def test_growth_is_compounded_to_a_year() -> None:
    """44 % in two years is 20 % a year, for 1.2 x 1.2 is 1.44; 10 % in half a year is 21 %."""
    assert annual_growth(1.44, 504.0, 252.0) == pytest.approx(0.20, rel=1e-14)
    assert annual_growth(1.10, 126.0, 252.0) == pytest.approx(0.21, rel=1e-14)


@pytest.mark.parametrize(("growth", "played"), [(0.0, 10.0), (-0.5, 10.0), (1.1, 0.0)])
def test_an_account_that_is_gone_or_never_played_has_no_growth(growth: float, played: float) -> None:
    assert math.isnan(annual_growth(growth, played, 252.0))


def test_a_rate_beyond_all_numbers_is_none() -> None:
    """A million in one day, every day: 10 to the power of 1,512."""
    assert math.isnan(annual_growth(1e6, 1.0, 252.0))
    assert math.isnan(annual_alpha(1e6, 0.0, 0.0, 252.0))


def test_deviation_grows_with_the_root_of_time_and_return_with_time() -> None:
    """1 % a day over 256 days is 16 % a year; half of it in mean return gives 0.5 x 16."""
    assert annual_volatility(0.01, 256.0) == pytest.approx(0.16)
    assert return_over_deviation(0.005, 0.01, 256.0) == pytest.approx(8.0)


@pytest.mark.parametrize("deviation", [0.0, 1e-17])
def test_nothing_is_divided_by_a_deviation_that_is_only_rounding(deviation: float) -> None:
    assert math.isnan(return_over_deviation(0.001, deviation, 252.0))


def test_growth_over_drawdown() -> None:
    assert growth_over_drawdown(0.10, 0.05) == 2.0
    assert math.isnan(growth_over_drawdown(0.10, 0.0))


def test_a_ratio_without_denominator_is_nothing() -> None:
    assert ratio(6.0, 3.0) == 2.0
    assert math.isnan(ratio(6.0, 0.0)) and math.isnan(ratio(0.0, 0.0))


def test_alpha_compounds_what_the_benchmark_does_not_explain() -> None:
    """1 % a period less half of 1.8 % leaves 0.1 %; over two periods 0.2001 %."""
    assert annual_alpha(0.010, 0.018, 0.5, 2.0) == pytest.approx(0.002001, rel=1e-12)
    assert math.isnan(annual_alpha(-1.0, 0.0, 0.0, 252.0))


def test_a_round_trip_of_the_whole_account_turns_it_over_once() -> None:
    """Bought and sold for 100,000 each with 100,000 of equity, in half a year: once, so twice a year."""
    assert annual_turnover(200_000.0, 100_000.0, 126.0, 252.0) == 2.0


@pytest.mark.parametrize(("equity", "played"), [(0.0, 1.0), (-1.0, 1.0), (1.0, 0.0)])
def test_no_turnover_of_nothing(equity: float, played: float) -> None:
    assert math.isnan(annual_turnover(1.0, equity, played, 252.0))


@pytest.mark.parametrize(
    ("shares", "price", "cost"),
    [
        pytest.param(100, 10.02, 2.0, id="bought above the decision price"),
        pytest.param(-100, 9.98, 2.0, id="sold below it"),
        pytest.param(100, 9.99, -1.0, id="bought below it"),
    ],
)
def test_slippage_is_a_cost_on_either_side(shares: float, price: float, cost: float) -> None:
    assert slippage_cost(shares, price, 10.0) == pytest.approx(cost)


def test_sharpe_is_the_mean_over_the_deviation_of_a_year() -> None:
    """1 % and 3 %: 0.02 over a standard deviation of 0.02 / sqrt(2), and sqrt(252) of it."""
    assert sharpe_ratio([0.01, 0.03], 252.0) == pytest.approx(math.sqrt(2.0) * math.sqrt(252.0))


@pytest.mark.parametrize("returns", [[], [0.01], [0.01, 0.01, 0.01]], ids=["none", "one", "all alike"])
def test_what_does_not_vary_has_no_sharpe_ratio(returns: list[float]) -> None:
    assert math.isnan(sharpe_ratio(returns, 252.0))
