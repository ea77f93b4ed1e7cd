"""The sample run, recomputed with pandas alone, agrees to the cent: trades, cash and equity.

Nothing of ours is used for the arithmetic but the bars themselves. Per symbol and day: two rolling means; long while
the fast one is above; the size is 5 % of equity at the close, whole shares, decided at the close and filled at the next
bar's open, 2 basis points worse, at 0.005 a share and at least 1.00, plus the sale fee of 0.000166 a share.
"""

import math
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd
import polars as pl
import pytest

from tests.running import rows, run_json

FAST, SLOW, FRACTION, SLIPPAGE, OPENING_CASH = 20, 50, 0.05, 0.0002, 100_000.0
SYMBOLS = ["AAPL", "GOOG", "IBM", "META", "MSFT"]
DAILY_LOSS = 0.02
SAMPLE = Path(__file__).parents[2] / "robo_trader" / "adapters" / "feeds" / "sample_bars.parquet"


@dataclass
class Book:
    """A plain account: cash, shares, and a list of what was traded."""

    cash: float = OPENING_CASH
    shares: dict[str, int] = field(default_factory=lambda: dict.fromkeys(SYMBOLS, 0))
    trades: list[tuple[str, str, str, int, float]] = field(default_factory=list)
    equity: list[float] = field(default_factory=list)

    def fill(self, date: str, symbol: str, change: int, open_: float) -> None:
        price = round(open_ * (1 + math.copysign(SLIPPAGE, change)), 4)
        commission = min(max(abs(change) * 0.005, 1.0), abs(change) * price * 0.01)
        fee = min(-change * 0.000166, 8.30) if change < 0 else 0.0
        self.cash -= change * price + commission + fee
        self.shares[symbol] += change
        self.trades.append((date, symbol, "BUY" if change > 0 else "SELL", abs(change), price))


def closes_and_views() -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Return open, close (NaN where a symbol has no bar), and whether fast is above slow, each [date, symbol]."""
    frame = pd.DataFrame(pl.read_parquet(SAMPLE).to_dict(as_series=False))
    frame["date"] = frame["date"].astype(str)
    opens = frame.pivot_table(index="date", columns="symbol", values="adj_open")
    closes = frame.pivot_table(index="date", columns="symbol", values="adj_close")
    above = pd.DataFrame(False, index=closes.index, columns=closes.columns)
    for symbol in SYMBOLS:
        own = closes[symbol].dropna()
        above.loc[own.index, symbol] = own.rolling(FAST).mean() > own.rolling(SLOW).mean()
    return opens, closes, above


def trade() -> Book:
    opens, closes, above = closes_and_views()
    book, wanted = Book(), dict.fromkeys(SYMBOLS, 0)
    pending: dict[str, int] = {}
    holding_view = dict.fromkeys(SYMBOLS, False)
    last_close: dict[str, float] = {}
    before = OPENING_CASH
    for date in closes.index:
        for symbol, change in pending.items():
            assert not math.isnan(opens.at[date, symbol]), "the sample has no gap after a decision"
            book.fill(date, symbol, change, opens.at[date, symbol])
        last_close.update({s: closes.at[date, s] for s in SYMBOLS if not math.isnan(closes.at[date, s])})
        equity = book.cash + sum(n * last_close[s] for s, n in book.shares.items() if n)
        losing = before - equity > DAILY_LOSS * before
        for symbol in SYMBOLS:
            view = bool(above.at[date, symbol])
            if not math.isnan(closes.at[date, symbol]) and view != holding_view[symbol]:
                holding_view[symbol] = view
                wanted[symbol] = math.floor(FRACTION * equity / last_close[symbol]) if view else 0
        changes = {symbol: wanted[symbol] - book.shares[symbol] for symbol in SYMBOLS}
        pending = {symbol: change for symbol, change in changes.items() if change < 0 or (change > 0 and not losing)}
        book.equity.append(equity)
        before = equity
    return book


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, object], Path]:
    database = tmp_path_factory.mktemp("oracle") / "session.db"
    return run_json(database, "--feed", "sample"), database


def test_every_trade_is_the_same(ours: tuple[dict[str, object], Path]) -> None:
    theirs = trade().trades
    mine = [
        (pd.Timestamp(row["occurred_at"]).date().isoformat(), row["symbol"], row["side"], int(row["quantity"]),
         float(row["price"]))
        for row in rows(ours[1], "fills")
    ]  # fmt: skip
    assert len(theirs) > 250
    assert sorted(mine) == sorted(theirs)


def test_cash_and_equity_agree_to_the_cent(ours: tuple[dict[str, object], Path]) -> None:
    book = trade()
    assert float(str(ours[0]["cash"])) == pytest.approx(book.cash, abs=0.005)
    mine = [float(row["equity"]) for row in rows(ours[1], "equity")]
    assert mine == pytest.approx(book.equity, abs=0.005)
