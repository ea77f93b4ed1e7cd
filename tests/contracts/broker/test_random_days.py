"""Over a day of orders, cancels and new terms drawn by chance, every broker's reports and statement fit its own book.

The law: executions reported, summed, are the shares and the cash of the broker's book; the statement tells the same
executions, shares and cash; every order was answered, and its executions are no more than it was for.
"""

import asyncio
from decimal import Decimal
from random import Random

import pytest

from robo_trader.core.domain.order_reports import (
    OrderAccepted,
    OrderCanceled,
    OrderExecuted,
    OrderExpired,
    OrderModified,
    OrderRejected,
)
from robo_trader.core.domain.orders import OrderId, OrderIntent, Side, TimeInForce
from tests.builders import AAPL, a_session, an_intent, some_terms
from tests.contracts.broker.under_test import BrokerUnderTest
from tests.unit.simulation.venue.showing import an_hour

HOURS = 14


def a_random_intent(chance: Random) -> OrderIntent:
    side, quantity = chance.choice(list(Side)), 10 * chance.randint(1, 12)
    price = 100 + chance.randint(-6, 6)
    force = chance.choice([TimeInForce.DAY, TimeInForce.GTC])
    match chance.randrange(4):
        case 0:
            return an_intent(side=side, quantity=quantity)
        case 1:
            return an_intent(side=side, quantity=quantity, limit=price, time_in_force=force)
        case 2:
            return an_intent(side=side, quantity=quantity, stop=price, time_in_force=force)
        case _:
            return an_intent(side=side, quantity=quantity, limit=price, time_in_force=TimeInForce.IOC)


async def live_through(under_test: BrokerUnderTest, chance: Random) -> dict[OrderId, OrderIntent]:
    """Give orders, change some, lose the connection at times, and let the market move."""
    given: dict[OrderId, OrderIntent] = {}
    for hour in range(HOURS):
        if chance.random() < 0.8:
            intent = a_random_intent(chance)
            order_id = await under_test.submit(intent, order_id=len(given) + 1)
            given[order_id] = intent
            await under_test.until_answered(order_id)
        if given and chance.random() < 0.4:
            await change(under_test, given, chance)
        may_be_lost = under_test.abilities.tells_earlier_days or hour % 7 != 6
        if chance.random() < 0.3 and may_be_lost:
            under_test.world.lose_connection()
        price, volume = 100 + chance.randint(-8, 8), chance.choice([300.0, 900.0, 1e6])
        session = a_session(day=hour // 7)
        under_test.show(an_hour(1 + hour % 7, session=session, open_=price, volume=volume))
        under_test.world.restore_connection()
    return given


async def change(under_test: BrokerUnderTest, given: dict[OrderId, OrderIntent], chance: Random) -> None:
    order_id = chance.choice(list(given))
    intent = given[order_id]
    if chance.random() < 0.5:
        await under_test.cancel(order_id)
    else:
        moved = (100 + chance.randint(-6, 6)) if intent.limit_price is not None else None
        stop = (100 + chance.randint(-6, 6)) if intent.stop_price is not None else None
        quantity = 10 * chance.randint(1, 12)
        await under_test.modify(order_id, some_terms(quantity=quantity, limit=moved, stop=stop))
    await asyncio.sleep(0)


@pytest.mark.parametrize("seed", range(4))
async def test_reports_and_statement_fit_the_book(under_test: BrokerUnderTest, seed: int) -> None:
    chance = Random(seed)  # noqa: S311 - a repeatable day, not a secret
    given = await live_through(under_test, chance)
    book = under_test.world.book()
    await under_test.until(lambda: shares_reported(under_test, given) == book.shares.get(AAPL, 0))
    statement = await under_test.statement()
    executions = under_test.executions()
    cash = sum((-given[one.order_id].side.sign * one.quantity * one.price for one in executions), Decimal(100_000))
    assert cash == book.cash == statement.cash
    assert {one.symbol: one.quantity for one in statement.positions or ()} == {
        symbol: shares for symbol, shares in book.shares.items() if shares
    }
    assert len({one.execution_id for one in executions}) == len(executions)
    stated = {one.execution_id: (one.order_id, one.quantity, one.price) for one in statement.executions or ()}
    reported = {one.execution_id: (one.order_id, one.quantity, one.price) for one in executions}
    assert stated.items() <= reported.items()  # a broker may tell its last session's only
    for order_id, intent in given.items():
        wanted = [intent.quantity, *(one.terms.quantity for one in under_test.told(OrderModified, order_id))]
        assert under_test.filled(order_id) <= max(wanted)
        ends = [*under_test.told(OrderCanceled, order_id), *under_test.told(OrderExpired, order_id)]
        assert len(ends) <= 1
        assert len(under_test.told(OrderAccepted, order_id)) + len(under_test.told(OrderRejected, order_id)) == 1


def shares_reported(under_test: BrokerUnderTest, given: dict[OrderId, OrderIntent]) -> Decimal:
    told = [one for one in under_test.reports if isinstance(one, OrderExecuted)]
    return sum((given[one.order_id].side.sign * one.quantity for one in told), Decimal(0))
