"""Whatever of Alpaca's updates is lost, repeated or late, everything is reported once.

The history is a true one: a pretend Alpaca, driven without a socket, and all that it would have sent. The law: drop,
repeat and shuffle updates, read the lists now and then and once in the end; the executions reported are those of the
account's history, each once, and every order ends once.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from robo_trader.adapters.brokers.alpaca.following import Following
from robo_trader.adapters.brokers.alpaca.wire import FillActivity, TradeUpdate, WireOrder, nanos_of, read
from robo_trader.core.domain.events import FromBroker
from robo_trader.core.domain.order_reports import (
    OrderAccepted,
    OrderCanceled,
    OrderExecuted,
    OrderExpired,
    OrderModified,
)
from robo_trader.simulation.alpaca.desk import AlpacaDesk
from robo_trader.simulation.alpaca.refusals import ApiRefusal
from robo_trader.simulation.venue.account import VenueAccount
from robo_trader.simulation.venue.venue import Venue
from tests.builders import AAPL, FREE, OPEN, a_session, an_approved_order, venue_settings
from tests.contracts.broker.alpaca import some_references
from tests.unit.simulation.venue.showing import an_hour

ORDERS_MAX = 6


@dataclass
class Day:
    """One day at the pretend Alpaca: what it sent, and what it would list at the end of each hour."""

    desk: AlpacaDesk
    updates: list[TradeUpdate] = field(default_factory=list)
    listings: list[tuple[int, list[WireOrder], list[FillActivity]]] = field(default_factory=list)

    def list_all(self) -> tuple[list[WireOrder], list[FillActivity]]:
        orders = [read(order.body(), WireOrder) for order in self.desk.orders.values()]
        return orders, [read(one, FillActivity) for one in self.desk.activities]


def a_day(seed: int) -> Day:
    """Up to six orders of ours, some canceled, some replaced, over the seven hours of a session and one of the next."""
    chance = Random(seed)  # noqa: S311 - a repeatable day, not a secret
    venue = Venue(venue_settings(slippage_bps=0.0, commissions=FREE))
    desk = AlpacaDesk(venue, VenueAccount(Decimal(1_000_000)), now=OPEN, assets=frozenset({AAPL}))
    day = Day(desk)
    desk.tell = lambda update: day.updates.append(read(update, TradeUpdate))
    given: list[str] = []
    for hour in range(1, 9):
        if len(given) < ORDERS_MAX and chance.random() < 0.8:
            given.append(desk.submit(_an_order(len(given) + 1, chance))["id"])
        if given and chance.random() < 0.5:
            _change(desk, chance.choice(given), chance, hour)
        price = 100 + chance.randint(-8, 8)
        session = a_session(day=hour // 8)
        desk.show(an_hour(1 + (hour - 1) % 7, session=session, open_=price, volume=chance.choice([300, 900, 1e6])))
        day.listings.append((len(day.updates), *day.list_all()))
    return day


def _an_order(number: int, chance: Random) -> dict[str, Any]:
    limit = str(100 + chance.randint(-6, 6))
    return {
        "symbol": "AAPL", "qty": str(10 * chance.randint(1, 12)), "side": "buy", "type": "limit", "limit_price": limit,
        "time_in_force": chance.choice(["day", "gtc", "ioc"]), "client_order_id": f"testtest.1.{number}",
    }  # fmt: skip


def _change(desk: AlpacaDesk, order_id: str, chance: Random, hour: int) -> None:
    try:
        if chance.random() < 0.5:
            desk.cancel(order_id)
        else:
            name = desk.order(order_id).client_order_id.partition("~")[0]
            desk.replace(
                order_id, {"limit_price": str(100 + chance.randint(-6, 6)), "client_order_id": f"{name}~{hour}"}
            )
    except ApiRefusal:
        pass  # too late, which is the order's good right


class Told(Following):
    """One that keeps what it tells."""

    def __init__(self) -> None:
        self.told: list[FromBroker] = []
        super().__init__(some_references(), self.told.append)

    def take_reports(self) -> list[FromBroker]:
        """Return what was told since the last call."""
        told = list(self.told)
        self.told.clear()
        return told


def followed(orders: Iterable[int]) -> Told:
    following = Told()
    for number in orders:
        following.begin(an_approved_order(order_id=number))
    return following


def retold(day: Day, seed: int, *, loss: float, repetition: float, lateness: int) -> tuple[list[Any], Following]:
    """Return what is reported of a day whose updates are lost, repeated and late, and whose lists are read at times."""
    chance = Random(seed)  # noqa: S311 - as above
    following = followed(range(1, ORDERS_MAX + 1))
    arrivals: list[tuple[float, TradeUpdate]] = []
    for number, update in enumerate(day.updates):
        times = range(1 + (chance.random() < repetition))
        arrivals.extend((number + chance.uniform(0, lateness), update) for _ in times if chance.random() >= loss)
    arrivals.sort(key=lambda arrival: arrival[0])
    listings = [listing for listing in day.listings if chance.random() < 0.3]
    for time, update in arrivals:
        while listings and listings[0][0] <= time:
            _, orders, activities = listings.pop(0)
            following.take_listing(orders, activities, at=OPEN)
        following.take_update(update)
    orders, activities = day.list_all()
    following.take_listing(orders, activities, at=OPEN)
    following.take_listing(orders, activities, at=OPEN)
    assert not following.needs_look
    return list(following.take_reports()), following


@settings(max_examples=150, deadline=None)
@given(
    day=st.integers(0, 10_000), seed=st.integers(0, 10_000), loss=st.sampled_from([0.0, 0.3, 1.0]),
    repetition=st.sampled_from([0.0, 0.5]), lateness=st.sampled_from([0, 1, 6]),
)  # fmt: skip
def test_everything_is_reported_once(day: int, seed: int, loss: float, repetition: float, lateness: int) -> None:
    true = a_day(day)
    reports, following = retold(true, seed, loss=loss, repetition=repetition, lateness=lateness)
    executions = [one for one in reports if isinstance(one, OrderExecuted)]
    assert len({one.execution_id for one in executions}) == len(executions)
    history = [read(one, FillActivity) for one in true.desk.activities]
    assert sorted((one.order_id, one.quantity, one.price, one.occurred_at) for one in executions) == sorted(
        (true.desk.order(one.order_id).venue_id, one.qty, one.price, nanos_of(one.transaction_time)) for one in history
    )
    for order_id in {order.venue_id for order in true.desk.orders.values()}:
        own = [one.quantity for one in executions if one.order_id == order_id]
        assert following.filled(order_id) == sum(own, Decimal(0))
    ended = [one.order_id for one in reports if isinstance(one, OrderCanceled | OrderExpired)]
    orders = true.desk.orders.values()
    assert sorted(ended) == sorted(order.venue_id for order in orders if order.status in {"canceled", "expired"})
    accepted = [one.order_id for one in reports if isinstance(one, OrderAccepted)]
    assert sorted(accepted) == sorted({order.venue_id for order in orders})
    assert len([one for one in reports if isinstance(one, OrderModified)]) <= len(
        [order for order in orders if order.replaces]
    )


def test_a_day_that_is_told_as_it_was_needs_no_list() -> None:
    day = a_day(13)
    following = followed(range(1, ORDERS_MAX + 1))
    for update in day.updates:
        following.take_update(update)
    assert not following.needs_look
    told = [one for one in following.take_reports() if isinstance(one, OrderExecuted)]
    assert len(told) == len(day.desk.activities) > 3


def test_the_terms_of_a_replaced_order_count_what_it_had_filled() -> None:
    days = [a_day(seed) for seed in range(60)]
    checked = 0
    for day in days:
        following = followed(range(1, ORDERS_MAX + 1))
        for update in day.updates:
            following.take_update(update)
        told = [one for one in following.take_reports() if isinstance(one, OrderModified)]
        new = [order for order in day.desk.orders.values() if order.replaces]
        assert [one.terms.quantity for one in told] == [order.filled_before + order.intent.quantity for order in new]
        checked += sum(1 for order in new if order.filled_before)
    assert checked > 3


def test_a_fill_that_is_repeated_raises_no_doubt() -> None:
    following = followed(range(1, ORDERS_MAX + 1))
    for update in a_day(13).updates:
        for _ in range(1 if update.qty is None else 2):
            following.take_update(update)
            assert update.qty is None or not following.needs_look
    assert len([one for one in following.take_reports() if isinstance(one, OrderExecuted)]) > 3


def test_an_update_that_does_not_continue_what_was_told_is_not_believed() -> None:
    day = a_day(13)
    fills = [update for update in day.updates if update.qty is not None]
    second = next(update for update in fills if update.order.filled != update.qty)
    following = followed(range(1, ORDERS_MAX + 1))
    following.take_update(second)
    assert following.needs_look
    assert not [one for one in following.take_reports() if isinstance(one, OrderExecuted)]
