"""What a strategy's own trades speak for: Kelly's fraction and optimal f; never a negative edge, never above the cap.

Worked by hand: of 10 trades 6 win 2 % each and 4 lose 1 % each: p = 0.6, b = 2, and Kelly's fraction is 0.6 - 0.4 / 2
= 0.4. With a win of twice the largest loss at even chances the slope of the logarithms is 2 / (1 + 2 f) - 1 / (1 - f),
0 at f = 0.25: at a largest loss of 50 % that holds half of equity. Vince's own coin: 2 for 1, optimal f 0.25.
"""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from robo_trader.core.rules.trade_edge import edge_fraction, kelly_fraction, optimal_f_fraction
from robo_trader.core.rules.trades import remember_trade, trades_size

SIX_OF_TEN = [0.02] * 6 + [-0.01] * 4
LENGTH = 40


def remembered(returns: list[float], length: int = LENGTH) -> list[float]:
    trades = [0.0] * trades_size(length)
    for one in returns:
        remember_trade(trades, one, length)
    return trades


def edge(returns: list[float], **terms: float) -> float:
    optimal, multiple, cap = bool(terms.get("optimal", 0)), terms.get("multiple", 1.0), terms.get("cap", 1.0)
    least, fallback, shrinkage = terms.get("least", 1.0), terms.get("fallback", 0.03), terms.get("shrinkage", 0.0)
    return edge_fraction(remembered(returns), optimal, multiple, cap, least, fallback, shrinkage, LENGTH)


def test_kelly_by_win_rate_and_payoff() -> None:
    assert kelly_fraction(remembered(SIX_OF_TEN), 10) == pytest.approx(0.4)


def test_kelly_of_a_losing_strategy_is_below_0() -> None:
    assert kelly_fraction(remembered([0.01] * 4 + [-0.01] * 6), 10) == pytest.approx(-0.2)
    assert kelly_fraction(remembered([-0.01]), 1) == -1.0


def test_optimal_f_of_vinces_coin() -> None:
    assert optimal_f_fraction(remembered([1.0, -0.5]), 2) == pytest.approx(0.25 / 0.5)


def test_optimal_f_is_where_the_product_is_largest() -> None:
    returns = [0.05, -0.03, 0.02, -0.01, 0.04, -0.025]
    best = optimal_f_fraction(remembered(returns), len(returns))

    def growth(fraction: float) -> float:
        return math.fsum(math.log1p(fraction * one) for one in returns)

    assert growth(best) > max(growth(best - 0.01), growth(best + 0.01)) and best > 1.0


def test_optimal_f_of_a_losing_strategy_is_0() -> None:
    assert optimal_f_fraction(remembered([0.01, -0.02]), 2) == 0.0


@pytest.mark.parametrize("optimal", [0, 1])
@pytest.mark.parametrize("returns", [[], [0.02], [0.02, 0.0]])
def test_while_none_has_lost_it_is_the_fallback(optimal: int, returns: list[float]) -> None:
    assert edge(returns, optimal=optimal) == 0.03
    assert edge(returns, optimal=optimal, cap=0.01) == 0.01, "never above the cap"


def test_too_few_trades_are_the_fallback() -> None:
    assert edge(SIX_OF_TEN, least=11) == 0.03
    assert edge(SIX_OF_TEN, least=10) == pytest.approx(0.4)


def test_half_kelly_shrunk_by_ten_trades() -> None:
    """Half of 0.4, times 10 / (10 + 30)."""
    assert edge(SIX_OF_TEN, multiple=0.5, shrinkage=30.0) == pytest.approx(0.05)


def test_only_the_last_trades_count() -> None:
    returns = [-0.5] * 20 + SIX_OF_TEN
    assert edge_fraction(remembered(returns, 10), False, 1.0, 1.0, 1.0, 0.0, 0.0, 10) == pytest.approx(0.4)


RETURNS = st.lists(st.floats(-1.5, 3.0).map(lambda number: round(number, 4)), max_size=60)


@given(RETURNS, st.booleans(), st.floats(0.01, 1.0), st.floats(0.01, 1.0), st.integers(1, 50), st.floats(0.0, 100.0))
def test_from_0_to_the_cap_whatever_the_trades(
    returns: list[float], optimal: bool, multiple: float, cap: float, least: int, shrinkage: float
) -> None:
    fraction = edge_fraction(remembered(returns), optimal, multiple, cap, least, 0.02, shrinkage, LENGTH)
    assert 0.0 <= fraction <= cap
    known = returns[-LENGTH:]
    if len(known) >= least and min(known, default=0.0) < 0.0 and math.fsum(known) < -1e-9:
        assert fraction == 0.0, "no negative edge is sized"


@given(RETURNS.filter(bool), st.floats(0.0, 50.0), st.floats(0.0, 50.0))
def test_more_shrinkage_never_sizes_more(returns: list[float], one: float, other: float) -> None:
    low, high = sorted((one, other))
    assert edge([*returns, -0.001], shrinkage=high) <= edge([*returns, -0.001], shrinkage=low)
