"""The figures of the page: the few that everybody looks for, then all of them."""

from collections.abc import Sequence
from typing import NamedTuple

from robo_trader.research.backtest.result import Result
from robo_trader.research.backtest.statistics import Statistics
from robo_trader.research.reports.figures import (
    DASH,
    TIMES,
    Value,
    dollars,
    duration,
    number,
    percent,
    signed_class,
    text,
)


class Figure(NamedTuple):
    """A figure, its name, the class that colors it, and a few words under it."""

    name: str
    shown: str
    kind: str = ""
    words: str = ""


def headline(result: Result) -> str:
    """Return the figures that everybody looks for."""
    of = result.statistics
    recovered = "recovered" if len(result.drawdowns) and result.drawdowns["recovered_at"][0] is not None else "not over"
    under = f"{of.max_drawdown_sessions:,} sessions, {recovered}" if of.max_drawdown else ""
    figures = (
        Figure(
            "Net profit", dollars(of.net_profit), signed_class(of.net_profit), f"on {dollars(result.opening_cash, 0)}"
        ),
        Figure("Total return", percent(of.total_return), signed_class(of.total_return), _benchmark_words(result)),
        Figure("CAGR", percent(of.cagr), signed_class(of.cagr), "a year, compounded"),
        Figure("Sharpe", number(of.sharpe), "", f"volatility {percent(of.volatility)}"),
        Figure("Sortino", number(of.sortino), "", f"Calmar {number(of.calmar)}"),
        Figure("Max drawdown", percent(of.max_drawdown), "down" if of.max_drawdown else "", under),
        Figure("Profit factor", number(of.profit_factor), "", f"expectancy {number(of.expectancy)}"),
        Figure("Win rate", percent(of.win_rate, 1), "", f"{of.trades:,} trades"),
    )
    cards = "".join(
        f'<div class="card"><dt>{text(one.name)}</dt><dd class="{one.kind}">{text(one.shown)}</dd>'
        f'<dd class="under">{text(one.words)}</dd></div>'
        for one in figures
    )
    return f'<dl class="cards">{cards}</dl>'


def all_figures(result: Result) -> str:
    """Return every statistic, in groups."""
    of = result.statistics
    against = "" if result.benchmark is None else _group("Against the benchmark", _of_benchmark(of))
    worked = _of_worked_orders(result)
    costs = _group("Orders worked over time", worked) if worked else ""
    last = _group("Activity and costs", _of_activity(of)) + costs + against
    first = _group("Return and risk", _of_returns(of)) + _group("Trades", _of_trades(of))
    return f'<div class="groups">{first}<div>{last}</div></div>'


def _of_returns(of: Statistics) -> Sequence[Figure]:
    return (
        _signed("Best session", of.best_session),
        _signed("Worst session", of.worst_session),
        Figure("Volatility, a year", percent(of.volatility)),
        Figure("Value at risk 95 %, a day", percent(of.value_at_risk_95)),
        Figure("Expected shortfall 95 %, a day", percent(of.expected_shortfall_95)),
        Figure("Deepest drawdown", percent(of.max_drawdown)),
        Figure("… lasted", f"{_count(of.max_drawdown_bars)} bars"),
        Figure("Longest drawdown", f"{_count(of.longest_drawdown_sessions)} sessions"),
        Figure("Sessions, bars", f"{of.sessions:,}, {of.bars:,}"),
    )


def _of_trades(of: Statistics) -> Sequence[Figure]:
    return (
        Figure("Closed, open", f"{of.trades:,}, {of.open_trades:,}"),
        Figure("Average trade", dollars(of.average_trade), signed_class(of.average_trade)),
        _signed("Average return of a trade", of.average_trade_return),
        Figure("Average win", dollars(of.average_win)),
        Figure("Average loss", dollars(of.average_loss)),
        Figure("Largest win", dollars(of.largest_win)),
        Figure("Largest loss", dollars(of.largest_loss)),
        Figure("Average holding time", duration(of.average_holding_seconds)),
        Figure("… in bars", number(of.average_bars_held, 1)),
    )


def _of_activity(of: Statistics) -> Sequence[Figure]:
    return (
        Figure("Time in the market", percent(of.time_in_market, 1)),
        Figure("Average exposure", percent(of.average_exposure, 1)),
        Figure("Turnover, a year", f"{number(of.turnover)} {TIMES}" if of.turnover is not None else DASH),
        Figure("Commission", dollars(of.commission)),
        Figure("Slippage against decision prices", dollars(of.slippage)),
    )


def _of_worked_orders(result: Result) -> Sequence[Figure]:
    """Return what parent orders cost beside what was expected of them; nothing where none tells both."""
    both = result.parents.drop_nulls(["modelled_bps", "realized_bps"])
    if both.is_empty():
        return ()
    modelled, realized = (float(both[name].to_numpy().mean()) for name in ("modelled_bps", "realized_bps"))
    return (
        Figure("Parent orders with both costs", f"{both.height:,} of {result.parents.height:,}"),
        Figure("Modelled cost, an order", f"{number(modelled)} bps"),
        Figure("Realised cost, an order", f"{number(realized)} bps"),
    )


def _of_benchmark(of: Statistics) -> Sequence[Figure]:
    return (
        Figure("Beta", number(of.beta)),
        Figure("Alpha, a year", percent(of.alpha), signed_class(of.alpha)),
        Figure("Correlation", number(of.correlation)),
    )


def _benchmark_words(result: Result) -> str:
    if result.benchmark is None or not len(result.equity):
        return ""
    within = result.benchmark.filter(result.benchmark["ended_at"] <= result.equity["ended_at"][-1])
    before = within.filter(within["ended_at"] <= result.equity["ended_at"][0])
    first = before["close"][-1] if len(before) else within["close"][0] if len(within) else None
    return "" if first is None else f"benchmark {percent(within['close'][-1] / first - 1)}"


def _signed(name: str, fraction: Value) -> Figure:
    return Figure(name, percent(fraction), signed_class(fraction))


def _count(value: Value) -> str:
    return number(value, 0)


def _group(name: str, figures: Sequence[Figure]) -> str:
    lines = "".join(
        f'<div><dt>{text(one.name)}</dt><dd class="{one.kind}">{text(one.shown)}</dd></div>' for one in figures
    )
    return f"<section><h3>{text(name)}</h3><dl>{lines}</dl></section>"
