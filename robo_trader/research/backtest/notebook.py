"""How a result shows itself where it is the last line of a notebook's cell."""

from html import escape
from typing import TYPE_CHECKING

from robo_trader.research.backtest.statistics import Figure

if TYPE_CHECKING:
    from robo_trader.research.backtest.result import Result

_NONE = "-"


def one_line(result: "Result") -> str:
    """Return what happened in one line: net profit, return, deepest drawdown, trades, warnings."""
    told = [text for name, text in figures(result) if name in {"net profit", "total return", "max drawdown", "trades"}]
    profit, gain, drawdown, trades = told
    words = f"{profit} ({gain}), drawdown {drawdown}, {trades} trades, {result.bar_size} bars"
    return f"<Result {words}, {len(result.warnings)} warnings>" if result.warnings else f"<Result {words}>"


def as_html(result: "Result") -> str:
    """Return the warnings and a short table of figures. Texts are escaped."""
    rows = "".join(f"<tr><th>{escape(name)}</th><td>{escape(text)}</td></tr>" for name, text in figures(result))
    warned = "".join(f"<p>Warning: {escape(text)}</p>" for text in result.warnings)
    return f"{warned}<table>{rows}</table>"


def figures(result: "Result") -> list[tuple[str, str]]:
    """Return names and figures as people read them."""
    of = result.statistics
    return [
        ("period", _period(result)),
        ("net profit", _dollars(of.net_profit)),
        ("total return", _percent(of.total_return)),
        ("CAGR", _percent(of.cagr)),
        ("volatility", _percent(of.volatility)),
        ("Sharpe", _number(of.sharpe)),
        ("Sortino", _number(of.sortino)),
        ("max drawdown", _percent(of.max_drawdown)),
        ("trades", f"{of.trades:,}"),
        ("win rate", _percent(of.win_rate)),
        ("profit factor", _number(of.profit_factor)),
        ("commission", _dollars(of.commission)),
        ("slippage", _dollars(of.slippage)),
        ("orders refused", f"{len(result.violations):,}"),
    ]


def _period(result: "Result") -> str:
    days = result.equity["session"]
    return f"{days[0]} to {days[-1]}, {result.bar_size}" if len(days) else _NONE


def _dollars(value: Figure) -> str:
    return _NONE if value is None else f"{value:,.2f} USD"


def _percent(value: Figure) -> str:
    return _NONE if value is None else f"{value:.2%}"


def _number(value: Figure) -> str:
    return _NONE if value is None else f"{value:.2f}"
