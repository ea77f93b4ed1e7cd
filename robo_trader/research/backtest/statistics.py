"""What a backtest amounts to, in numbers.

Daily figures are computed on the account's value at the end of each session, the first one against the opening cash;
drawdowns on every slice. A year has 252 sessions. Cash earns nothing, so that no figure is in excess of a rate.

What has no value is None: there was no trade, no loss, no benchmark, or the account was gone.
"""

import math
from dataclasses import asdict, dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from robo_trader.core.market.bar_sizes import SESSIONS_A_YEAR
from robo_trader.core.rules.performance import (
    DEVIATION_MIN,
    annual_alpha,
    annual_growth,
    annual_turnover,
    annual_volatility,
    growth_over_drawdown,
    ratio,
    return_over_deviation,
)
from robo_trader.research.backtest.drawdowns import find_drawdowns

TAIL = 0.05
TAIL_SESSIONS_MIN = 20  # with fewer, a twentieth of them is not one session

Floats = NDArray[np.float64]
Figure = float | int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Statistics:
    """Fractions are of equity unless said otherwise: 0.10 is 10 %. Money is dollars. Losses and costs are positive.

    Equal to empyrical where it defines the same (tests hold that to 1e-9); where others differ, it says so.
    """

    sessions: int
    bars: int

    net_profit: Figure  # dollars, after all costs
    total_return: Figure
    cagr: Figure  # compound annual growth rate, over sessions played and not calendar days
    volatility: Figure  # of a year: standard deviation (n - 1) of daily returns times sqrt(252)
    sharpe: Figure  # mean daily return over its standard deviation (n - 1), times sqrt(252)
    sortino: Figure  # mean over the root mean square of daily losses, where days without loss count as 0
    calmar: Figure  # cagr over max_drawdown. Peers take the drawdown of daily closes; this one saw every slice
    max_drawdown: Figure  # of every slice, with the opening cash as the first peak
    max_drawdown_bars: Figure  # of the deepest: from the peak to the recovery, or to the end
    max_drawdown_sessions: Figure
    longest_drawdown_sessions: Figure  # of the longest, which need not be the deepest
    value_at_risk_95: Figure  # daily loss that 95 % of sessions stay within, historical (quantstats': normal)
    expected_shortfall_95: Figure  # CVaR: mean of the worst 5 % of sessions, historical
    best_session: Figure
    worst_session: Figure

    trades: int  # closed round trips; quantstats counts periods, so its win rate and profit factor are other things
    open_trades: int
    win_rate: Figure  # closed trades with a net profit above 0, of all closed ones
    profit_factor: Figure  # net profits of the winners over net losses of the losers
    expectancy: Figure  # average net profit in units of the average loss (Tharp 1998, "Trade your way ...")
    average_trade: Figure  # net dollars
    average_trade_return: Figure  # net, of what the shares cost on opening
    average_win: Figure  # net dollars
    average_loss: Figure  # net dollars, positive
    largest_win: Figure
    largest_loss: Figure
    average_bars_held: Figure
    average_holding_seconds: Figure

    turnover: Figure  # a year: half of what was bought and sold over average equity
    time_in_market: Figure  # slices with a position, of all slices
    average_exposure: Figure  # mean of gross exposure over equity, of all slices
    commission: Figure  # dollars
    slippage: Figure  # dollars against the decision prices

    beta: Figure  # of daily returns to the benchmark's, ordinary least squares
    alpha: Figure  # of a year, compounded as in empyrical; quantstats multiplies by 252 instead
    correlation: Figure

    def as_dict(self) -> dict[str, Figure]:
        """Return the figures by name, ready for JSON: finite numbers or None."""
        return asdict(self)


def measure(
    equity: pl.DataFrame,
    opening_cash: float,
    fills: pl.DataFrame,
    trades: pl.DataFrame,
    benchmark: pl.DataFrame | None,
) -> Statistics:
    """Return all statistics; frames as in `Result`."""
    daily = session_returns(equity, opening_cash)
    figures = (
        _of_returns(equity, opening_cash, daily)
        | of_trades(trades)
        | _of_activity(equity, fills, len(daily))
        | _of_benchmark(daily, opening_cash, benchmark)
    )
    whole = {"sessions": len(daily), "bars": len(equity)}
    return Statistics(**whole, **{name: defined(value) for name, value in figures.items()})  # type: ignore[arg-type]


def session_returns(equity: pl.DataFrame, opening_cash: float) -> pl.DataFrame:
    """Return one row a session: session, ended_at, equity at its end, and `return` as a fraction.

    The return is null where there was no equity left to earn it with.
    """
    days = equity["session"].to_physical().to_numpy()
    ends = np.append(np.flatnonzero(np.diff(days)), len(days) - 1) if len(days) else np.empty(0, np.int64)
    closing = equity[ends].select("session", "ended_at", "equity")
    before = closing["equity"].shift(1, fill_value=opening_cash)
    gain = pl.when(before > 0.0).then(closing["equity"] / before - 1.0)
    return closing.with_columns(gain.alias("return"))


def _of_returns(equity: pl.DataFrame, opening_cash: float, daily: pl.DataFrame) -> dict[str, Figure]:
    is_sound = len(daily) > 0 and opening_cash > 0.0 and daily["return"].null_count() == 0
    returns = daily["return"].to_numpy() if is_sound else np.empty(0)
    last = equity["equity"][-1] if len(equity) else math.nan
    growth = last / opening_cash if opening_cash > 0.0 else math.nan
    cagr = annual_growth(growth, float(len(daily)), SESSIONS_A_YEAR)
    deviation = float(np.std(returns, ddof=1)) if len(returns) > 1 else math.nan
    mean = float(np.mean(returns)) if len(returns) > 1 else math.nan
    losses = math.sqrt(float(np.mean(np.minimum(returns, 0.0) ** 2))) if len(returns) > 1 else math.nan
    return {
        "net_profit": last - opening_cash,
        "total_return": growth - 1.0,
        "cagr": cagr,
        "volatility": annual_volatility(deviation, SESSIONS_A_YEAR),
        "sharpe": return_over_deviation(mean, deviation, SESSIONS_A_YEAR),
        "sortino": return_over_deviation(mean, losses, SESSIONS_A_YEAR),
        "best_session": float(np.max(returns, initial=-math.inf)),
        "worst_session": float(np.min(returns, initial=math.inf)),
        **_of_tail(returns),
        **_of_drawdowns(equity, opening_cash, cagr),
    }


def _of_tail(returns: Floats) -> dict[str, Figure]:
    if len(returns) < TAIL_SESSIONS_MIN:
        return {"value_at_risk_95": None, "expected_shortfall_95": None}
    worst = int((len(returns) - 1) * TAIL) + 1
    return {
        "value_at_risk_95": -float(np.percentile(returns, 100 * TAIL)),
        "expected_shortfall_95": -float(np.mean(np.partition(returns, worst - 1)[:worst])),
    }


def _of_drawdowns(equity: pl.DataFrame, opening_cash: float, cagr: float) -> dict[str, Figure]:
    names = ("max_drawdown", "max_drawdown_bars", "max_drawdown_sessions", "longest_drawdown_sessions", "calmar")
    if not len(equity) or opening_cash <= 0.0:
        return dict.fromkeys(names)
    found = find_drawdowns(equity, opening_cash)
    if not len(found):
        return dict(zip(names, (0.0, 0, 0, 0, None), strict=True))
    depth, _, _, _, bars, sessions = found.row(0)
    calmar = growth_over_drawdown(cagr, depth)
    return dict(zip(names, (depth, bars, sessions, int(found["sessions"].to_numpy().max()), calmar), strict=True))


def of_trades(trades: pl.DataFrame) -> dict[str, Figure]:
    """Return the figures of round trips, columns as `round_trips` makes them; NaN where one has no value."""
    closed = trades.filter(~pl.col("is_open"))
    net = closed["net_profit"].to_numpy()
    wins, losses = net[net > 0.0], -net[net < 0.0]
    average, average_loss = _mean(net), _mean(losses)
    return {
        "trades": len(closed),
        "open_trades": len(trades) - len(closed),
        "win_rate": ratio(float(len(wins)), float(len(net))),
        "profit_factor": ratio(float(wins.sum()), float(losses.sum())),
        "expectancy": ratio(average, average_loss) if len(losses) else None,
        "average_trade": average,
        "average_trade_return": _mean(closed["return"].to_numpy()),
        "average_win": _mean(wins),
        "average_loss": average_loss,
        "largest_win": float(wins.max()) if len(wins) else None,
        "largest_loss": float(losses.max()) if len(losses) else None,
        "average_bars_held": _mean(closed["bars_held"].to_numpy()),
        "average_holding_seconds": _mean(closed["holding_time"].dt.total_nanoseconds().to_numpy() / 1e9),
    }


def _of_activity(equity: pl.DataFrame, fills: pl.DataFrame, sessions: int) -> dict[str, Figure]:
    worth, gross = equity["equity"].to_numpy(), equity["gross_exposure"].to_numpy()
    traded = float((fills["quantity"] * fills["price"]).sum())
    is_sound = len(worth) > 0 and bool((worth > 0.0).all())
    return {
        "turnover": annual_turnover(traded, _mean(worth), float(sessions), SESSIONS_A_YEAR) if len(worth) else None,
        "time_in_market": _mean(gross > 0.0),
        "average_exposure": _mean(gross / worth) if is_sound else None,
        "commission": float(fills["commission"].sum()),
        "slippage": float(fills["slippage"].sum()),
    }


def _of_benchmark(daily: pl.DataFrame, opening_cash: float, benchmark: pl.DataFrame | None) -> dict[str, Figure]:
    nothing: dict[str, Figure] = dict.fromkeys(("beta", "alpha", "correlation"))
    if benchmark is None or opening_cash <= 0.0 or daily["return"].null_count():
        return nothing
    both = paired_returns(daily, benchmark)
    ours, theirs = both["return"].to_numpy(), both["benchmark_return"].to_numpy()
    if len(both) < 2 or np.std(theirs) <= DEVIATION_MIN:
        return nothing
    apart, away = ours - ours.mean(), theirs - theirs.mean()
    beta = float(np.mean(apart * away) / np.mean(away**2))
    spread = float(np.std(ours) * np.std(theirs))
    return {
        "beta": beta,
        "alpha": annual_alpha(float(ours.mean()), float(theirs.mean()), beta, SESSIONS_A_YEAR),
        "correlation": float(np.mean(apart * away)) / spread if np.std(ours) > DEVIATION_MIN else None,
    }


def paired_returns(daily: pl.DataFrame, benchmark: pl.DataFrame) -> pl.DataFrame:
    """Return the returns of account and benchmark between the same moments: session, `return`, `benchmark_return`.

    The moments are the ends of the sessions on whose day the benchmark has a price: its last one up to then. A
    session without one is joined to the next, on both sides. The first session gives no pair: it has no price before.

    daily: as `session_returns` makes it.
    benchmark: ended_at, rising, and close in dollars.
    """
    prices = benchmark.select(pl.col("ended_at").alias("priced_at"), "close")
    known = daily.join_asof(prices, left_on="ended_at", right_on="priced_at", strategy="backward")
    fresh = known.filter(pl.col("priced_at").dt.date() == pl.col("ended_at").dt.date())
    pairs = fresh.select(
        "session",
        (pl.col("equity") / pl.col("equity").shift(1) - 1.0).alias("return"),
        (pl.col("close") / pl.col("close").shift(1) - 1.0).alias("benchmark_return"),
    )
    return pairs[1:]


def _mean(values: NDArray[np.float64 | np.int64 | np.bool_]) -> float:
    return float(np.mean(values)) if len(values) else math.nan


def defined(value: Figure) -> Figure:
    """Return a figure, None for one that has no value."""
    return None if value is None or not math.isfinite(value) else value
