"""Round trips from flat to flat, at average cost.

Worked by hand: 100 at 10 and 100 at 12 make 200 shares for 2,200, 11 each. Selling 50 at 13 realises 50 x 2 = 100; the
other 150 at 9 lose 150 x 2 = 300. So the trip earned -200 before commission.
"""

from datetime import timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from robo_trader.research.backtest.trades import TRADES_SCHEMA, round_trips
from tests.unit.research.frames import a_row, at, some_equity, some_fills

DAYS = some_equity([0.0] * 10)["ended_at"]


def trips(*rows: dict[str, Any], last: float = 0.0) -> list[dict[str, Any]]:
    prices = dict.fromkeys(("AAPL", "MSFT"), last)
    return round_trips(some_fills(*rows), prices, DAYS).to_dicts()


def test_shares_added_and_partly_sold_belong_to_one_trip() -> None:
    (trip,) = trips(
        a_row("BUY", 100, 10, day=0, commission=1),
        a_row("BUY", 100, 12, day=1, commission=1),
        a_row("SELL", 50, 13, day=2, commission=1),
        a_row("SELL", 150, 9, day=5, commission=1),
    )
    assert trip["side"] == "LONG" and not trip["is_open"]
    assert (trip["quantity"], trip["entry_price"], trip["exit_price"]) == (200.0, 11.0, 10.0)
    assert (trip["profit"], trip["realised"], trip["unrealised"]) == (-200.0, -200.0, 0.0)
    assert (trip["commission"], trip["net_profit"]) == (4.0, -204.0)
    assert trip["return"] == pytest.approx(-204 / 2_200)
    assert (trip["opened_at"], trip["closed_at"], trip["holding_time"]) == (at(0), at(5), timedelta(days=5))
    assert trip["bars_held"] == 5


def test_a_short_earns_where_the_price_falls() -> None:
    (trip,) = trips(a_row("SELL", 100, 10), a_row("BUY", 100, 8, day=1))
    assert (trip["side"], trip["quantity"], trip["profit"], trip["return"]) == ("SHORT", 100.0, 200.0, 0.2)
    assert (trip["entry_price"], trip["exit_price"]) == (10.0, 8.0)


def test_a_fill_that_crosses_zero_closes_one_trip_and_opens_the_next() -> None:
    """Selling 150 of 100 held: 100 close at 12, 50 are short at 12; of 3 dollars commission 2 and 1."""
    long, short = trips(
        a_row("BUY", 100, 10, commission=1), a_row("SELL", 150, 12, day=1, commission=3), a_row("BUY", 50, 11, day=2)
    )
    assert (long["side"], long["profit"], long["commission"]) == ("LONG", 200.0, 3.0)
    assert (short["side"], short["profit"], short["commission"]) == ("SHORT", 50.0, 1.0)
    assert long["closed_at"] == short["opened_at"] == at(1)


def test_what_is_still_held_is_valued_at_the_last_close() -> None:
    """100 at 10, 40 sold at 12: 80 realised; 60 at 9 are 60 below their cost."""
    (trip,) = trips(a_row("BUY", 100, 10, commission=1), a_row("SELL", 40, 12, day=1), last=9.0)
    assert trip["is_open"] and trip["closed_at"] is None and trip["holding_time"] is None
    assert (trip["realised"], trip["unrealised"], trip["net_profit"]) == (80.0, -60.0, 19.0)
    assert trip["exit_price"] == pytest.approx((40 * 12 + 60 * 9) / 100)
    assert trip["bars_held"] == 9


def test_a_symbol_that_is_held_must_have_a_price() -> None:
    with pytest.raises(AssertionError, match="AAPL is held"):
        round_trips(some_fills(a_row("BUY", 1, 1)), {}, DAYS)


def test_strategies_and_symbols_have_trips_of_their_own() -> None:
    found = trips(
        a_row("BUY", 10, 10, strategy="one"),
        a_row("SELL", 10, 11, strategy="two"),
        a_row("BUY", 10, 20, symbol="MSFT"),
        last=10.0,
    )
    assert [(trip["symbol"], trip["strategy"], trip["side"]) for trip in found] == [
        ("AAPL", "one", "LONG"), ("AAPL", "two", "SHORT"), ("MSFT", "one", "LONG"),
    ]  # fmt: skip


def test_fractions_of_shares_that_sum_to_nothing_close_the_trip() -> None:
    """In floats 0.1 + 0.2 - 0.3 leaves 5.6e-17 shares."""
    (trip,) = trips(a_row("BUY", 0.1, 10), a_row("BUY", 0.2, 10), a_row("SELL", 0.3, 10, day=1))
    assert not trip["is_open"] and trip["net_profit"] == pytest.approx(0.0, abs=1e-12)


def test_no_fills_are_no_trips() -> None:
    frame = round_trips(some_fills(), {}, DAYS)
    assert frame.is_empty() and frame.schema == TRADES_SCHEMA


def test_the_schema_is_the_promised_one() -> None:
    assert round_trips(some_fills(a_row("BUY", 1, 1)), {"AAPL": 1.0}, DAYS).schema == TRADES_SCHEMA


rows = st.builds(
    a_row,
    st.sampled_from(("BUY", "SELL")),
    st.integers(1, 500),
    st.integers(1, 300).map(lambda cents: cents / 4),
    symbol=st.sampled_from(("AAPL", "MSFT")),
    strategy=st.sampled_from(("one", "two")),
    commission=st.integers(0, 8).map(lambda quarters: quarters / 4),
)


@given(st.lists(rows, max_size=40), st.integers(1, 300))
def test_trips_together_earn_what_cash_and_shares_do(fills: list[dict[str, Any]], last: int) -> None:
    """Cash spent and received, plus what is held at the last price, less commission: without any notion of a trip."""
    prices = {"AAPL": float(last), "MSFT": last / 2}
    worth = sum(
        (1 if row["side"] == "BUY" else -1) * row["quantity"] * (prices[row["symbol"]] - row["price"])
        - row["commission"]
        for row in fills
    )
    frame = round_trips(some_fills(*fills), prices, DAYS)
    assert frame["net_profit"].sum() == pytest.approx(worth, abs=1e-6)
    assert frame["commission"].sum() == pytest.approx(sum(row["commission"] for row in fills), abs=1e-9)
    held = frame.filter(pl.col("is_open"))
    assert held.select("symbol", "strategy").is_unique().all()
