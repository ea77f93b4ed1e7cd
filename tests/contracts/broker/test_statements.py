"""Every broker states what it has: by parts, and in agreement with what it reported."""

from robo_trader.core.domain.order_reports import OrderAccepted, OrderCanceled, OrderModified
from robo_trader.core.domain.orders import OrderId, OrderStatus, Side
from robo_trader.core.domain.statements import StatementPart, StatementReceived
from tests.builders import AAPL, MSFT, OPEN, an_intent, some_terms
from tests.contracts.broker.under_test import BrokerUnderTest


async def test_a_part_that_was_not_asked_for_is_left_out(under_test: BrokerUnderTest) -> None:
    await under_test.place(an_intent(limit=90))
    holdings = await under_test.statement((StatementPart.POSITIONS,))
    assert (holdings.open_orders, holdings.completed_orders) == (None, None)
    assert holdings.positions == ()
    assert holdings.cash == 100_000
    orders = await under_test.statement((StatementPart.ORDERS,))
    assert (orders.positions, orders.cash) == (None, None)
    assert orders.tells_all_orders


async def test_a_statement_says_when_it_was_asked_for(under_test: BrokerUnderTest) -> None:
    under_test.show_hours(1)
    await under_test.settle()
    (received,) = [report for report in under_test.reports if isinstance(report, StatementReceived)]
    assert received.asked_at == under_test.now
    assert received.occurred_at >= received.asked_at


async def test_shares_and_cash_are_those_of_the_broker_s_book(under_test: BrokerUnderTest) -> None:
    for number, (side, shares) in enumerate([(Side.BUY, 100), (Side.SELL, 30)], start=1):
        order_id = await under_test.place(an_intent(side=side, quantity=shares), order_id=number)
        under_test.show_hours(number, price=99 + number)
        await under_test.until_filled(order_id, shares)
    statement = await under_test.statement()
    book = under_test.world.book()
    assert {one.symbol: one.quantity for one in statement.positions or ()} == book.shares == {AAPL: 70}
    assert statement.cash == book.cash == 100_000 - 100 * 100 + 30 * 101
    assert [one.average_cost for one in statement.positions or ()] == [100]


async def test_executions_are_those_that_were_reported(under_test: BrokerUnderTest) -> None:
    bought = await under_test.place(an_intent(quantity=100), order_id=1)
    under_test.show_hours(1, 2, 3, volume=400)
    await under_test.until_filled(bought, 100)
    sold = await under_test.place(an_intent(side=Side.SELL, quantity=100), order_id=2)
    under_test.show_hours(4)
    await under_test.until_filled(sold, 100)
    statement = await under_test.statement()
    stated = [
        (one.execution_id, one.order_id, one.symbol, one.quantity, one.price, one.commission, one.occurred_at)
        for one in statement.executions or ()
    ]
    reported = [
        (one.execution_id, one.order_id, one.symbol, one.quantity, one.price, one.commission, one.occurred_at)
        for one in under_test.executions()
    ]
    assert sorted(stated) == sorted(reported)
    assert len(reported) == 4
    assert {one.side for one in statement.executions or () if one.order_id == sold} == {Side.SELL}


async def test_orders_are_told_under_our_name_and_the_broker_s(under_test: BrokerUnderTest) -> None:
    under_test.show_hours(1)
    waiting = await under_test.place(an_intent(quantity=10, limit=90), order_id=1)
    filled = await under_test.place(an_intent(quantity=20), order_id=2)
    canceled = await under_test.place(an_intent(quantity=30, limit=91), order_id=3)
    await under_test.cancel(canceled)
    await under_test.until_told(OrderCanceled, canceled)
    under_test.show_hours(2)
    await under_test.until_filled(filled, 20)
    statement = await under_test.statement()
    told = {
        order.order_id: (order.status, int(order.terms.quantity), int(order.filled), order.symbol, order.side)
        for order in statement.orders()
    }
    assert told == {
        waiting: (OrderStatus.WORKING, 10, 0, AAPL, Side.BUY),
        filled: (OrderStatus.FILLED, 20, 20, AAPL, Side.BUY),
        canceled: (OrderStatus.CANCELED, 30, 0, AAPL, Side.BUY),
    }
    assert [order.order_id for order in statement.open_orders or ()] == [waiting]
    for order in statement.orders():
        assert order.order_id is not None
        (accepted,) = under_test.told(OrderAccepted, order.order_id)
        assert order.broker_order_id == accepted.broker_order_id


async def test_a_changed_order_is_one_order_under_its_first_name(under_test: BrokerUnderTest) -> None:
    order_id = await under_test.place(an_intent(quantity=100, limit=90))
    under_test.show_hours(1, price=99)
    await under_test.modify(order_id, some_terms(quantity=80, limit=92))
    await under_test.until_told(OrderModified, order_id)
    under_test.show_hours(2, price=91, volume=300)
    await under_test.until_filled(order_id, 30)
    statement = await under_test.statement()
    (order,) = statement.orders()
    assert order.terms == some_terms(quantity=80, limit=92)
    assert (order.order_id, int(order.filled), order.status) == (order_id, 30, OrderStatus.PARTIALLY_FILLED)
    assert order.broker_order_id == under_test.told(OrderAccepted, order_id)[0].broker_order_id
    (execution,) = statement.executions or ()
    assert execution.order_id == order_id


async def test_nothing_is_told_of_an_order_that_never_was(under_test: BrokerUnderTest) -> None:
    await under_test.place(an_intent(symbol=AAPL, limit=90), order_id=1)
    statement = await under_test.statement()
    assert {order.order_id for order in statement.orders()} == {OrderId(1)}
    assert MSFT not in {order.symbol for order in statement.orders()}
    assert statement.since <= OPEN
