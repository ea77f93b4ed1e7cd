"""Whatever is lost on the way, every broker reports each thing once in the end."""

from robo_trader.core.domain.order_reports import (
    OrderAccepted,
    OrderCanceled,
    OrderExecuted,
    OrderExpired,
)
from robo_trader.core.domain.orders import Side
from tests.builders import AAPL, an_intent
from tests.contracts.broker.under_test import BrokerUnderTest


async def test_what_happens_while_we_are_not_reached_is_reported_afterwards(under_test: BrokerUnderTest) -> None:
    bought = await under_test.place(an_intent(quantity=100), order_id=1)
    waiting = await under_test.place(an_intent(quantity=10, limit=90), order_id=2)
    under_test.show_hours(1, volume=400)
    await under_test.until_filled(bought, 40)
    under_test.world.lose_connection()
    under_test.show_hours(2, 3, volume=400)
    under_test.show_hours(4, 5, 6, 7)
    under_test.world.restore_connection()
    await under_test.until_filled(bought, 100)
    await under_test.until_told(OrderExpired, waiting)
    await under_test.settle()
    assert [int(one.quantity) for one in under_test.executions()] == [40, 40, 20]
    assert len(under_test.told(OrderExpired, waiting)) == 1
    assert len({one.execution_id for one in under_test.executions()}) == 3


async def test_what_was_reported_before_is_not_reported_again(under_test: BrokerUnderTest) -> None:
    order_id = await under_test.place(an_intent(quantity=100))
    under_test.show_hours(1)
    await under_test.until_filled(order_id, 100)
    for _ in range(3):
        under_test.world.lose_connection()
        under_test.world.restore_connection()
        await under_test.settle()
    assert [type(report) for report in under_test.of_orders()] == [OrderAccepted, OrderExecuted]


async def test_orders_can_be_given_again_after_the_connection_was_lost(under_test: BrokerUnderTest) -> None:
    under_test.show_hours(1)
    under_test.world.lose_connection()
    under_test.world.restore_connection()
    first = await under_test.place(an_intent(quantity=50), order_id=1)
    second = await under_test.place(an_intent(quantity=10, limit=90), order_id=2)
    await under_test.cancel(second)
    await under_test.until_told(OrderCanceled, second)
    under_test.show_hours(2)
    await under_test.until_filled(first, 50)
    sold = await under_test.place(an_intent(side=Side.SELL, quantity=50), order_id=3)
    under_test.show_hours(3)
    await under_test.until_filled(sold, 50)
    await under_test.settle()
    assert under_test.world.book().shares.get(AAPL, 0) == 0
    assert len(under_test.executions()) == 2
