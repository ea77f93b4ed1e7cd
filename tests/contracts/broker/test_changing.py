"""Every broker answers a cancel and new terms: done, or refused while the order goes on or has ended."""

import pytest

from robo_trader.core.domain.order_reports import (
    CancelRejected,
    ModifyRejected,
    OrderAccepted,
    OrderCanceled,
    OrderExecuted,
    OrderModified,
)
from robo_trader.core.domain.orders import OrderId, Side
from tests.builders import an_intent, some_terms
from tests.contracts.broker.under_test import BrokerUnderTest


async def test_a_canceled_order_fills_no_more(under_test: BrokerUnderTest) -> None:
    order_id = await under_test.place(an_intent(limit=90))
    await under_test.cancel(order_id)
    await under_test.until_told(OrderCanceled, order_id)
    under_test.show_hours(1, price=80)
    await under_test.settle()
    assert [type(report) for report in under_test.of_orders()] == [OrderAccepted, OrderCanceled]


async def test_the_rest_of_a_partly_filled_order_can_be_canceled(under_test: BrokerUnderTest) -> None:
    order_id = await under_test.place(an_intent(quantity=100))
    under_test.show_hours(1, volume=400)
    await under_test.until_filled(order_id, 40)
    await under_test.cancel(order_id)
    await under_test.until_told(OrderCanceled, order_id)
    under_test.show_hours(2)
    await under_test.settle()
    assert under_test.filled(order_id) == 40


async def test_a_filled_order_cannot_be_canceled(under_test: BrokerUnderTest) -> None:
    order_id = await under_test.place(an_intent())
    under_test.show_hours(1)
    await under_test.until_filled(order_id, 100)
    await under_test.settle()
    await under_test.cancel(order_id)
    refusal = await under_test.until_told(CancelRejected, order_id)
    assert refusal.reason
    assert not under_test.told(OrderCanceled, order_id)


async def test_an_order_it_never_saw_cannot_be_canceled(under_test: BrokerUnderTest) -> None:
    await under_test.cancel(OrderId(99))
    assert (await under_test.until_told(CancelRejected, OrderId(99))).reason


async def test_a_cancel_right_behind_the_order_is_not_lost(under_test: BrokerUnderTest) -> None:
    order_id = await under_test.submit(an_intent(limit=90))
    await under_test.cancel(order_id)
    await under_test.until_told(OrderCanceled, order_id)
    under_test.show_hours(1, price=80)
    await under_test.settle()
    assert not under_test.executions()


async def test_an_order_works_under_its_new_terms(under_test: BrokerUnderTest) -> None:
    order_id = await under_test.place(an_intent(quantity=100, limit=90))
    under_test.show_hours(1, price=95)
    terms = some_terms(quantity=60, limit=97)
    await under_test.modify(order_id, terms)
    assert (await under_test.until_told(OrderModified, order_id)).terms == terms
    under_test.show_hours(2, price=96)
    await under_test.until_filled(order_id, 60)
    await under_test.settle()
    assert [type(one) for one in under_test.of_orders()] == [OrderAccepted, OrderModified, OrderExecuted]
    assert [(int(one.quantity), int(one.price)) for one in under_test.executions()] == [(60, 96)]


async def test_an_order_can_be_changed_again_and_then_canceled(under_test: BrokerUnderTest) -> None:
    order_id = await under_test.place(an_intent(quantity=100, limit=90))
    for number, limit in enumerate((91, 92, 93), start=1):
        under_test.show_hours(number, price=99)
        await under_test.modify(order_id, some_terms(limit=limit))
        await under_test.until_told(OrderModified, order_id, times=number)
    await under_test.cancel(order_id)
    await under_test.until_told(OrderCanceled, order_id)
    await under_test.settle()
    assert len(under_test.told(OrderAccepted, order_id)) == 1
    assert len(under_test.told(OrderCanceled, order_id)) == 1


async def test_a_stop_can_be_moved(under_test: BrokerUnderTest) -> None:
    entry = await under_test.place(an_intent(), order_id=1)
    under_test.show_hours(1)
    await under_test.until_filled(entry, 100)
    leg = await under_test.place(an_intent(side=Side.SELL, stop=90), order_id=2)
    await under_test.modify(leg, some_terms(stop=98))
    await under_test.until_told(OrderModified, leg)
    under_test.show_hours(2, price=97)
    await under_test.until_filled(leg, 100)
    assert under_test.world.book().shares.get(under_test.executions()[0].symbol, 0) == 0


async def test_an_ended_order_gets_no_new_terms(under_test: BrokerUnderTest) -> None:
    order_id = await under_test.place(an_intent(limit=90))
    await under_test.cancel(order_id)
    await under_test.until_told(OrderCanceled, order_id)
    await under_test.modify(order_id, some_terms(limit=95))
    assert (await under_test.until_told(ModifyRejected, order_id)).reason
    assert not under_test.told(OrderModified, order_id)


async def test_new_terms_of_a_partly_filled_order_count_what_is_filled_or_are_refused(
    under_test: BrokerUnderTest,
) -> None:
    order_id = await under_test.place(an_intent(quantity=100))
    under_test.show_hours(1, volume=400)
    await under_test.until_filled(order_id, 40)
    await under_test.modify(order_id, some_terms(quantity=70))
    wanted = 70 if under_test.abilities.modifies_partly_filled else 100
    answer = OrderModified if under_test.abilities.modifies_partly_filled else ModifyRejected
    await under_test.until(lambda: bool(under_test.told(answer, order_id)))
    under_test.show_hours(2)
    await under_test.until_filled(order_id, wanted)
    await under_test.settle()
    assert under_test.filled(order_id) == wanted


@pytest.mark.parametrize("quantity", [40, 30])
async def test_an_order_is_never_for_fewer_shares_than_it_has_filled(
    under_test: BrokerUnderTest, quantity: int
) -> None:
    order_id = await under_test.place(an_intent(quantity=100))
    under_test.show_hours(1, volume=400)
    await under_test.until_filled(order_id, 40)
    await under_test.modify(order_id, some_terms(quantity=quantity))
    assert (await under_test.until_told(ModifyRejected, order_id)).reason
