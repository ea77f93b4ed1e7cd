"""Statistics worked by hand, and None, never a wrong number, where there is no value."""

import json
import math
from dataclasses import fields

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from robo_trader.research.backtest.statistics import Statistics, session_returns
from tests.unit.research.frames import a_result, a_row, some_closes, some_equity, some_fills


def test_return_and_risk() -> None:
    """1,000 to 1,100 to 990: +10 % and -10 %. Mean 0, so Sharpe 0; deviation sqrt(0.02); growth 0.99 in 2 of 252."""
    of = a_result(some_equity([1_100.0, 990.0])).statistics
    assert (of.sessions, of.bars, of.net_profit) == (2, 2, -10.0)
    assert of.total_return == pytest.approx(-0.01)
    assert of.cagr == pytest.approx(0.99**126 - 1)
    assert of.volatility == pytest.approx(math.sqrt(0.02 * 252))
    assert of.sharpe == pytest.approx(0.0, abs=1e-12)
    assert (of.best_session, of.worst_session) == pytest.approx((0.1, -0.1))
    assert (of.max_drawdown, of.max_drawdown_bars, of.max_drawdown_sessions) == pytest.approx((0.1, 1, 1))
    assert of.calmar == pytest.approx((0.99**126 - 1) / 0.1)


def test_daily_figures_take_the_end_of_a_session_and_drawdown_every_bar() -> None:
    """Within the first session equity halves and comes back: no daily loss, but a drawdown of 50 %."""
    of = a_result(some_equity([500.0, 1_000.0, 1_000.0, 1_010.0], bars_a_session=2)).statistics
    assert (of.sessions, of.bars) == (2, 4)
    assert of.worst_session == 0.0
    assert (of.max_drawdown, of.max_drawdown_bars, of.max_drawdown_sessions) == (0.5, 2, 1)


def test_the_tail_of_losses() -> None:
    """40 sessions, of which two lost 10 % and 20 % and the others nothing: the worst two are 5 %, mean 15 %.

    The 5 % quantile lies at 0.05 x 39 = 1.95 among the sorted ones: between the second (-10 %) and the third (0).
    """
    values = [1_000.0] * 19 + [900.0] * 10 + [720.0] * 11
    of = a_result(some_equity(values)).statistics
    assert of.value_at_risk_95 == pytest.approx(0.05 * 0.10)
    assert of.expected_shortfall_95 == pytest.approx(0.15)
    assert a_result(some_equity(values[:19])).statistics.value_at_risk_95 is None


def test_trades() -> None:
    """Net 198, -102 and -52 on 1,000, 1,000 and 500: one win of three; 198 over 154; 14.67 over a mean loss of 77."""
    fills = some_fills(
        a_row("BUY", 100, 10, day=0, commission=1), a_row("SELL", 100, 12, day=2, commission=1),
        a_row("BUY", 100, 10, day=2, commission=1), a_row("SELL", 100, 9, day=3, commission=1),
        a_row("SELL", 50, 10, day=3, commission=1), a_row("BUY", 50, 11, day=6, commission=1, slippage=-4),
        a_row("BUY", 10, 10, day=6, slippage=2.5),
    )  # fmt: skip
    of = a_result(some_equity([1_000.0] * 7), fills, closing_prices={"AAPL": 10.0}).statistics
    assert (of.trades, of.open_trades, of.win_rate) == pytest.approx((3, 1, 1 / 3))
    assert of.profit_factor == pytest.approx(198 / 154)
    assert (of.average_trade, of.average_win, of.average_loss) == pytest.approx((44 / 3, 198.0, 77.0))
    assert of.expectancy == pytest.approx(44 / 3 / 77)
    assert of.average_trade_return == pytest.approx((0.198 - 0.102 - 0.104) / 3)
    assert (of.largest_win, of.largest_loss) == (198.0, 102.0)
    assert (of.average_bars_held, of.average_holding_seconds) == (2.0, 2 * 86_400.0)
    assert (of.commission, of.slippage) == (6.0, -1.5)


def test_a_trade_that_breaks_even_is_neither_won_nor_lost() -> None:
    fills = some_fills(a_row("BUY", 1, 10), a_row("SELL", 1, 10, day=1))
    of = a_result(some_equity([1_000.0, 1_000.0]), fills).statistics
    assert (of.trades, of.win_rate, of.profit_factor, of.expectancy, of.average_loss) == (1, 0.0, None, None, None)


def test_turnover_and_exposure() -> None:
    """Bought and sold for 1,000 each with 1,000 of equity: once in 4 of 252 sessions. In the market 2 of 4 slices."""
    fills = some_fills(a_row("BUY", 100, 10), a_row("SELL", 100, 10, day=2))
    of = a_result(some_equity([1_000.0] * 4, gross=[1_000.0, 500.0, 0.0, 0.0]), fills).statistics
    assert (of.turnover, of.time_in_market, of.average_exposure) == (63.0, 0.5, 0.375)


def test_an_account_that_does_twice_what_the_benchmark_does() -> None:
    benchmark = [100.0, 110.0, 99.0, 108.9]  # +10 %, -10 %, +10 %
    of = a_result(some_equity([1_000.0, 1_200.0, 960.0, 1_152.0]), benchmark=some_closes(benchmark)).statistics
    assert (of.beta, of.alpha, of.correlation) == pytest.approx((2.0, 0.0, 1.0), abs=1e-12)


def test_a_day_without_benchmark_is_joined_to_the_next_on_both_sides() -> None:
    """Account +10 %, +10 %, -5 %; the benchmark knows nothing of day 1: pairs are (21 %, 5 %) and (-5 %, -10 %)."""
    equity = some_equity([1_000.0, 1_100.0, 1_210.0, 1_149.5])
    of = a_result(equity, benchmark=some_closes([100.0, None, 105.0, 94.5])).statistics
    assert of.beta == pytest.approx(0.26 / 0.15)


def test_a_stale_price_of_the_benchmark_counts_for_no_session() -> None:
    equity = some_equity([1_000.0, 1_100.0, 1_210.0, 1_149.5])
    late = pl.concat([some_closes([50.0], first_day=-3), some_closes([100.0, 105.0, 94.5], first_day=1)])
    of = a_result(equity, benchmark=late).statistics
    assert of.beta == pytest.approx((0.10 + 0.05) / 0.15)


@pytest.mark.parametrize("closes", [[], [100.0, 101.0], [100.0] * 4], ids=["none", "one pair", "never moves"])
def test_nothing_is_said_against_a_benchmark_that_says_nothing(closes: list[float]) -> None:
    of = a_result(some_equity([1_000.0, 1_100.0, 1_210.0, 1_149.5]), benchmark=some_closes(closes)).statistics
    assert (of.beta, of.alpha, of.correlation) == (None, None, None)


def test_a_flat_account_has_beta_0_and_no_correlation() -> None:
    of = a_result(some_equity([1_000.0] * 3), benchmark=some_closes([100.0, 110.0, 99.0])).statistics
    assert (of.beta, of.correlation) == (0.0, None)


def test_without_a_bar_there_is_nothing_to_say() -> None:
    of = a_result(benchmark=some_closes([])).statistics.as_dict()
    zeros = {"sessions", "bars", "trades", "open_trades", "commission", "slippage"}
    assert {name for name, value in of.items() if value == 0} == zeros
    assert all(of[name] is None for name in of.keys() - zeros)


def test_flat_equity_has_returns_and_no_ratios() -> None:
    of = a_result(some_equity([1_000.0] * 30)).statistics
    assert (of.total_return, of.cagr, of.volatility, of.max_drawdown, of.longest_drawdown_sessions) == (0, 0, 0, 0, 0)
    assert (of.sharpe, of.sortino, of.calmar, of.win_rate, of.profit_factor, of.expectancy) == (None,) * 6
    assert (of.value_at_risk_95, of.expected_shortfall_95, of.turnover, of.time_in_market) == (0, 0, 0, 0)


def test_steady_growth_is_no_infinite_sharpe() -> None:
    """Every day +0.1 %: the returns differ by rounding alone."""
    of = a_result(some_equity((1_000.0 * 1.001 ** np.arange(1, 300)).tolist())).statistics
    assert (of.sharpe, of.sortino, of.calmar) == (None, None, None)


def test_an_account_that_is_gone_has_lost_more_than_everything() -> None:
    of = a_result(some_equity([500.0, -100.0, 50.0]), benchmark=some_closes([100.0, 101.0, 99.0])).statistics
    assert of.total_return == pytest.approx(-0.95)
    assert of.max_drawdown == pytest.approx(1.1)
    assert (of.sharpe, of.volatility, of.worst_session, of.average_exposure) == (None, None, None, None)
    assert (of.beta, of.alpha, of.correlation) == (None, None, None)


def test_an_account_that_opens_with_nothing_has_no_returns() -> None:
    of = a_result(some_equity([0.0, 10.0]), opening_cash=0.0).statistics
    assert (of.net_profit, of.total_return, of.max_drawdown) == (10.0, None, None)


@given(st.lists(st.sampled_from([-50.0, 0.0, 1e-9, 900.0, 1_000.0, 1_000.0000001, 5_000.0, 1e12]), max_size=30))
def test_every_figure_is_finite_or_none(marks: list[float]) -> None:
    benchmark = some_closes([100.0 + place % 3 for place in range(len(marks))])
    of = a_result(some_equity(marks), benchmark=benchmark).statistics
    assert {field.name for field in fields(Statistics)} == of.as_dict().keys()
    json.dumps(of.as_dict(), allow_nan=False)


def test_a_session_ends_with_its_last_bar() -> None:
    daily = session_returns(some_equity([1_100.0, 1_200.0, 600.0, 300.0], bars_a_session=2), 1_000.0)
    assert daily["equity"].to_list() == [1_200.0, 300.0]
    assert daily["return"].to_list() == pytest.approx([0.2, -0.75])
