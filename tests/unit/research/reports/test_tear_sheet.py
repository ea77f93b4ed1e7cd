"""The page stands alone, says first what must be said first, shows text as text, and stays small."""

import re
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from robo_trader.research.backtest.result import EQUITY_SCHEMA, PARENTS_SCHEMA, Result
from robo_trader.research.reports.figures import MINUS
from robo_trader.research.reports.listings import TRADES_SHOWN
from robo_trader.research.reports.scales import POINTS_MAX
from robo_trader.research.reports.tear_sheet import tear_sheet, write_tear_sheet
from tests.unit.research.frames import a_result, a_row, a_violation, some_closes, some_equity, some_fills

VOID = {"meta", "path", "rect", "br", "link", "img"}


class Page(HTMLParser):
    """What a browser would make of the page: headings, rows, and whether every tag is closed in order."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(html)
        self.close()
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if not self.open or self.open[-1] not in {"style", "script"}:
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(self.words)


def busy(days: int = 3_270, trades: int = 300, **more: Any) -> Result:  # noqa: ANN401 - further fields of Result
    """Years of daily bars, trades spread over them, and a benchmark."""
    chance = np.random.default_rng(7)
    values = 100_000 * np.exp(np.cumsum(chance.normal(0.0002, 0.01, days)))
    equity = some_equity(values.tolist(), gross=(values * 0.5).tolist())
    rows = []
    for place in range(trades):
        day, symbol = place * (days - 2) // trades, f"S{place % 7}"
        price = float(chance.uniform(20, 300))
        rows += [
            a_row("BUY", 137, price, day=day, symbol=symbol, commission=1, slippage=0.3),
            a_row("SELL", 137, price * float(1 + chance.normal(0.01, 0.05)), day=day + 1, symbol=symbol, commission=1),
        ]
    given: dict[str, Any] = {"benchmark": some_closes(values.tolist()), "opening_cash": 100_000.0} | more
    return a_result(equity, some_fills(*rows), **given)


def test_the_page_asks_no_network_and_no_other_file(tmp_path: Path) -> None:
    write_tear_sheet(busy(), tmp_path / "sheet.html", "A strategy")
    html = (tmp_path / "sheet.html").read_text(encoding="utf-8")
    page = Page(html)
    assert not re.search(r"https?:|//[a-z]|@import|url\(|fetch\(|import\(|XMLHttp", html)
    assert not [tag for tag, given in page.tags if tag in {"link", "img", "iframe"} or {"src", "href"} & given.keys()]
    policies = [given["content"] for tag, given in page.tags if tag == "meta" and "http-equiv" in given]
    assert len(policies) == 1 and str(policies[0]).startswith("default-src 'none'")


def test_thirteen_years_with_300_trades_stay_below_half_a_megabyte() -> None:
    html = tear_sheet(busy(), "A strategy")
    assert len(html.encode()) < 500_000
    for drawn in re.findall(r' class="line[^>]* d="([^"]+)"', html):
        assert drawn.count("M") + drawn.count("L") <= POINTS_MAX


def test_warnings_and_assumptions_come_first() -> None:
    result = busy(
        warnings=("Prices are simulated.",), assumptions=(("Fills", "At the next open."),), violations=[a_violation()]
    )
    words = Page(tear_sheet(result, "A strategy")).text
    order = [
        "A strategy", "Warnings", "Prices are simulated.", "Assumptions", "At the next open.", "Net profit", "Equity",
        "Benchmark", "Below the peak", "Returns by month", "Returns by year", "Sharpe ratio of the last 126 sessions",
        "All figures", "Beta", "Returns of closed trades", "Profit by symbol", "Profit by strategy", "Trades",
        "Orders refused by risk", "CASH",
    ]  # fmt: skip
    assert "Risk limits were in the way once" in words
    place = words.index("A strategy", 12)  # after the title of the window
    for expected in order:
        found = words.find(expected, place)
        assert found >= 0, f"{expected} is missing after {words[place : place + 60]!r}"
        place = found


EVIL = "<script>alert(1)</script>&\"'"


def test_every_text_is_shown_as_text() -> None:
    fills = some_fills(
        a_row("BUY", 1, 10, symbol=EVIL, strategy=EVIL), a_row("SELL", 1, 11, day=1, symbol=EVIL, strategy=EVIL),
        a_row("BUY", 1, 11, day=1, symbol=EVIL, strategy=EVIL + "2"),
    )  # fmt: skip
    violation = a_violation(EVIL, context=EVIL) | {"unit": EVIL, "symbol": EVIL}
    result = a_result(
        some_equity([1_000.0, 1_001.0]), fills, closing_prices={EVIL: 11.0}, violations=[violation],
        warnings=(EVIL,), assumptions=((EVIL, EVIL),), bar_size=EVIL,
    )  # fmt: skip
    page = Page(tear_sheet(result, EVIL))
    assert sum(tag == "script" for tag, _ in page.tags) == 1
    assert page.text.count("alert(1)") >= 12


@pytest.mark.parametrize(
    ("trades", "words"),
    [
        pytest.param(TRADES_SHOWN, "All 500 trades", id="all of them"),
        pytest.param(
            TRADES_SHOWN + 1,
            "The first 250 and the last 250 of 501 trades, in the order they were opened; 1 in between",
            id="one too many",
        ),
    ],
)  # fmt: skip
def test_of_many_trades_the_first_and_last_are_shown_and_counted(trades: int, words: str) -> None:
    html = tear_sheet(busy(trades=trades), "Many")
    assert words in html
    listed = html[html.index('aria-label="Trades"') : html.index("Orders refused by risk")]
    assert listed.count("<tr>") == TRADES_SHOWN + 1
    assert f">{trades}<" in listed


def test_violations_are_counted_by_control() -> None:
    violations = [a_violation(), a_violation(day=1), a_violation("STALE_DATA")]
    html = tear_sheet(a_result(some_equity([1_000.0]), violations=violations), "Refused")
    assert re.search(r"CASH</td><td>2</td><td>1</td><td>2024-03-05</td>.*STALE_DATA</td><td>1</td>", html)


def test_a_result_without_a_bar_is_said_to_be_one() -> None:
    words = Page(tear_sheet(a_result(benchmark=some_closes([])), "Empty")).text
    assert "Not one bar was played" in words and "nan" not in words.lower()


def test_a_benchmark_of_another_time_is_no_line_and_no_figure() -> None:
    words = Page(tear_sheet(a_result(some_equity([1_000.0]), benchmark=some_closes([9.0], first_day=5)), "Late")).text
    assert "Beta" in words and not re.search(r"benchmark \S*%", words)


def test_an_account_that_opens_with_nothing_still_makes_a_page() -> None:
    Page(tear_sheet(a_result(some_equity([0.0, 5.0]), opening_cash=0.0), "Nothing"))


@pytest.mark.parametrize("marks", [[1_000.0], [1_000.0] * 200, [500.0, -100.0, 10.0], [0.0, 0.0]])
def test_odd_accounts_still_make_a_page(marks: list[float]) -> None:
    html = tear_sheet(a_result(some_equity(marks), benchmark=some_closes([100.0])), "Odd")
    Page(html)
    assert "nan" not in re.sub(r"<script.*</script>", "", html, flags=re.DOTALL).lower()


def test_few_sessions_and_few_trades_are_warned_of() -> None:
    fills = some_fills(a_row("BUY", 1, 10), a_row("SELL", 1, 11, day=1), a_row("BUY", 1, 11, day=1))
    result = a_result(some_equity([1_000.0, 1_001.0]), fills, closing_prices={"AAPL": 11.5})
    words = Page(tear_sheet(result, "Short")).text
    for expected in (
        "Only 2 sessions were",
        "Only 1 trade was closed",
        "1 trade was still open",
        f"{MINUS}$0.50 of the profit came from no fill",
    ):
        assert expected in words


def test_a_trade_that_is_still_open_has_no_place_among_the_closed_ones() -> None:
    result = a_result(some_equity([1_000.0]), some_fills(a_row("BUY", 1, 10)), closing_prices={"AAPL": 10.0})
    words = Page(tear_sheet(result, "Open")).text
    assert "No trade was closed." in words and "Returns of closed trades" not in words and "Trades" in words


def test_a_month_is_the_return_from_the_end_of_the_one_before() -> None:
    """March ends at 1,100, April at 990: 10 % and -10 %, the year -1 %."""
    values = [1_050.0] * 27 + [1_100.0] + [1_000.0] * 29 + [990.0]
    html = tear_sheet(a_result(some_equity(values)), "Months")
    row = html[html.index(">2024</td>") : html.index("</tr>", html.index(">2024</td>"))]
    assert re.findall(rf">({MINUS}?[\d.]+%)<", row) == ["10.0%", f"{MINUS}10.0%", f"{MINUS}1.0%"]


def test_a_single_year_is_no_chart() -> None:
    """From 4 March 2024 on: 303 days reach the end of the year."""
    assert "Returns by year" not in tear_sheet(a_result(some_equity([1_000.0] * 303)), "One year")
    assert "Returns by year" in tear_sheet(a_result(some_equity([1_000.0] * 304)), "Two years")


def test_intraday_times_carry_the_minute() -> None:
    start = datetime(2024, 3, 4, 14, 31, tzinfo=UTC)
    rows = [(start + timedelta(minutes=place), start.date(), 1_000.0 + place, 0.0, 0.0) for place in range(390)]
    equity = pl.DataFrame(rows, schema=EQUITY_SCHEMA, orient="row")
    fills = some_fills(a_row("BUY", 1, 10, day=-0.25), a_row("SELL", 1, 11, day=-0.125))
    html = tear_sheet(a_result(equity, fills, bar_size="1 min"), "Minutes")
    assert "2024-03-04 15:00" in html and "2024-03-04 18:00" in html


def luminance(color: str) -> float:
    """WCAG 2.2, relative luminance of #rrggbb."""
    parts = [int(color[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_text_can_be_read_on_every_ground_it_stands_on(theme: str) -> None:
    """4.5 to 1, as WCAG asks of small text."""
    style = tear_sheet(a_result(), "Colors").split("<style>")[1].split("</style>")[0]
    light, dark = (dict(re.findall(r"--([a-z0-9-]+): (#[0-9a-f]{6})", part)) for part in style.split("@media (pre", 1))
    tokens = light if theme == "light" else {**light, **dark}
    shades = [f"{kind}{depth}" for kind in ("up", "down") for depth in range(1, 5)]
    pairs = [("text", ground) for ground in ("bg", "panel", "warn-bg", *shades)]
    pairs += [(name, ground) for name in ("up", "down", "accent", "dim") for ground in ("panel", "bg")]
    pairs += [("warn", "warn-bg")]
    for name, ground in pairs:
        bright, dim = sorted((luminance(tokens[name]), luminance(tokens[ground])), reverse=True)
        assert (bright + 0.05) / (dim + 0.05) >= 4.5, f"{name} on {ground}"


def test_what_worked_orders_cost_stands_beside_what_was_expected() -> None:
    """5 and 7 bps were expected of the two that tell both, and 4 and 12 were paid."""
    costs = [(5.0, 4.0), (7.0, 12.0), (None, 50.0), (90.0, None)]
    at = datetime(2024, 3, 4, 15, tzinfo=UTC)
    rows = [
        {
            **dict.fromkeys(PARENTS_SCHEMA), "began_at": at, "ended_at": at, "modelled_bps": modelled,
            "realized_bps": realized,
        }
        for modelled, realized in costs
    ]  # fmt: skip
    text = Page(tear_sheet(busy(days=300, trades=3, parents=pl.DataFrame(rows, schema=PARENTS_SCHEMA)), "x")).text
    assert re.search(r"Parent orders with both costs\s+2 of 4\s", text)
    assert re.search(r"Modelled cost, an order\s+6\.00 bps", text) and re.search(r"Realised cost.*?8\.00 bps", text)
    assert "Orders worked over time" not in Page(tear_sheet(busy(days=300, trades=3), "x")).text
