"""An entry that is no longer wanted is canceled first; what it bought meanwhile is sold afterwards.

Worked by hand: half of 100,000 at 110 are 454 shares; 49,940 dollars and 2.27 of commission are reserved. 200 of them
fill, so 254 / 454 of the reservation stay: 27,941.27.
"""

from decimal import Decimal

from robo_trader.core.domain.commands import CancelOrder, SubmitOrder
from robo_trader.core.domain.events import FillBooked, OrderUpdated, TradingStateChanged
from robo_trader.core.domain.orders import OrderId, OrderStatus, Side
from robo_trader.core.engine.engine import Engine
from robo_trader.core.portfolio.sizing import FixedFraction
from tests.builders import HOUR, OPEN, a_bar, a_day, a_slice, accepted, canceled, engine_settings, executed
from tests.unit.core.engine.desk import Desk, an_engine, close, only

UP = (a_day(0, AAPL=100.0), a_day(1, AAPL=110.0))
DOWN, LOWER, LOWEST = a_day(2, AAPL=90.0), a_day(3, AAPL=80.0), a_day(4, AAPL=70.0)


def an_engine_that_buys() -> Engine:
    """200 of 454 shares are filled, at 110 dollars."""
    engine = an_engine(engine_settings(sizer=FixedFraction(fraction=0.5)))
    close(engine, *UP)
    assert engine.account.ledger.reserved == Decimal("49942.27")
    engine.process(accepted())
    engine.process(executed(quantity=200, price=110))
    return engine


def test_the_reservation_shrinks_with_what_is_filled() -> None:
    assert an_engine_that_buys().account.ledger.reserved == Decimal("27941.27")


def test_a_change_of_mind_cancels_once_and_sells_what_was_bought() -> None:
    engine = an_engine_that_buys()
    (step,) = close(engine, DOWN)
    assert step.commands == (CancelOrder(order_id=OrderId(1), occurred_at=DOWN.ended_at),)
    (update,) = only(OrderUpdated, step.events)
    assert update.order.cancel_requested and update.order.status is OrderStatus.PARTIALLY_FILLED
    assert engine.account.ledger.reserved > 0, "until the broker answers, it may still fill"
    (waiting,) = close(engine, LOWER)
    assert not waiting.commands
    engine.process(canceled())
    assert engine.account.ledger.reserved == 0
    (exit_,) = close(engine, LOWEST)
    (command,) = exit_.commands
    assert isinstance(command, SubmitOrder)
    assert command.order.intent.side is Side.SELL and command.order.intent.quantity == 200


def test_a_fill_that_overtakes_the_cancel_is_sold_too() -> None:
    engine = an_engine_that_buys()
    close(engine, DOWN)
    engine.process(executed(execution_id="E2", quantity=254, price=110))
    (exit_,) = close(engine, LOWER)
    (command,) = exit_.commands
    assert isinstance(command, SubmitOrder) and command.order.intent.quantity == 454


def test_a_fill_after_the_cancel_is_booked_without_halting_and_sold_too() -> None:
    engine = an_engine_that_buys()
    close(engine, DOWN)
    engine.process(canceled())
    step = engine.process(executed(execution_id="E2", quantity=54, price=110))
    assert only(FillBooked, step.events) and not only(TradingStateChanged, step.events)
    assert engine.account.ledger.reserved == 0 and not engine.account.orders.open
    (exit_,) = close(engine, LOWER)
    (command,) = exit_.commands
    assert isinstance(command, SubmitOrder) and command.order.intent.quantity == 254


def test_with_the_venue_the_answer_comes_at_once_and_the_exit_an_hour_later() -> None:
    """A tenth of 1,000 shares an hour is ours: 100 are bought in the third hour, and sold in the fifth."""
    desk = Desk(engine_settings(sizer=FixedFraction(fraction=0.5)))
    closes = [100.0, 110.0, 90.0, 80.0, 70.0]
    hours = [a_bar(started_at=OPEN + n * HOUR, open=close_, volume=1_000.0) for n, close_ in enumerate(closes)]
    events = desk.close(*map(a_slice, hours))
    fills = [booked.fill for booked in only(FillBooked, events)]
    assert [(fill.side, fill.occurred_at) for fill in fills] == [
        (Side.BUY, OPEN + 2 * HOUR),
        (Side.SELL, OPEN + 4 * HOUR),
    ]
    assert [fill.quantity for fill in fills] == [100, 100]
    statuses = [order.status for order in desk.engine.account.orders.ended.values()]
    assert statuses == [OrderStatus.CANCELED, OrderStatus.FILLED]
    assert desk.engine.account.ledger.reserved == 0
