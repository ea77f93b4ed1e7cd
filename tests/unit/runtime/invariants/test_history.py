"""Bars that were missed are known like any others: a position without a bar is marked at their last price."""

from robo_trader.core.domain.warm_up import HistoryShown
from tests.builders import AAPL, MSFT, a_day, engine_settings
from tests.unit.core.engine.desk import Desk


def test_a_price_that_was_shown_as_history_is_the_last_price() -> None:
    desk = Desk(engine_settings(symbols=(AAPL, MSFT)))
    desk.close(*(a_day(day, AAPL=100.0 + day, MSFT=50.0) for day in range(3)))
    held = desk.engine.account.ledger.position(AAPL).quantity
    assert held
    before = desk.engine.account.valuation.equity
    desk.engine.process(HistoryShown(slice=a_day(3, AAPL=120.0, MSFT=50.0)))
    desk.engine.process(HistoryShown(slice=a_day(4, AAPL=120.0, MSFT=50.0)))
    desk.close(a_day(5, MSFT=50.0))
    assert desk.engine.account.valuation.equity > before
