"""What may be sent: less after a bad day, nothing once the books cannot be trusted.

Worked by hand: half of 100,000 at 110 are 454 shares; bought at 110 for 2.27, they cost 49,942.27. At 100 the account
is worth 95,457.73 and has lost 4,542.27 in the session; 4 % are 4,000, 5 % are 5,000.
"""

from decimal import Decimal

import pytest

from robo_trader.core.domain.bars import BarSlice
from robo_trader.core.domain.commands import SubmitOrder
from robo_trader.core.domain.events import FillBooked, OrderDenied, ReportQuarantined, TradingStateChanged
from robo_trader.core.domain.order_reports import BrokerReport
from robo_trader.core.domain.positions import TradingState
from robo_trader.core.domain.violations import Control
from robo_trader.core.engine.engine import Engine
from robo_trader.core.engine.settings import EngineSettings
from robo_trader.core.portfolio.sizing import FixedFraction
from tests.builders import (
    AAPL,
    HOUR,
    MSFT,
    OPEN,
    a_bar,
    a_day,
    a_session,
    a_slice,
    engine_settings,
    executed,
    some_limits,
)
from tests.unit.core.engine.desk import an_engine, close, only

ACTIVE, REDUCING, HALTED = TradingState
NEXT = a_session(day=2)


def settings(daily_loss: str, intraday_drawdown: str = "1") -> EngineSettings:
    limits = some_limits(daily_loss=daily_loss, intraday_drawdown=intraday_drawdown)
    return engine_settings(symbols=(AAPL, MSFT), sizer=FixedFraction(fraction=0.5), limits=limits)


def hour(number: int, **closes: float) -> BarSlice:
    """The bars of one hour of day 2."""
    start = NEXT.opens_at + (number - 1) * HOUR
    bars = [a_bar(symbol=symbol, started_at=start, open=price) for symbol, price in closes.items()]
    return a_slice(*bars, session=NEXT)


def an_engine_that_holds(daily_loss: str, intraday_drawdown: str = "1") -> Engine:
    engine = an_engine(settings(daily_loss, intraday_drawdown))
    close(engine, a_day(0, AAPL=100.0, MSFT=50.0), a_day(1, AAPL=110.0, MSFT=50.0))
    engine.process(executed(quantity=454, price=110, commission="2.27"))
    return engine


def test_a_bad_day_lets_only_exits_out_until_the_next_session() -> None:
    engine = an_engine_that_holds("0.04")
    (loss,) = close(engine, hour(1, AAPL=100.0, MSFT=50.0))
    (change,) = only(TradingStateChanged, loss.events)
    assert (change.before, change.after) == (ACTIVE, REDUCING)
    assert change.reason == "lost 4542.27 USD of 4000.00 USD allowed in a session"
    assert [command.order.intent.symbol for command in loss.commands if isinstance(command, SubmitOrder)] == [AAPL]
    (refused,) = close(engine, hour(2, AAPL=100.0, MSFT=60.0))
    (denied,) = only(OrderDenied, refused.events)
    assert denied.intent.symbol == MSFT
    assert [violation.control for violation in denied.violations] == [Control.TRADING_STATE, Control.DAILY_LOSS]
    (again,) = close(engine, a_day(3, AAPL=100.0, MSFT=60.5))
    (change,) = only(TradingStateChanged, again.events)
    assert (change.before, change.after) == (REDUCING, ACTIVE)
    assert any(isinstance(command, SubmitOrder) for command in again.commands), "the entry is made now"


def test_within_the_allowed_loss_nothing_changes() -> None:
    engine = an_engine_that_holds("0.05")
    close(engine, hour(1, AAPL=100.0))
    assert engine.account.trading_state is ACTIVE


def test_the_loss_is_counted_from_the_close_of_the_session_before() -> None:
    """4,542 lost on one day and 4,540 on the next, of 95,457.73: neither is above 5 %."""
    engine = an_engine_that_holds("0.05")
    close(engine, hour(1, AAPL=100.0), a_day(3, AAPL=90.0))
    assert engine.account.trading_state is ACTIVE
    assert engine.account.valuation.session_opening_equity == Decimal("95457.73")


def test_a_fall_from_the_peak_of_a_session_lets_only_exits_out_until_the_next() -> None:
    """454 shares make 104,537.73 at 120. At 111 that is 4,086 less: more than 3 % of it, 3,136.13."""
    engine = an_engine_that_holds("0.5", intraday_drawdown="0.03")
    close(engine, hour(1, AAPL=120.0, MSFT=50.0))
    assert engine.account.trading_state is ACTIVE
    (fall,) = close(engine, hour(2, AAPL=111.0, MSFT=50.0))
    (change,) = only(TradingStateChanged, fall.events)
    assert (change.before, change.after) == (ACTIVE, REDUCING)
    assert change.reason == "fell 4086.00 USD from the session's peak, 3136.13 USD allowed"
    engine.process(executed(order_id=2, execution_id="E2", quantity=454, price=111))
    (refused,) = close(engine, hour(3, AAPL=111.0, MSFT=60.0))
    (denied,) = only(OrderDenied, refused.events)
    assert [violation.control for violation in denied.violations] == [Control.TRADING_STATE]
    (again,) = close(engine, a_day(3, AAPL=111.0, MSFT=60.5))
    (change,) = only(TradingStateChanged, again.events)
    assert (change.before, change.after) == (REDUCING, ACTIVE)


def test_the_peak_of_the_session_before_does_not_count() -> None:
    engine = an_engine_that_holds("0.5", intraday_drawdown="0.03")
    close(engine, hour(1, AAPL=120.0), hour(2, AAPL=118.0), a_day(3, AAPL=113.0))
    assert engine.account.trading_state is ACTIVE, "5 dollars a share from the close before, not 7 from its peak"


def test_an_overnight_gap_is_a_loss_of_the_new_session() -> None:
    engine = an_engine_that_holds("0.04")
    close(engine, hour(1, AAPL=110.0))
    (step,) = close(engine, a_day(3, AAPL=100.0))
    assert engine.account.trading_state is REDUCING
    assert len(only(TradingStateChanged, step.events)) == 1


def test_a_loss_that_is_made_good_keeps_the_day_closed() -> None:
    engine = an_engine_that_holds("0.04")
    close(engine, hour(1, AAPL=100.0), hour(2, AAPL=120.0))
    assert engine.account.trading_state is REDUCING


@pytest.mark.parametrize(
    ("report", "reason", "quarantined"),
    [
        pytest.param(executed(order_id=9, execution_id="E9"), "order 9 is not ours", 1, id="a fill of a stranger"),
        pytest.param(
            executed(execution_id="E9", symbol=MSFT),
            "execution E9 is of MSFT, not AAPL",
            1,
            id="a fill of another symbol",
        ),
        pytest.param(executed(execution_id="E9", quantity=1), "order 1 filled 455 of 454", 0, id="one share too many"),
    ],
)
def test_what_breaks_the_books_halts(report: BrokerReport, reason: str, quarantined: int) -> None:
    engine = an_engine_that_holds("1")
    step = engine.process(report)
    (change,) = only(TradingStateChanged, step.events)
    assert (change.before, change.after, change.reason) == (ACTIVE, HALTED, reason)
    assert len(only(ReportQuarantined, step.events)) == quarantined == engine.account.tally.quarantined
    (slice_step,) = close(engine, a_day(3, AAPL=90.0, MSFT=50.0))
    assert not slice_step.commands, "not even an exit"
    denied = [violation.control for event in only(OrderDenied, slice_step.events) for violation in event.violations]
    assert denied == [Control.TRADING_STATE]
    assert engine.account.trading_state is HALTED, "no new session lifts a halt"
    assert not only(TradingStateChanged, engine.process(executed(order_id=9, execution_id="E10")).events)


def test_a_halt_outlasts_a_bad_day() -> None:
    engine = an_engine_that_holds("0.04")
    close(engine, hour(1, AAPL=100.0))
    engine.process(executed(order_id=9, execution_id="E9"))
    close(engine, a_day(3, AAPL=100.0))
    assert engine.account.trading_state is HALTED


def test_an_overfill_is_booked_as_it_is() -> None:
    engine = an_engine_that_holds("1")
    (booked,) = only(FillBooked, engine.process(executed(execution_id="E9", quantity=1)).events)
    assert booked.position.quantity == 455


def test_an_execution_told_twice_is_quarantined_and_does_not_halt() -> None:
    engine = an_engine_that_holds("1")
    before = engine.account.ledger.cash
    step = engine.process(executed(quantity=454, price=110, commission="2.27"))
    (quarantined,) = only(ReportQuarantined, step.events)
    assert (quarantined.kind, quarantined.order_id, quarantined.occurred_at) == ("OrderExecuted", 1, OPEN)
    assert engine.account.trading_state is ACTIVE and engine.account.ledger.cash == before
    assert engine.account.tally.quarantined == 1
