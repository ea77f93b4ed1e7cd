"""How orders end without being filled: canceled, or lapsed at the close of the first session they worked in.

Day 0 has six and a half hours, day 1 is a half day of three and a half. The limit of 50 dollars is never reached.
"""

import pytest

from robo_trader.core.domain.bars import TradingSession
from robo_trader.core.domain.order_reports import (
    BrokerReport,
    CancelRejected,
    ModifyRejected,
    OrderCanceled,
    OrderExecuted,
    OrderExpired,
)
from robo_trader.core.domain.orders import OrderId, TimeInForce
from robo_trader.simulation.venue.venue import Venue
from tests.builders import CLOSE, HOUR, MSFT, OPEN, a_session, an_approved_order, an_intent, some_terms, venue_settings
from tests.unit.simulation.venue.showing import a_venue, an_hour, fills, hour, reports

FAR = an_intent(limit=50)
HALF_DAY, DAY_2 = a_session(day=1, minutes=210), a_session(day=2)
ONE = OrderId(1)


def lapsed(session: TradingSession) -> list[BrokerReport]:
    return [OrderExpired(order_id=ONE, occurred_at=session.closes_at)]


def test_a_day_order_lapses_at_the_close() -> None:
    venue = a_venue(FAR)
    assert reports(venue, *(an_hour(n) for n in range(1, 7))) == []
    assert reports(venue, an_hour(7)) == lapsed(a_session())
    assert fills(venue, an_hour(1, session=DAY_2, open_=40.0)) == []


def test_a_day_order_lapses_at_the_close_of_a_half_day() -> None:
    venue = a_venue(FAR, at=CLOSE)
    assert reports(venue, *(an_hour(n, session=HALF_DAY) for n in (1, 2, 3))) == []
    assert reports(venue, an_hour(4, session=HALF_DAY)) == lapsed(HALF_DAY)


def test_an_order_decided_at_the_close_works_in_the_next_session() -> None:
    venue = a_venue(FAR, at=CLOSE)
    assert reports(venue, an_hour(7), an_hour(1, session=HALF_DAY)) == []
    (fill,) = fills(venue, an_hour(2, session=HALF_DAY, open_=40.0))
    assert fill.occurred_at == HALF_DAY.opens_at + HOUR


def test_it_lapses_at_the_close_too_if_the_symbol_has_no_closing_bar() -> None:
    venue = a_venue(FAR)
    assert reports(venue, an_hour(1), an_hour(7, symbol=MSFT)) == lapsed(a_session())


def test_it_lapses_at_the_close_too_if_the_closing_bar_is_faulty() -> None:
    assert reports(a_venue(FAR), an_hour(7, open_=-1.0)) == lapsed(a_session())


def test_it_lapses_before_it_could_fill_in_the_next_session_if_nothing_has_a_closing_bar() -> None:
    venue = a_venue(FAR)
    assert reports(venue, an_hour(1)) == []
    assert reports(venue, an_hour(1, session=HALF_DAY, open_=40.0)) == lapsed(a_session())


def test_it_lapses_with_its_own_session_if_nothing_more_is_shown_of_that_session() -> None:
    """Sent at the end of the sixth hour, while the market is open; the closing half hour is missing for all symbols."""
    venue = Venue(venue_settings())
    venue.observe(an_hour(6))
    venue.submit(an_approved_order(intent=FAR, at=OPEN + 6 * HOUR))
    venue.take_reports()
    assert reports(venue, an_hour(1, session=HALF_DAY, open_=40.0)) == lapsed(a_session())


def test_a_partly_filled_order_lapses_with_its_rest() -> None:
    executed, expired = reports(a_venue(an_intent(quantity=150)), an_hour(7, volume=1_000.0))
    assert isinstance(executed, OrderExecuted) and executed.quantity == 100
    assert [expired] == lapsed(a_session())


def test_an_order_that_is_filled_at_the_close_does_not_lapse() -> None:
    (report,) = reports(a_venue(an_intent()), an_hour(7))
    assert isinstance(report, OrderExecuted)


def test_a_good_till_canceled_order_never_lapses() -> None:
    venue = a_venue(an_intent(limit=50, time_in_force=TimeInForce.GTC))
    assert reports(venue, an_hour(7), an_hour(4, session=HALF_DAY), hour(7, session=DAY_2)) == []
    assert len(fills(venue, an_hour(1, session=a_session(day=3), open_=40.0))) == 1


def test_a_canceled_order_fills_no_more() -> None:
    venue = a_venue(FAR)
    venue.cancel(ONE, at=OPEN + 5)
    assert reports(venue) == [OrderCanceled(order_id=ONE, occurred_at=OPEN + 5)]
    assert reports(venue, an_hour(1, open_=40.0), an_hour(7)) == []


def test_a_cancel_keeps_what_is_filled() -> None:
    venue = a_venue(an_intent(quantity=150))
    assert [fill.quantity for fill in fills(venue, an_hour(1, volume=1_000.0))] == [100]
    venue.cancel(ONE, at=OPEN + HOUR)
    assert reports(venue, an_hour(2)) == [OrderCanceled(order_id=ONE, occurred_at=OPEN + HOUR)]


@pytest.mark.parametrize("order_id", [1, 2], ids=["filled already", "never seen"])
def test_a_cancel_or_a_change_that_comes_too_late_is_refused(order_id: int) -> None:
    venue, late = a_venue(an_intent()), OPEN + HOUR
    fills(venue, an_hour(1))
    venue.cancel(OrderId(order_id), at=late)
    venue.modify(OrderId(order_id), some_terms(quantity=200), at=late)
    reason = "the order does not work any more"
    assert reports(venue) == [
        CancelRejected(order_id=OrderId(order_id), reason=reason, occurred_at=late),
        ModifyRejected(order_id=OrderId(order_id), reason=reason, occurred_at=late),
    ]
