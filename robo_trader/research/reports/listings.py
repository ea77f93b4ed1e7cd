"""The tables of the page, made of a result."""

from itertools import groupby
from typing import Any

import polars as pl

from robo_trader.research.backtest.result import Result
from robo_trader.research.reports.figures import DASH, Value, dollars, moment, number, percent, text
from robo_trader.research.reports.periods import returns_by
from robo_trader.research.reports.tables import Cell, gain, plain, table, word

TRADES_SHOWN = 500
DRAWDOWNS_SHOWN = 5
_SHADES = (0.05, 0.3, 0.6, 1.0)  # parts of a large monthly return, from which the next deeper shade is taken
_LARGE = 0.9  # the quantile of all months that counts as large
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def is_daily(result: Result) -> bool:
    """Whether a date says enough about a time of this result."""
    return result.bar_size.endswith(("day", "days", "week", "month"))


def monthly_table(result: Result) -> str:
    """Return years by months, each cell shaded by its return, with the year's at the end."""
    daily = result.session_returns
    years = dict(returns_by(daily, result.opening_cash, every="1y").iter_rows())
    months = returns_by(daily, result.opening_cash, every="1mo")
    large = months["return"].abs().quantile(_LARGE, "linear") or 1.0
    rows = []
    for year, found in groupby(months.iter_rows(), lambda row: row[0].year):
        by_month = {day.month: value for day, value in found}
        whole = next(value for day, value in years.items() if day.year == year)
        cells = [_shaded(by_month.get(month), large) for month in range(1, 13)]
        rows.append([word(year), *cells, gain(percent(whole, 1), whole)])
    return f'<div class="months">{table("Returns by month", ("Year", *_MONTHS, "Year"), rows)}</div>'


def drawdown_table(result: Result) -> str:
    """Return the deepest drawdowns."""
    daily = is_daily(result)
    rows = [
        [
            plain(percent(row["depth"])),
            plain("opening" if row["peak_at"] is None else moment(row["peak_at"], is_daily=daily)),
            plain(moment(row["trough_at"], is_daily=daily)),
            plain("not yet" if row["recovered_at"] is None else moment(row["recovered_at"], is_daily=daily)),
            plain(number(row["bars"], 0)),
            plain(number(row["sessions"], 0)),
        ]
        for row in result.drawdowns.head(DRAWDOWNS_SHOWN).iter_rows(named=True)
    ]
    headings = ("Depth", "Peak", "Trough", "Recovered", "Bars", "Sessions")
    return table("Deepest drawdowns", headings, rows, words=0) if rows else ""


def attribution_table(name: str, parts: pl.DataFrame) -> str:
    """Return profit and costs of each part, and their sum. `parts` is as `attribute` makes it."""
    headings = (
        name, "Net profit", "Share", "Realised", "Unrealised", "Commission", "Slippage", "Trades", "Open", "Win rate",
    )  # fmt: skip
    widest = max((abs(value) for value in parts["net_profit"]), default=0.0) or 1.0
    rows = [_attribution_row(row[0], row[1:], widest) for row in parts.iter_rows()]
    if len(parts) > 1:
        sums = parts.select(pl.exclude(parts.columns[0], "win_rate").sum()).row(0)
        closed = parts.filter(pl.col("trades") > 0)
        won = float((closed["win_rate"] * closed["trades"]).sum()) / max(1, int(closed["trades"].sum()))
        rows.append(_attribution_row("All", (*sums, won if len(closed) else None), None))
    return table(f"By {name.lower()}", headings, rows)


def trade_table(result: Result) -> str:
    """Return the trades; of many, the first and the last ones, and how many there are."""
    trades = result.trades
    count, half = len(trades), TRADES_SHOWN // 2
    numbered = trades.with_row_index("number", offset=1)
    shown = numbered if count <= TRADES_SHOWN else pl.concat([numbered.head(half), numbered.tail(half)])
    words = (
        f"All {count:,} trades, in the order they were opened."
        if count <= TRADES_SHOWN
        else f"The first {half:,} and the last {half:,} of {count:,} trades, in the order they were opened; "
        f"{count - 2 * half:,} in between are not shown."
    )
    many = trades["strategy"].n_unique() > 1
    headings = (
        "No.", "Symbol", *(["Strategy"] if many else []), "Side", "Opened", "Closed", "Shares", "Entry", "Exit",
        "Net profit", "Return", "Bars", "Commission",
    )  # fmt: skip
    daily = is_daily(result)
    rows = (_trade_row(row, daily=daily, many=many) for row in shown.iter_rows(named=True))
    return f'<p class="note">{text(words)}</p>{table("Trades", headings, rows, words=4 if many else 3)}'


def violation_table(result: Result) -> str:
    """Return how often each control refused an order, and the last time it did."""
    last = pl.col("occurred_at", "limit", "value", "unit", "context")
    counted = (
        result.violations.group_by("control")
        .agg(pl.len().alias("count"), pl.col("symbol").n_unique(), last.last())
        .sort(["count", "control"], descending=[True, False])
    )  # fmt: skip
    daily = is_daily(result)
    rows = [
        [
            word(row["control"]),
            plain(number(row["count"], 0)),
            plain(number(row["symbol"], 0)),
            plain(moment(row["occurred_at"], is_daily=daily)),
            plain(number(row["value"])),
            plain(number(row["limit"])),
            word(row["unit"]),
            word(row["context"]),
        ]
        for row in counted.iter_rows(named=True)
    ]
    headings = ("Control", "Refusals", "Symbols", "Last", "Value then", "Limit then", "Unit", "Context")
    return table("Violations by control", headings, rows)


def _shaded(value: Value, large: float) -> Cell:
    if value is None:
        return Cell(DASH, "none")
    depth = sum(abs(value) >= shade * large for shade in _SHADES)
    kind = "up" if value > 0 else "down"
    return Cell(text(percent(value, 1)), f"shade {kind}{depth}" if depth else "")


def _attribution_row(name: str, row: tuple[Any, ...], widest: float | None) -> list[Cell]:
    net, realised, unrealised, commission, slippage, trades, still_open, won = row
    return [
        word(name),
        gain(dollars(net), net),
        Cell("" if widest is None else _share(net / widest), "share"),
        gain(dollars(realised), realised),
        gain(dollars(unrealised), unrealised),
        plain(dollars(commission)),
        plain(dollars(slippage)),
        plain(number(trades, 0)),
        plain(number(still_open, 0)),
        plain(percent(won, 1)),
    ]


def _share(fraction: float) -> str:
    """Return a bar from the middle: to the right for a profit, to the left for a loss."""
    kind, wide = ("up" if fraction > 0 else "down"), 50 * abs(fraction)
    left = 50.0 if fraction > 0 else 50 - wide
    return f'<i class="{kind}" style="left:{left:.1f}%;width:{wide:.1f}%"></i>'


def _trade_row(row: dict[str, Any], *, daily: bool, many: bool) -> list[Cell]:
    return [
        Cell(f"{row['number']:,}", "word dim"),
        word(row["symbol"]),
        *([word(row["strategy"])] if many else []),
        word(row["side"]),
        plain(moment(row["opened_at"], is_daily=daily)),
        Cell("open", "tag") if row["is_open"] else plain(moment(row["closed_at"], is_daily=daily)),
        plain(_shares(row["quantity"])),
        plain(number(row["entry_price"])),
        plain(number(row["exit_price"])),
        gain(dollars(row["net_profit"]), row["net_profit"]),
        gain(percent(row["return"]), row["return"]),
        plain(number(row["bars_held"], 0)),
        plain(dollars(row["commission"])),
    ]


def _shares(quantity: float) -> str:
    return number(quantity, 0) if quantity == int(quantity) else f"{quantity:,.6g}"
