"""Long lists, full queues, lines that stay dead: nothing is left out, sent late, or waited for without end."""

import asyncio
import itertools
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace

import pytest

from robo_trader.adapters.brokers.alpaca.broker import ORDERS_WAITING_MAX
from robo_trader.adapters.brokers.alpaca.connecting import connect
from robo_trader.adapters.brokers.alpaca.refusals import AlpacaSilent
from robo_trader.core.domain.broker_link import BrokerLinkChanged, LinkState
from robo_trader.core.domain.errors import InvalidConfig
from robo_trader.core.domain.events import FromBroker
from robo_trader.core.domain.order_reports import ModifyRejected, OrderRejected
from robo_trader.core.domain.statements import StatementReceived
from robo_trader.core.execution.statement_schedule import StatementSchedule
from robo_trader.runtime.reconciled_broker import ReconciledBroker
from robo_trader.simulation.alpaca.desk import AlpacaDesk
from robo_trader.simulation.alpaca.faults import Trouble
from robo_trader.simulation.alpaca.server import AlpacaServer
from tests.builders import DAY, OPEN, an_approved_order, an_intent, some_terms
from tests.contracts.broker.alpaca import (
    QUICK,
    AlpacaWorld,
    a_server,
    connected,
    endpoints_of,
    environment_of,
    some_references,
)
from tests.contracts.broker.under_test import ANSWER_SECONDS_MAX, BrokerUnderTest
from tests.unit.simulation.venue.showing import an_hour

MANY = 520  # more orders than a page of 500, and more executions than five pages of 100


@pytest.fixture
def server() -> Iterator[AlpacaServer]:
    with a_server() as one:
        yield one


@pytest.fixture
async def under_test(server: AlpacaServer) -> AsyncIterator[BrokerUnderTest]:
    async with connected(server) as one:
        yield one


def submit_many(desk: AlpacaDesk) -> None:
    for number in range(MANY):
        desk.come_to(desk.now + 1)
        desk.submit(
            {
                "symbol": "AAPL", "qty": "1", "side": "buy", "type": "limit", "limit_price": "100",
                "time_in_force": "gtc", "client_order_id": f"testtest.1.{number + 1}",
            }
        )  # fmt: skip


@pytest.mark.parametrize("is_filled", [False, True])
async def test_lists_of_many_pages_are_read_to_their_end(server: AlpacaServer, is_filled: bool) -> None:
    server.look(submit_many)
    if is_filled:
        server.show(an_hour(2))
    async with connected(server) as under_test:
        under_test.come_to(OPEN + 2 * 3600 * 10**9)
        statement = await under_test.statement()
    assert len(statement.orders()) == MANY
    assert len({order.order_id for order in statement.orders()}) == MANY
    assert len(statement.executions or ()) == (MANY if is_filled else 0)
    assert len(statement.completed_orders or ()) == (MANY if is_filled else 0)


async def test_an_old_order_that_ends_unheard_is_still_looked_up(
    server: AlpacaServer, under_test: BrokerUnderTest
) -> None:
    old = await under_test.place(an_intent(quantity=10, limit=90, time_in_force=an_intent().time_in_force.GTC))
    under_test.come_to(OPEN + 20 * DAY)
    server.faults.loses_updates = True
    (alpaca_id,) = server.look(lambda desk: list(desk.orders))
    server.look(lambda desk: desk.cancel(alpaca_id))
    statement = await under_test.statement()
    assert [order.order_id for order in statement.completed_orders or ()] == [old]


async def test_an_order_that_waited_too_long_is_rejected_and_not_sent(server: AlpacaServer) -> None:
    async with connected(server, replace(QUICK, send_within_seconds=-1.0)) as under_test:
        refusal = await under_test.refused(an_intent(limit=90))
        assert "not sent" in refusal.reason
        assert server.look(lambda desk: len(desk.orders)) == 0


async def test_more_orders_than_may_wait_are_rejected_and_not_sent(
    server: AlpacaServer, under_test: BrokerUnderTest
) -> None:
    for number in range(1, ORDERS_WAITING_MAX + 3):
        await under_test.world.broker.submit(an_approved_order(order_id=number, intent=an_intent(quantity=1, limit=90)))
    refused = [one for one in under_test.take() if isinstance(one, OrderRejected)]
    assert [one.order_id for one in refused] == [101, 102]
    await under_test.until(lambda: len(under_test.of_orders()) == ORDERS_WAITING_MAX + 2)
    assert server.look(lambda desk: len(desk.orders)) == ORDERS_WAITING_MAX


async def test_new_terms_that_waited_too_long_are_refused(server: AlpacaServer, under_test: BrokerUnderTest) -> None:
    order_id = await under_test.place(an_intent(limit=90))
    async with connected(server, replace(QUICK, send_within_seconds=-1.0)) as late:
        await late.modify(order_id, some_terms(limit=91))
        assert "not sent" in (await late.until_told(ModifyRejected, order_id)).reason


async def test_the_link_is_down_while_the_stream_is_and_ready_once_all_is_told(under_test: BrokerUnderTest) -> None:
    def states() -> list[LinkState]:
        return [one.state for one in under_test.reports if isinstance(one, BrokerLinkChanged)]

    order_id = await under_test.place(an_intent())
    under_test.world.lose_connection()
    under_test.show_hours(1)
    await under_test.until(lambda: states() == [LinkState.READY, LinkState.DOWN])
    under_test.world.restore_connection()
    await under_test.until(lambda: states() == [LinkState.READY, LinkState.DOWN, LinkState.READY])
    assert under_test.filled(order_id) == 100
    first, _, second = [one for one in under_test.reports if isinstance(one, BrokerLinkChanged)]
    assert (first.epoch, second.epoch) == (1, 2)


async def test_once_held_against_our_books_it_is_ready(under_test: BrokerUnderTest) -> None:
    assert isinstance(under_test.world, AlpacaWorld)
    clock = itertools.count(step=10**9)
    broker = ReconciledBroker(under_test.world.broker, StatementSchedule(), lambda: next(clock))
    told: list[FromBroker] = []
    deadline = time.monotonic() + ANSWER_SECONDS_MAX
    while not broker.is_ready and time.monotonic() < deadline:
        told.extend(broker.take_reports())
        await broker.ask()
        await asyncio.sleep(0.01)
    assert [type(one) for one in told] == [StatementReceived, StatementReceived, BrokerLinkChanged]


async def test_a_look_is_repeated_until_the_lists_answer(server: AlpacaServer, under_test: BrokerUnderTest) -> None:
    order_id = await under_test.place(an_intent(quantity=100))
    server.faults.loses_updates = True
    under_test.show_hours(1, volume=400)
    server.faults.loses_updates = False
    server.faults.befall("GET account", *[Trouble.ERROR_BEFORE] * 6)
    under_test.show_hours(2, volume=400)
    await under_test.until_filled(order_id, 80)


async def test_an_update_that_cannot_be_read_is_made_up_for(server: AlpacaServer, under_test: BrokerUnderTest) -> None:
    order_id = await under_test.place(an_intent(quantity=100))
    server.faults.garbles_updates = True
    under_test.show_hours(1)
    await under_test.until_filled(order_id, 100)
    await under_test.settle()
    assert len(under_test.executions()) == 1


async def test_a_stream_that_does_not_know_the_keys_ends_the_attempt(server: AlpacaServer) -> None:
    server.faults.forgets_keys = True
    with pytest.raises(InvalidConfig, match="does not know these keys"):
        async with connect(
            endpoints_of(server), environment_of(server), references=some_references(),
            now=lambda: OPEN, pace=QUICK,
        ):  # fmt: skip
            pass


async def test_keys_that_are_withdrawn_stop_the_program(server: AlpacaServer, under_test: BrokerUnderTest) -> None:
    server.faults.forgets_keys = True
    server.close_streams()
    with pytest.raises(InvalidConfig, match="does not know these keys"):
        await under_test.until(lambda: False)


async def test_a_stream_that_cannot_be_reached_ends_the_attempt(server: AlpacaServer) -> None:
    server.faults.refuses_streams = True
    with pytest.raises(AlpacaSilent, match="cannot be reached"):
        async with connect(
            endpoints_of(server), environment_of(server), references=some_references(),
            now=lambda: OPEN, pace=replace(QUICK, start_seconds=0.05),
        ):  # fmt: skip
            pass


async def test_closing_in_the_middle_of_everything_leaves_nothing_behind(server: AlpacaServer) -> None:
    async with connected(server) as under_test:
        for number in range(1, 6):
            await under_test.submit(an_intent(quantity=1, limit=90), order_id=number)
        await under_test.world.broker.request_statement((), at=under_test.now)
    await asyncio.sleep(0)
    assert [task.get_name() for task in asyncio.all_tasks() if task is not asyncio.current_task()] == []
