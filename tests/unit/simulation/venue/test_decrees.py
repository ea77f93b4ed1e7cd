"""What a broker does to orders at its venue: fill by decree, take out, work as another order, remember over a restart.

Each bar opens at 100.
"""

from decimal import Decimal

import msgspec

from robo_trader.core.domain.order_reports import ModifyRejected, OrderCanceled, OrderExecuted, OrderModified
from robo_trader.core.domain.orders import OrderId, Side, TimeInForce
from robo_trader.simulation.venue.venue import Venue, VenueSettings, VenueState
from tests.builders import AAPL, FREE, OPEN, an_approved_order, an_intent, venue_settings
from tests.unit.simulation.venue.showing import a_venue, an_hour, fills, reports

GTC = TimeInForce.GTC
ONE, TWO = OrderId(1), OrderId(2)


def test_a_fill_by_decree_counts_like_any_other() -> None:
    venue = a_venue(an_intent(limit=50, time_in_force=GTC))
    venue.fill(ONE, Decimal(40), Decimal("99.5"), at=OPEN)
    (filled,) = venue.take_reports()
    assert isinstance(filled, OrderExecuted)
    assert (filled.quantity, filled.price) == (Decimal(40), Decimal("99.5"))
    (rest,) = fills(venue, an_hour(1, low=49.0))
    assert rest.quantity == 60
    assert venue.find(ONE) is None


def test_the_last_fill_by_decree_ends_the_order() -> None:
    venue = a_venue(an_intent(limit=50, time_in_force=GTC))
    venue.fill(ONE, Decimal(100), Decimal(99), at=OPEN)
    venue.take_reports()
    venue.cancel(ONE, at=OPEN)
    assert not isinstance(venue.take_reports()[0], OrderCanceled)


def test_an_order_taken_out_says_nothing_and_its_legs_end() -> None:
    venue = a_venue(an_intent(limit=50, time_in_force=GTC), an_intent(side=Side.SELL, stop=95, parent_id=1))
    venue.take_out(ONE)
    assert [(type(report), report.order_id) for report in venue.take_reports()] == [(OrderCanceled, 2)]
    venue.take_out(ONE)
    assert venue.take_reports() == []


def test_an_order_becomes_one_of_another_type_and_keeps_what_it_filled() -> None:
    venue = a_venue(an_intent(limit=50, time_in_force=GTC))
    venue.fill(ONE, Decimal(40), Decimal(50), at=OPEN)
    venue.take_reports()
    venue.replace(an_approved_order(order_id=1, intent=an_intent(quantity=90)))
    assert [type(report) for report in venue.take_reports()] == [OrderModified]
    (rest,) = fills(venue, an_hour(1))
    assert (rest.quantity, rest.price) == (Decimal(50), Decimal("100.02")), "slipped"


def test_an_order_cannot_become_smaller_than_what_it_filled() -> None:
    venue = a_venue(an_intent(limit=50, time_in_force=GTC))
    venue.fill(ONE, Decimal(40), Decimal(50), at=OPEN)
    venue.take_reports()
    venue.replace(an_approved_order(order_id=1, intent=an_intent(quantity=40)))
    venue.replace(an_approved_order(order_id=2))
    assert [type(report) for report in venue.take_reports()] == [ModifyRejected, ModifyRejected]


def test_an_order_that_cancels_its_group_does_so_with_its_first_share() -> None:
    venue = Venue(venue_settings())
    for number, stop in ((1, None), (2, 95)):
        intent = an_intent(side=Side.SELL, limit=None if stop else 105, stop=stop, oca_group="exit", time_in_force=GTC)
        venue.submit(an_approved_order(order_id=number, intent=intent), cancels_group=True)
    venue.take_reports()
    found = reports(venue, an_hour(1, high=106.0, volume=400.0))
    assert [(type(report), report.order_id) for report in found] == [(OrderExecuted, 1), (OrderCanceled, 2)]


def test_a_trailing_stop_that_loses_shares_stays_where_it_is() -> None:
    trail = an_intent(side=Side.SELL, quantity=150, stop=95, trail=5, oca_group="exit", time_in_force=GTC)
    profit = an_intent(side=Side.SELL, quantity=150, limit=120, oca_group="exit", time_in_force=GTC)
    venue = a_venue(trail, profit)
    reports(venue, an_hour(1, high=115.0))
    reports(venue, an_hour(2, open_=115.0, high=121.0, low=112.0, volume=1_000.0))
    resting = venue.find(ONE)
    assert resting is not None
    assert (resting.remaining, resting.stop) == (Decimal(50), 116.0)


def test_a_restart_changes_nothing() -> None:
    def orders() -> Venue:
        venue = a_venue(an_intent(quantity=150, time_in_force=GTC), an_intent(side=Side.SELL, stop=95, parent_id=1))
        fills(venue, an_hour(1, volume=1_000.0))
        return venue

    stored = msgspec.msgpack.encode(orders().state())
    revived = Venue(venue_settings())
    revived.restore(msgspec.msgpack.decode(stored, type=VenueState))
    ahead = (an_hour(2, volume=300.0), an_hour(3, low=94.0), an_hour(4))
    assert reports(revived, *ahead) == reports(orders(), *ahead) != []


def test_what_is_quoted_cannot_become_an_order_for_the_close() -> None:
    settings = VenueSettings(slippage_bps=0.0, participation_max=0.1, commissions=FREE, quoted=frozenset({AAPL}))
    venue = a_venue(an_intent(limit=50), settings=settings)
    venue.replace(an_approved_order(order_id=1, intent=an_intent(time_in_force=TimeInForce.AT_THE_CLOSE)))
    assert [type(report) for report in venue.take_reports()] == [ModifyRejected]
    assert venue.working_ids() == [1]
