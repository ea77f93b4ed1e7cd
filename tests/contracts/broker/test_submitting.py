"""Every broker answers an order, or says nothing: taken with a name of its own, or refused with a reason."""

from robo_trader.core.domain.order_reports import OrderAccepted, OrderExecuted, OrderRejected
from robo_trader.core.domain.orders import OrderId, Side
from tests.builders import AAPL, OPEN, an_intent
from tests.contracts.broker.under_test import BrokerUnderTest


async def test_an_order_is_taken_once_and_gets_a_name(under_test: BrokerUnderTest) -> None:
    order_id = await under_test.place(an_intent(limit=90))
    await under_test.settle()
    (told,) = under_test.of_orders()
    assert isinstance(told, OrderAccepted)
    assert told.order_id == order_id
    assert told.broker_order_id
    assert told.occurred_at >= OPEN


async def test_orders_get_names_of_their_own(under_test: BrokerUnderTest) -> None:
    for number in (1, 2, 3):
        await under_test.place(an_intent(limit=90), order_id=number)
    names = {under_test.told(OrderAccepted, OrderId(number))[0].broker_order_id for number in (1, 2, 3)}
    assert len(names) == 3


async def test_a_market_order_fills_at_the_next_price(under_test: BrokerUnderTest) -> None:
    order_id = await under_test.place(an_intent(quantity=100))
    under_test.show_hours(1, price=101)
    await under_test.until_filled(order_id, 100)
    (execution,) = under_test.executions()
    assert execution.symbol == AAPL
    assert [int(one) for one in (execution.quantity, execution.price, execution.commission)] == [100, 101, 0]
    assert under_test.world.book().shares == {AAPL: 100}
    assert under_test.world.book().cash == 100_000 - 100 * 101


async def test_what_is_taken_is_told_before_what_is_filled(under_test: BrokerUnderTest) -> None:
    order_id = await under_test.submit(an_intent(quantity=100))
    await under_test.until_told(OrderAccepted, order_id)
    under_test.show_hours(1)
    await under_test.until_filled(order_id, 100)
    kinds = [type(report) for report in under_test.of_orders()]
    assert kinds == [OrderAccepted, OrderExecuted]


async def test_partial_fills_have_names_of_their_own_and_sum_up(under_test: BrokerUnderTest) -> None:
    order_id = await under_test.place(an_intent(quantity=100))
    under_test.show_hours(1, 2, 3, price=100, volume=400)  # a tenth is ours: 40, 40, 20
    await under_test.until_filled(order_id, 100)
    await under_test.settle()
    executions = under_test.executions()
    assert [execution.quantity for execution in executions] == [40, 40, 20]
    assert len({execution.execution_id for execution in executions}) == 3
    assert [execution.occurred_at for execution in executions] == sorted(one.occurred_at for one in executions)


async def test_a_sale_of_what_is_not_held_makes_a_short_position(under_test: BrokerUnderTest) -> None:
    order_id = await under_test.place(an_intent(side=Side.SELL, quantity=50))
    under_test.show_hours(1)
    await under_test.until_filled(order_id, 50)
    statement = await under_test.statement()
    assert [(one.symbol, int(one.quantity)) for one in statement.positions or ()] == [(AAPL, -50)]
    assert statement.cash == 100_000 + 50 * 100


async def test_what_it_cannot_take_is_refused_with_a_reason_and_not_traded(under_test: BrokerUnderTest) -> None:
    for number, (wrong, intent) in enumerate(under_test.abilities.refused.items(), start=1):
        refusal = await under_test.refused(intent, order_id=number)
        assert refusal.reason, wrong
    under_test.show_hours(1, 2)
    await under_test.settle()
    assert {type(report) for report in under_test.of_orders()} == {OrderRejected}
    assert len(under_test.of_orders()) == len(under_test.abilities.refused) > 0
    assert under_test.world.book().shares == {}


async def test_reports_are_handed_over_once(under_test: BrokerUnderTest) -> None:
    await under_test.place(an_intent(limit=90))
    await under_test.settle()
    assert under_test.take() == []
