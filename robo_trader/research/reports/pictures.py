"""The charts of the page, made of a result."""

import numpy as np

from robo_trader.research.backtest.drawdowns import underwater
from robo_trader.research.backtest.result import Result
from robo_trader.research.reports.charts import Bar, Line, Look, bar_chart, line_chart
from robo_trader.research.reports.figures import axis_number, axis_percent, percent, short_dollars, text
from robo_trader.research.reports.periods import ROLLING_SESSIONS, returns_by, rolling_sharpe, scaled_benchmark

_BINS_MAX = 24
_TIPS_MAX = 16  # more bars than that leave no room for figures at their tips


def equity_chart(result: Result) -> str:
    """Return the account's value, and what the benchmark would have made of the opening cash."""
    times = result.equity["ended_at"].to_numpy()
    lines = [Line("Equity", "main", result.equity["equity"].to_numpy())]
    if result.benchmark is not None:
        lines.append(Line("Benchmark", "other", scaled_benchmark(result.equity, result.opening_cash, result.benchmark)))
    look = Look(words="Equity over time, in dollars", axis_format=short_dollars, tall=320, fill=True)
    legend = "".join(f'<span class="key {line.kind}">{text(line.name)}</span>' for line in lines)
    return f'<div class="legend">{legend}</div>{line_chart(times, lines, look)}'


def underwater_chart(result: Result) -> str:
    """Return how far equity lay below its peak."""
    below = -underwater(result.equity["equity"].to_numpy(), result.opening_cash)
    look = Look(words="Fall of equity below its highest value", axis_format=axis_percent, tall=170, fill=True, base=0.0)
    return line_chart(result.equity["ended_at"].to_numpy(), [Line("Below the peak", "loss", below)], look)


def rolling_sharpe_chart(result: Result) -> str:
    """Return the Sharpe ratio of the last half year, nothing if there is none yet."""
    daily = result.session_returns
    if len(daily) <= ROLLING_SESSIONS:
        return ""
    line = Line("Sharpe ratio", "main", rolling_sharpe(daily))
    look = Look(
        words=f"Sharpe ratio of the last {ROLLING_SESSIONS} sessions", axis_format=axis_number, tall=190, base=0.0
    )
    return line_chart(daily["ended_at"].to_numpy(), [line], look)


def yearly_chart(result: Result) -> str:
    """Return the return of each calendar year, nothing for a single one."""
    daily = result.session_returns
    years = returns_by(daily, result.opening_cash, every="1y").drop_nulls()
    bars = [
        Bar(
            label=str(day.year),
            value=value,
            tip=percent(value, 1) if len(years) <= _TIPS_MAX else "",
            words=f"{day.year}: {percent(value)}",
            is_gain=value > 0,
        )
        for day, value in years.iter_rows()
    ]
    look = Look(words="Return of each year", axis_format=axis_percent, tall=220, room=0.12)
    return bar_chart(bars, look) if len(bars) > 1 else ""


def trade_distribution(result: Result) -> str:
    """Return how many closed trades returned how much; the outermost bars hold all that lies beyond."""
    returns = result.trades.filter(~result.trades["is_open"])["return"].drop_nulls().to_numpy()
    if not len(returns):
        return ""
    low, high = np.percentile(returns, [2, 98]).tolist()
    step = _bin_width(max(high, 0.0) - min(low, 0.0))
    first, last = int(np.floor(min(low, 0.0) / step)), max(1, int(np.ceil(max(high, 0.0) / step)))
    places = np.clip(np.floor(returns / step + 1e-9).astype(np.int64), first, last - 1) - first
    counts = np.bincount(places, minlength=last - first)
    bars = [_bin(first + place, step, int(count), first, last) for place, count in enumerate(counts)]
    look = Look(
        words="Number of closed trades by their return", axis_format=axis_number, tall=210, labels_at_edges=True
    )
    return bar_chart(bars, look)


def _bin(place: int, step: float, count: int, first: int, last: int) -> Bar:
    digits = 0 if step >= 0.01 else 1 if step >= 0.001 else 2
    begin, end = percent(place * step, digits), percent((place + 1) * step, digits)
    span = f"below {end}" if place == first else f"{begin} or more" if place == last - 1 else f"{begin} to {end}"
    every = max(1, (last - first) // 8)
    label = begin if place % every == 0 and place != first else ""
    return Bar(label=label, value=float(count), tip="", words=f"{span}: {count} trades", is_gain=place >= 0)


def _bin_width(spread: float) -> float:
    rough = max(spread, 1e-4) / _BINS_MAX
    power = 10.0 ** np.floor(np.log10(rough))
    return float(next(power * factor for factor in (1, 2, 2.5, 5, 10) if power * factor >= rough * (1 - 1e-9)))
