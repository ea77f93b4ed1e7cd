"""Statistics equal those of empyrical wherever it defines the same thing, and what pandas alone says of the rest."""

import warnings
from typing import Any

import numpy as np
import pandas as pd
import pytest

from robo_trader.research.backtest.statistics import Statistics
from robo_trader.research.reports.periods import ROLLING_SESSIONS, returns_by, rolling_sharpe
from tests.unit.research.frames import a_result, some_closes, some_equity

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # what they warn of on import is theirs
    import empyrical


def close_to(expected: Any) -> Any:  # noqa: ANN401 - as pytest has it
    return pytest.approx(expected, rel=1e-9, abs=1e-14)


def returns_of(seed: int, *, days: int = 700) -> tuple[pd.Series, pd.Series]:
    """Daily returns of an account with fat tails and days of rest, and of the benchmark it partly follows."""
    chance = np.random.default_rng(seed)
    theirs = chance.standard_t(4, days) * 0.008 + 0.0003
    ours = np.where(chance.random(days) < 0.1, 0.0, 0.6 * theirs + chance.normal(0.0002, 0.006, days))
    index = pd.date_range("2024-03-04", periods=days)
    return pd.Series(ours, index), pd.Series(theirs, index)


def measured(ours: pd.Series, theirs: pd.Series) -> Statistics:
    """Ours of the same returns. The benchmark's first return has no price before it, so both leave a first day out."""
    equity = some_equity((1_000.0 * (1 + ours).cumprod()).tolist())
    return a_result(equity, benchmark=some_closes((50.0 * (1 + theirs).cumprod()).tolist())).statistics


@pytest.mark.parametrize("seed", range(8))
def test_equal_to_empyrical(seed: int) -> None:
    ours, theirs = returns_of(seed)
    of = measured(ours, theirs)
    assert of.total_return == close_to(empyrical.cum_returns_final(ours))
    assert of.cagr == close_to(empyrical.annual_return(ours))
    assert of.volatility == close_to(empyrical.annual_volatility(ours))
    assert of.sharpe == close_to(empyrical.sharpe_ratio(ours))
    assert of.sortino == close_to(empyrical.sortino_ratio(ours))
    assert of.calmar == close_to(empyrical.calmar_ratio(ours))
    assert of.max_drawdown == close_to(-empyrical.max_drawdown(ours))
    assert of.value_at_risk_95 == close_to(-empyrical.value_at_risk(ours))
    assert of.expected_shortfall_95 == close_to(-empyrical.conditional_value_at_risk(ours))
    alpha, beta = empyrical.alpha_beta_aligned(ours[1:].to_numpy(), theirs[1:].to_numpy())
    assert of.alpha == close_to(alpha)
    assert of.beta == close_to(beta)


@pytest.mark.parametrize("seed", range(8))
def test_the_rest_is_what_pandas_says(seed: int) -> None:
    ours, theirs = returns_of(seed)
    of = measured(ours, theirs)
    assert of.correlation == close_to(ours[1:].corr(theirs[1:]))
    assert (of.best_session, of.worst_session) == (close_to(ours.max()), close_to(ours.min()))


@pytest.mark.parametrize("seed", range(4))
def test_drawdowns_are_the_runs_below_the_peak(seed: int) -> None:
    """The longest runs from its peak to its recovery, so it is one session longer than the run below the peak."""
    ours, theirs = returns_of(seed)
    equity = pd.concat([pd.Series([1.0]), (1 + ours).cumprod()], ignore_index=True)
    below = equity < equity.cummax() * (1 - 1e-15)
    runs = below.groupby((~below).cumsum()).sum()
    longest = measured(ours, theirs).longest_drawdown_sessions
    assert longest is not None and 0 <= longest - runs.max() <= 1
    found = a_result(some_equity((1_000.0 * (1 + ours).cumprod()).tolist())).drawdowns
    assert len(found) == (runs > 0).sum()


def test_returns_by_month_and_year_and_rolling_sharpe_are_those_of_pandas() -> None:
    ours, _ = returns_of(1)
    equity = some_equity((1_000.0 * (1 + ours).cumprod()).tolist())
    for every, rule in (("1mo", "ME"), ("1y", "YE")):
        periods = returns_by(a_result(equity).session_returns, 1_000.0, every=every)
        theirs = (1 + ours).resample(rule).prod() - 1
        assert periods["return"].to_list() == close_to(theirs.tolist())
    window = ours.rolling(ROLLING_SESSIONS)
    expected = (window.mean() / window.std() * np.sqrt(252)).to_numpy()
    np.testing.assert_allclose(rolling_sharpe(a_result(equity).session_returns), expected, rtol=1e-9)
