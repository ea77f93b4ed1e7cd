"""A result gathered from the real engine before the real venue.

Worked by hand: AAPL closes at 100 and 102, so it is bought: 5 % of 100,000 dollars are 49 shares at 102. They fill at
the next open, 103, slipped by 2 bps to 103.0206: 50.0094 dollars worse than decided. The close of 90 sells them; the
next open is 91, less 2 bps 90.9818: 48.1082 dollars better. Each order pays 1 dollar, the sale a regulator's fee on
top. MSFT does the same a symbol later, and may not: 5 % more would be over the 6 % allowed.
"""

import pytest

from robo_trader.core.domain.events import SessionStarted
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.ports.journal import Batch, StepRecord
from robo_trader.research.backtest.event_recorder import EventRecorder
from robo_trader.research.backtest.result import Result
from tests.builders import OPEN, a_day, engine_settings, some_limits
from tests.unit.core.engine.desk import CASH, Desk

AAPL_DAYS = [(100.0, 100.0), (100.0, 102.0), (103.0, 104.0), (104.0, 90.0), (91.0, 91.0)]
MSFT_DAYS = [(100.0, 100.0), (100.0, 102.0), (103.0, 104.0), (104.0, 105.0), (105.0, 106.0)]


def recorded(days: int) -> Result:
    desk = Desk(
        engine_settings(symbols=(Symbol("AAPL"), Symbol("MSFT")), limits=some_limits(gross_exposure="0.06")),
        cash=CASH,
    )
    for day, (aapl, msft) in enumerate(zip(AAPL_DAYS[:days], MSFT_DAYS[:days], strict=True)):
        desk.close(a_day(day, AAPL=aapl, MSFT=msft))
    recorder = EventRecorder()
    opening = SessionStarted(occurred_at=OPEN, account="PAPER", opening_cash=CASH)
    recorder.take(Batch(steps=(StepRecord(input=opening, decisions=()),), commands=()))
    for given, step in zip(desk.inputs, desk.steps, strict=True):
        recorder.take(Batch(steps=(StepRecord(input=given, decisions=step.events),), commands=step.commands))
    return recorder.result(bar_size="1 day", assumptions=(("Cash", "Earns nothing."),), warnings=("Beware.",))


def test_fills_carry_strategy_and_slippage() -> None:
    result = recorded(5)
    bought, sold = (row for row in result.fills.to_dicts() if row["symbol"] == "AAPL")
    assert (bought["strategy"], bought["side"], bought["quantity"], bought["price"]) == (
        "sma_crossover", "BUY", 49.0, 103.0206,
    )  # fmt: skip
    assert bought["slippage"] == pytest.approx(49 * 1.0206)
    assert (sold["side"], sold["slippage"]) == ("SELL", pytest.approx(-49 * 0.9818))
    assert bought["signal_id"] != sold["signal_id"] and bought["order_id"] == 1
    assert bought["commission"] == pytest.approx(1.0, abs=0.1)


def test_the_account_is_marked_after_every_slice() -> None:
    result = recorded(3)
    assert result.opening_cash == 100_000.0
    assert result.equity["equity"].to_list()[:2] == [100_000.0, 100_000.0]
    assert result.equity["gross_exposure"].to_list() == [0.0, 0.0, 49 * 104.0]
    assert [day.isoformat() for day in result.equity["session"]] == ["2024-03-04", "2024-03-05", "2024-03-06"]
    assert result.closing_prices == {"AAPL": 104.0}


def test_orders_are_as_they_ended() -> None:
    first = recorded(5).orders.row(0, named=True)
    assert (first["order_id"], first["status"], first["filled"], first["limit_price"]) == (1, "FILLED", 49.0, None)
    assert first["average_price"] == pytest.approx(103.0206)
    assert first["created_at"] < first["updated_at"]
    waiting = recorded(2).orders.row(0, named=True)
    assert (waiting["filled"], waiting["average_price"]) == (0.0, None)


def test_violations_carry_time_and_symbol() -> None:
    refusal = recorded(2).violations.row(0, named=True)
    assert (refusal["symbol"], refusal["control"], refusal["unit"]) == ("MSFT", "GROSS_EXPOSURE", "USD")
    assert (refusal["limit"], refusal["value"]) == (6_000.0, 2 * 49 * 102.0)
    assert refusal["occurred_at"] == recorded(2).equity["ended_at"][-1]


def test_words_are_passed_on_and_everything_is_attributed() -> None:
    result = recorded(5)
    assert (result.assumptions, result.warnings) == ((("Cash", "Earns nothing."),), ("Beware.",))
    assert result.unattributed == pytest.approx(0.0, abs=1e-6)
    assert result.by_symbol["net_profit"].sum() == pytest.approx(result.statistics.net_profit, abs=1e-6)


def test_a_recorder_that_saw_nothing_gives_an_empty_result() -> None:
    result = EventRecorder().result(bar_size="1 day")
    assert result.equity.is_empty() and result.trades.is_empty() and result.statistics.net_profit is None
