"""Every broker works each type of order, and each time in force, as the words say; or refuses it.

Hours of a flat market, by price. AAPL stands at 100 when the orders come, unless a case says otherwise.
"""

from collections.abc import Sequence

import pytest

from robo_trader.core.domain.order_reports import (
    OrderAccepted,
    OrderCanceled,
    OrderExecuted,
    OrderExpired,
)
from robo_trader.core.domain.orders import OrderIntent, OrderType, Side, TimeInForce
from tests.builders import DAY, OPEN, a_session, an_intent
from tests.contracts.broker.under_test import BrokerUnderTest

BUY, SELL = Side.BUY, Side.SELL

TYPES: dict[str, tuple[OrderIntent, Sequence[float], list[tuple[int, float]]]] = {
    "a market order takes the price": (an_intent(), [103], [(100, 103)]),
    "a limit order waits for its price": (an_intent(limit=95), [99, 96, 94], [(100, 94)]),
    "a limit to sell waits for its price": (an_intent(side=SELL, limit=105), [101, 106], [(100, 106)]),
    "a stop to buy waits for the price to rise": (an_intent(stop=105), [101, 104, 107], [(100, 107)]),
    "a stop to sell waits for the price to fall": (an_intent(side=SELL, stop=95), [99, 96, 93], [(100, 93)]),
    "a stop-limit waits for both": (an_intent(stop=105, limit=106), [101, 108, 105.5], [(100, 105.5)]),
    "a stop-limit that is overrun waits on": (an_intent(stop=105, limit=106), [101, 108, 109], []),
    "a trailing stop follows": (an_intent(side=SELL, stop=95, trail=5), [100, 110, 106, 104], [(100, 104)]),
    "a trailing stop never goes back": (an_intent(side=SELL, stop=95, trail=5), [110, 106, 107, 106], []),
}


@pytest.mark.parametrize("case", TYPES)
async def test_an_order_of_a_type_fills_when_it_should(under_test: BrokerUnderTest, case: str) -> None:
    intent, prices, expected = TYPES[case]
    under_test.show_hours(1, price=100)
    assert intent.order_type in under_test.abilities.order_types
    order_id = await under_test.place(intent)
    for number, price in enumerate(prices, start=2):
        under_test.show_hours(number, price=price)
    await under_test.until_filled(order_id, sum(shares for shares, _ in expected))
    await under_test.settle()
    assert [(int(one.quantity), float(one.price)) for one in under_test.executions()] == expected


async def test_a_day_order_ends_with_its_session(under_test: BrokerUnderTest) -> None:
    order_id = await under_test.place(an_intent(limit=90))
    under_test.show_hours(*range(1, 8))
    await under_test.until_told(OrderExpired, order_id)
    under_test.show_hours(1, price=80, day=1)
    await under_test.settle()
    assert [type(report) for report in under_test.of_orders()] == [OrderAccepted, OrderExpired]


async def test_an_order_good_till_canceled_lives_on(under_test: BrokerUnderTest) -> None:
    order_id = await under_test.place(an_intent(limit=90, time_in_force=TimeInForce.GTC))
    under_test.show_hours(*range(1, 8))
    await under_test.settle()
    assert not under_test.told(OrderExpired, order_id)
    under_test.show_hours(1, price=89, day=1)
    await under_test.until_filled(order_id, 100)
    await under_test.settle()
    assert len(under_test.executions()) == 1


async def test_an_order_immediate_or_cancel_takes_what_there_is_and_lapses(under_test: BrokerUnderTest) -> None:
    under_test.show_hours(1)
    order_id = await under_test.place(an_intent(quantity=100, time_in_force=TimeInForce.IOC))
    under_test.show_hours(2, volume=400)
    await under_test.until_told(OrderExpired, order_id)
    under_test.show_hours(3)
    await under_test.settle()
    kinds = [type(report) for report in under_test.of_orders()]
    assert kinds == [OrderAccepted, OrderExecuted, OrderExpired]
    assert under_test.filled(order_id) == 40


@pytest.mark.parametrize(("volume", "filled"), [(400, 0), (4_000, 100)], ids=["too few", "enough"])
async def test_an_order_fill_or_kill_takes_all_or_nothing(
    under_test: BrokerUnderTest, volume: float, filled: int
) -> None:
    under_test.show_hours(1)
    order_id = await under_test.place(an_intent(quantity=100, time_in_force=TimeInForce.FOK))
    under_test.show_hours(2, volume=volume)
    if filled:
        await under_test.until_filled(order_id, filled)
    else:
        await under_test.until_told(OrderExpired, order_id)
    await under_test.settle()
    assert under_test.filled(order_id) == filled
    assert len(under_test.told(OrderExpired, order_id)) == (0 if filled else 1)


async def test_an_order_at_the_opening_fills_in_the_next_one(under_test: BrokerUnderTest) -> None:
    under_test.show_hours(1)
    order_id = await under_test.place(an_intent(time_in_force=TimeInForce.AT_THE_OPENING))
    under_test.show_hours(2, 3, 4, 5, 6, 7)
    await under_test.settle()
    assert not under_test.executions()
    under_test.show_hours(1, price=102, day=1)
    await under_test.until_filled(order_id, 100)
    assert under_test.executions()[0].price == 102


async def test_an_order_at_the_close_fills_in_the_next_one(under_test: BrokerUnderTest) -> None:
    under_test.show_hours(1)
    order_id = await under_test.place(an_intent(time_in_force=TimeInForce.AT_THE_CLOSE))
    under_test.show_hours(2, 3, 4, 5, 6)
    await under_test.settle()
    assert not under_test.executions()
    under_test.show_hours(7, price=103)
    await under_test.until_filled(order_id, 100)
    assert under_test.executions()[0].price == 103


async def test_what_is_canceled_on_demand_is_not_called_expired(under_test: BrokerUnderTest) -> None:
    order_id = await under_test.place(an_intent(time_in_force=TimeInForce.AT_THE_CLOSE))
    await under_test.cancel(order_id)
    await under_test.until_told(OrderCanceled, order_id)
    await under_test.settle()
    assert not under_test.told(OrderExpired, order_id)


async def test_every_time_in_force_and_type_stands_in_these_tests(under_test: BrokerUnderTest) -> None:
    assert under_test.abilities.times_in_force == frozenset(TimeInForce)
    assert {intent.order_type for intent, _, _ in TYPES.values()} == frozenset(OrderType)
    assert a_session(day=1).opens_at == OPEN + DAY
