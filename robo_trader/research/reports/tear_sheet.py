"""A backtest as one HTML file: warnings and assumptions first, then figures, charts and lists.

The file needs nothing else: style and drawings stand in it, it asks no network for anything and forbids itself to, and
it is complete without scripts. The one script it has follows the pointer on the charts.
"""

from base64 import b64encode
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

from robo_trader.research.backtest.result import Result
from robo_trader.research.reports.cautions import cautions
from robo_trader.research.reports.figures import dollars, text
from robo_trader.research.reports.headline import all_figures, headline
from robo_trader.research.reports.listings import (
    attribution_table,
    drawdown_table,
    monthly_table,
    trade_table,
    violation_table,
)
from robo_trader.research.reports.periods import ROLLING_SESSIONS
from robo_trader.research.reports.pictures import (
    equity_chart,
    rolling_sharpe_chart,
    trade_distribution,
    underwater_chart,
    yearly_chart,
)

_STYLE = Path(__file__).with_name("tear_sheet.css")
_SCRIPT = Path(__file__).with_name("tear_sheet.js")


def write_tear_sheet(result: Result, path: Path, title: str) -> None:
    """Write the page to `path`, over what was there. Raises OSError where that cannot be written."""
    path.write_text(tear_sheet(result, title), encoding="utf-8")


def tear_sheet(result: Result, title: str) -> str:
    """Return the page."""
    style, script = _STYLE.read_text(encoding="utf-8"), _SCRIPT.read_text(encoding="utf-8")
    allowed = b64encode(sha256(script.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{allowed}'"
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        f"<title>{text(title)}</title>\n<style>\n{style}</style>\n</head>\n<body>\n<main>\n"
        f"{_header(result, title)}\n{chr(10).join(_sections(result))}\n"
        f"<footer>{_FOOTER}</footer>\n</main>\n<script>{script}</script>\n</body>\n</html>\n"
    )


_FOOTER = (
    "Daily figures from the account's value at the end of each session; 252 sessions a year; cash earns nothing. "
    "Drawdowns on every bar. A trade goes from flat to flat, at average cost, net of commission; slippage is part of "
    "its prices. Times are UTC. A backtest shows what would have been, not what will be."
)


def _header(result: Result, title: str) -> str:
    equity = result.equity
    days = f"{equity['session'][0]} to {equity['session'][-1]}" if len(equity) else "no sessions"
    symbols = result.fills["symbol"].unique().sort().to_list()
    traded = ", ".join(symbols) if 0 < len(symbols) <= 8 else f"{len(symbols)} symbols traded"
    facts = (days, f"bars of {result.bar_size}", traded, f"{dollars(result.opening_cash, 0)} at the start")
    return f"<header><h1>{text(title)}</h1><p>{' · '.join(map(text, facts))}</p></header>"


def _sections(result: Result) -> Iterator[str]:
    yield _before_reading(result)
    yield _section("Result", headline(result))
    if len(result.equity):
        yield _section("Equity", equity_chart(result))
        yield _section("Below the peak", underwater_chart(result) + drawdown_table(result))
        yield _section("Returns by month", monthly_table(result))
        yield _section("Returns by year", yearly_chart(result))
        yield _section(f"Sharpe ratio of the last {ROLLING_SESSIONS} sessions", rolling_sharpe_chart(result))
    yield _section("All figures", all_figures(result))
    if len(result.trades):
        yield _section("Returns of closed trades", trade_distribution(result))
        yield _section("Profit by symbol", attribution_table("Symbol", result.by_symbol))
        yield _section("Profit by strategy", attribution_table("Strategy", result.by_strategy))
        yield _section("Trades", trade_table(result))
    yield _section("Orders refused by risk", violation_table(result) if len(result.violations) else _NO_VIOLATION)


_NO_VIOLATION = '<p class="note">No order was refused.</p>'


def _before_reading(result: Result) -> str:
    found = cautions(result)
    warnings = "".join(f"<li>{text(words)}</li>" for words in found)
    assumed = "".join(f"<div><dt>{text(name)}</dt><dd>{text(words)}</dd></div>" for name, words in result.assumptions)
    parts = [
        f'<div class="warnings" role="note"><h2>Warnings</h2><ul>{warnings}</ul></div>' if found else "",
        f'<div class="assumptions"><h2>Assumptions</h2><dl>{assumed}</dl></div>' if assumed else "",
    ]
    return f'<section class="first">{"".join(parts)}</section>' if any(parts) else ""


def _section(name: str, content: str) -> str:
    return f'<section class="panel"><h2>{text(name)}</h2>{content}</section>' if content else ""
