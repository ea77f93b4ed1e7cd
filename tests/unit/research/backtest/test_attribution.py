"""Symbols and strategies share the account's profit among them, to the cent."""

import random

import polars as pl
import pytest

from robo_trader.research.backtest.result import Result
from tests.unit.research.frames import a_result, a_row, some_equity, some_fills


def test_each_symbol_gets_its_profit_and_costs() -> None:
    """AAPL: 200 realised less 3. MSFT: 10 held at 19 cost 20: -10 less 1."""
    fills = some_fills(
        a_row("BUY", 100, 10, commission=1, slippage=5), a_row("SELL", 100, 12, day=1, commission=2, slippage=-1),
        a_row("BUY", 10, 20, symbol="MSFT", day=1, commission=1, slippage=2),
    )  # fmt: skip
    result = a_result(some_equity([1_000.0, 1_186.0]), fills, closing_prices={"MSFT": 19.0})
    assert result.by_symbol.rows() == [
        ("AAPL", 197.0, 200.0, 0.0, 3.0, 4.0, 1, 0, 1.0),
        ("MSFT", -11.0, 0.0, -10.0, 1.0, 2.0, 0, 1, None),
    ]
    assert result.by_strategy.rows() == [("one", 186.0, 200.0, -10.0, 4.0, 6.0, 1, 1, 1.0)]
    assert result.unattributed == pytest.approx(0.0, abs=1e-9)


def test_what_no_fill_explains_is_told() -> None:
    assert a_result(some_equity([1_000.0, 1_002.5])).unattributed == 2.5
    assert a_result().unattributed == 0.0


def random_account(seed: int) -> Result:
    """Books of cash and shares kept beside the result's own, by two strategies in three symbols."""
    dice = random.Random(seed)  # noqa: S311 - a test draws the same numbers again
    cash, shares, prices = 100_000.0, dict.fromkeys("ABC", 0.0), {"A": 10.0, "B": 55.5, "C": 200.25}
    rows, marks = [], []
    for day in range(200):
        for symbol in prices:
            prices[symbol] *= 1 + dice.gauss(0, 0.02)
        symbol, side = dice.choice("ABC"), dice.choice(("BUY", "SELL"))
        row = a_row(
            side, dice.randint(1, 300), prices[symbol], day=day, symbol=symbol, strategy=dice.choice(("one", "two")),
            commission=dice.random(), slippage=dice.gauss(0, 1),
        )  # fmt: skip
        rows.append(row)
        change = row["quantity"] if side == "BUY" else -row["quantity"]
        cash -= change * row["price"] + row["commission"]
        shares[symbol] += change
        marks.append(cash + sum(shares[name] * price for name, price in prices.items()))
    return a_result(some_equity(marks), some_fills(*rows), closing_prices=prices, opening_cash=100_000.0)


@pytest.mark.parametrize("seed", range(5))
def test_the_parts_sum_to_the_account_to_the_cent(seed: int) -> None:
    result = random_account(seed)
    profit = result.statistics.net_profit
    for parts in (result.by_symbol, result.by_strategy):
        assert parts["net_profit"].sum() == pytest.approx(profit, abs=0.005)
        before_costs = parts.select(pl.col("realised") + pl.col("unrealised") - pl.col("commission")).sum().item()
        assert before_costs == pytest.approx(profit, abs=0.005)
        assert parts["commission"].sum() == pytest.approx(result.statistics.commission, abs=0.005)
        assert parts["slippage"].sum() == pytest.approx(result.statistics.slippage, abs=0.005)
        assert parts["trades"].sum() == result.statistics.trades
        assert parts["open_trades"].sum() == result.statistics.open_trades
        assert parts["net_profit"].is_sorted(descending=True)
    assert result.trades.filter(pl.col("side") == "SHORT").height > 5, "the account must have been short too"
