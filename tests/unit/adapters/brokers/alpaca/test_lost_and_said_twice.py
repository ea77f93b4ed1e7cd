"""Alpaca's adapter when requests, answers and updates are lost, late, refused or repeated.

An order goes out once, whatever happens. What is not known is not reported; what becomes known is reported once.
"""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from robo_trader.core.domain.order_reports import (
    CancelRejected,
    ModifyRejected,
    OrderAccepted,
    OrderCanceled,
    OrderExecuted,
    OrderModified,
    OrderRejected,
)
from robo_trader.core.domain.orders import OrderStatus
from robo_trader.core.domain.statements import StatementReceived
from robo_trader.simulation.alpaca.faults import Trouble
from robo_trader.simulation.alpaca.server import AlpacaServer
from tests.builders import an_intent, some_terms
from tests.contracts.broker.alpaca import QUICK, AlpacaWorld, alpaca, connected
from tests.contracts.broker.under_test import EVERYTHING, BrokerUnderTest

TAKEN = (Trouble.LOSE_ANSWER, Trouble.ERROR_AFTER)
NOT_TAKEN = (Trouble.LOSE_REQUEST, Trouble.ERROR_BEFORE)


@pytest.fixture
async def under_test() -> AsyncIterator[BrokerUnderTest]:
    async with alpaca() as one:
        yield one


def server_of(under_test: BrokerUnderTest) -> AlpacaServer:
    assert isinstance(under_test.world, AlpacaWorld)
    return under_test.world.server


def references_at(server: AlpacaServer) -> list[str]:
    return server.look(lambda desk: [order.client_order_id for order in desk.orders.values()])


@pytest.mark.parametrize("trouble", TAKEN)
async def test_an_order_whose_answer_is_lost_is_found_and_never_sent_again(
    under_test: BrokerUnderTest, trouble: Trouble
) -> None:
    server = server_of(under_test)
    server.faults.loses_updates = True
    server.faults.befall("POST orders", trouble)
    order_id = await under_test.submit(an_intent(limit=90))
    await under_test.until_told(OrderAccepted, order_id)
    statement = await under_test.statement()
    assert [order.order_id for order in statement.open_orders or ()] == [order_id]
    assert references_at(server) == ["testtest.1.1"]
    assert [type(report) for report in under_test.of_orders()] == [OrderAccepted]


@pytest.mark.parametrize("trouble", NOT_TAKEN)
async def test_an_order_that_never_arrived_is_neither_reported_nor_sent_again(
    under_test: BrokerUnderTest, trouble: Trouble
) -> None:
    server = server_of(under_test)
    server.faults.befall("POST orders", trouble)
    await under_test.submit(an_intent(limit=90))
    await under_test.until(lambda: not server.faults.troubles["POST orders"])
    for _ in range(2):
        statement = await under_test.statement()
        assert statement.tells_all_orders
        assert statement.orders() == ()
    assert references_at(server) == []
    assert under_test.of_orders() == []


async def test_an_answer_that_does_not_come_in_time_is_as_a_lost_one(under_test: BrokerUnderTest) -> None:
    server = server_of(under_test)
    async with connected(server, replace(QUICK, timeout_seconds=0.3)) as impatient:
        server.faults.loses_updates = True
        server.faults.befall("POST orders", Trouble.KEEP_WAITING)
        order_id = await impatient.submit(an_intent(limit=90))
        await impatient.until_told(OrderAccepted, order_id)
        assert references_at(server) == ["testtest.1.1"]


async def test_an_order_refused_for_asking_too_often_is_not_sent_again(under_test: BrokerUnderTest) -> None:
    server = server_of(under_test)
    server.faults.befall("POST orders", Trouble.TOO_MANY)
    refusal = await under_test.refused(an_intent(limit=90))
    assert "rate limit" in refusal.reason
    await under_test.settle()
    assert references_at(server) == []


async def test_questions_are_asked_again(under_test: BrokerUnderTest) -> None:
    server = server_of(under_test)
    await under_test.place(an_intent(limit=90))
    server.faults.befall("GET orders", Trouble.LOSE_ANSWER, Trouble.ERROR_BEFORE, Trouble.TOO_MANY)
    server.faults.befall("GET account", Trouble.ERROR_BEFORE)
    server.faults.befall("GET positions", Trouble.LOSE_REQUEST)
    statement = await under_test.statement()
    assert statement.tells_all_orders
    assert statement.cash == 100_000


async def test_a_part_that_is_not_answered_is_left_out_and_not_empty(under_test: BrokerUnderTest) -> None:
    server = server_of(under_test)
    server.faults.befall("GET positions", *[Trouble.ERROR_BEFORE] * 4)
    statement = await under_test.statement()
    assert (statement.positions, statement.cash) == (None, None)
    assert statement.tells_all_orders


async def test_no_answer_at_all_is_no_statement(under_test: BrokerUnderTest) -> None:
    server = server_of(under_test)
    server.faults.befall("GET positions", *[Trouble.ERROR_BEFORE] * 4)
    server.faults.befall("GET orders", *[Trouble.ERROR_BEFORE] * 4)
    await under_test.world.broker.request_statement(EVERYTHING, at=under_test.now)
    await under_test.until(lambda: not server.faults.troubles["GET orders"])
    await under_test.settle()
    (received,) = [one for one in under_test.reports if isinstance(one, StatementReceived)]
    assert received.statement.positions == ()


async def test_updates_that_come_twice_are_reported_once(under_test: BrokerUnderTest) -> None:
    server_of(under_test).faults.repeats_updates = True
    order_id = await under_test.place(an_intent(quantity=100, limit=101))
    under_test.show_hours(1, volume=400)
    await under_test.until_filled(order_id, 40)
    await under_test.cancel(order_id)
    await under_test.until_told(OrderCanceled, order_id)
    await under_test.settle()
    assert [type(one) for one in under_test.of_orders()] == [OrderAccepted, OrderExecuted, OrderCanceled]


async def test_updates_that_never_come_are_made_up_for_by_the_next_statement(under_test: BrokerUnderTest) -> None:
    server = server_of(under_test)
    server.faults.loses_updates = True
    order_id = await under_test.place(an_intent(quantity=100, limit=90))
    under_test.show_hours(1, price=95)
    await under_test.modify(order_id, some_terms(quantity=80, limit=94))
    await under_test.until(lambda: len(references_at(server)) == 2)
    under_test.show_hours(2, price=93, volume=500)
    under_test.show_hours(3, price=93)
    await under_test.settle()
    assert [int(one.quantity) for one in under_test.executions()] == [50, 30]
    kinds = [type(one) for one in under_test.of_orders()]
    assert kinds == [OrderAccepted, OrderModified, OrderExecuted, OrderExecuted]


async def test_one_missed_update_is_noticed_at_the_next_and_looked_up(under_test: BrokerUnderTest) -> None:
    server = server_of(under_test)
    order_id = await under_test.place(an_intent(quantity=100))
    server.faults.loses_updates = True
    under_test.show_hours(1, volume=400)
    server.faults.loses_updates = False
    under_test.show_hours(2, volume=400)
    await under_test.until_filled(order_id, 80)
    assert [int(one.quantity) for one in under_test.executions()] == [40, 40]
    assert len({one.execution_id for one in under_test.executions()}) == 2


async def test_a_cancel_whose_answer_is_lost_is_reported_when_it_shows(under_test: BrokerUnderTest) -> None:
    server = server_of(under_test)
    server.faults.loses_updates = True
    order_id = await under_test.place(an_intent(limit=90))
    server.faults.befall("DELETE orders", Trouble.LOSE_ANSWER)
    await under_test.cancel(order_id)
    await under_test.until_told(OrderCanceled, order_id)
    assert not under_test.told(CancelRejected, order_id)


async def test_new_terms_whose_answer_is_lost_are_reported_when_they_show(under_test: BrokerUnderTest) -> None:
    server = server_of(under_test)
    order_id = await under_test.place(an_intent(limit=90))
    server.faults.loses_updates = True
    server.faults.befall("PATCH orders", Trouble.LOSE_ANSWER)
    await under_test.modify(order_id, some_terms(limit=92))
    assert (await under_test.until_told(OrderModified, order_id)).terms == some_terms(limit=92)
    assert not under_test.told(ModifyRejected, order_id)


async def test_a_cancel_that_never_arrived_is_refused_and_can_be_asked_for_again(under_test: BrokerUnderTest) -> None:
    server = server_of(under_test)
    order_id = await under_test.place(an_intent(limit=90))
    server.faults.befall("DELETE orders", Trouble.LOSE_REQUEST)
    server.faults.befall("GET orders", *[Trouble.ERROR_BEFORE] * 6)  # longer than one question is repeated
    await under_test.cancel(order_id)
    assert "ask again" in (await under_test.until_told(CancelRejected, order_id)).reason
    await under_test.cancel(order_id)
    await under_test.until_told(OrderCanceled, order_id)


async def test_new_terms_that_never_arrived_are_refused(under_test: BrokerUnderTest) -> None:
    server = server_of(under_test)
    order_id = await under_test.place(an_intent(limit=90))
    server.faults.befall("PATCH orders", Trouble.LOSE_REQUEST)
    await under_test.modify(order_id, some_terms(limit=92))
    assert "the old ones go on" in (await under_test.until_told(ModifyRejected, order_id)).reason
    assert not under_test.told(OrderModified, order_id)


async def test_shares_behind_an_order_cannot_stand_behind_another(under_test: BrokerUnderTest) -> None:
    bought = await under_test.place(an_intent(quantity=100), order_id=1)
    under_test.show_hours(1)
    await under_test.until_filled(bought, 100)
    leg = an_intent(side=an_intent().side.SELL, quantity=100, stop=90)
    await under_test.place(leg, order_id=2)
    refusal = await under_test.refused(leg, order_id=3)
    assert "insufficient qty" in refusal.reason
    assert "cancel that order first" in refusal.reason


async def test_what_a_stranger_trades_in_the_account_is_told_as_his(under_test: BrokerUnderTest) -> None:
    server = server_of(under_test)
    body = {"symbol": "AAPL", "qty": "7", "side": "buy", "type": "market", "time_in_force": "day"}
    server.look(lambda desk: desk.submit(body))
    under_test.show_hours(1)
    await under_test.until(lambda: bool(under_test.of_orders()))
    statement = await under_test.statement()
    (told,) = under_test.of_orders()
    execution = getattr(told, "execution", None)
    assert execution is not None
    assert (execution.quantity, execution.order_id) == (7, None)
    assert statement.executions == (execution,)
    assert [(one.order_id, one.status) for one in statement.orders()] == [(None, OrderStatus.FILLED)]


async def test_a_name_that_is_there_already_is_no_refusal(under_test: BrokerUnderTest) -> None:
    server = server_of(under_test)
    body = {
        "symbol": "AAPL", "qty": "100", "side": "buy", "type": "limit", "limit_price": "90", "time_in_force": "day",
        "client_order_id": "testtest.1.5",
    }  # fmt: skip
    server.faults.loses_updates = True
    server.look(lambda desk: desk.submit(body))
    order_id = await under_test.submit(an_intent(limit=90), order_id=5)
    await under_test.until_told(OrderAccepted, order_id)
    assert not under_test.told(OrderRejected, order_id)


async def test_a_run_after_a_run_tells_nothing_twice_and_goes_on(under_test: BrokerUnderTest) -> None:
    server = server_of(under_test)
    filled = await under_test.place(an_intent(quantity=100), order_id=1)
    waiting = await under_test.place(an_intent(quantity=10, limit=90), order_id=2)
    moved = await under_test.place(an_intent(quantity=20, limit=91), order_id=3)
    await under_test.modify(moved, some_terms(quantity=20, limit=92))
    await under_test.until_told(OrderModified, moved)
    under_test.show_hours(1)
    await under_test.until_filled(filled, 100)
    first = await under_test.statement()
    async with connected(server) as again:
        again.now = under_test.now
        second = await again.statement()
        assert again.of_orders() == []
        assert (second.orders(), second.executions) == (first.orders(), first.executions)
        await again.cancel(waiting)
        await again.until_told(OrderCanceled, waiting)
        await again.modify(moved, some_terms(quantity=20, limit=93))
        await again.until_told(OrderModified, moved)
        again.show_hours(2, price=93)
        await again.until_filled(moved, 20)
        await again.settle()
        assert [type(one) for one in again.of_orders()] == [OrderCanceled, OrderModified, OrderExecuted]
