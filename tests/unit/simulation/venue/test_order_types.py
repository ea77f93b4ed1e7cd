"""Stops, auctions and orders that fill at once: when each fills, and at what price.

Worked by hand: 2 bps of 95 dollars are 0.019, so a seller whose stop stood at 95 gets 94.981.
"""

from decimal import Decimal

import pytest

from robo_trader.core.domain.order_reports import ModifyRejected, OrderExecuted, OrderExpired, OrderModified
from robo_trader.core.domain.orders import OrderId, OrderIntent, Side, TimeInForce
from tests.builders import CLOSE, HOUR, OPEN, a_session, an_intent, some_terms
from tests.unit.simulation.venue.showing import a_venue, an_hour, fills, hour_end, reports

SELL, BUY = Side.SELL, Side.BUY
ONE = OrderId(1)
GTC, IOC, FOK = TimeInForce.GTC, TimeInForce.IOC, TimeInForce.FOK
OPENING, CLOSING = TimeInForce.AT_THE_OPENING, TimeInForce.AT_THE_CLOSE


@pytest.mark.parametrize(
    ("intent", "price", "at"),
    [
        pytest.param(an_intent(side=SELL, stop=95), "94.981", OPEN + HOUR, id="a sale at its stop"),
        pytest.param(an_intent(side=BUY, stop=105), "105.021", OPEN + HOUR, id="a buy at its stop"),
        pytest.param(an_intent(side=SELL, stop=94), None, 0, id="a stop that is not reached"),
        pytest.param(an_intent(side=SELL, stop=101), "99.98", OPEN, id="the open is beyond the stop already"),
        pytest.param(an_intent(side=SELL, stop=95, limit=94), "94.981", OPEN + HOUR, id="a limit that allows it"),
        pytest.param(an_intent(side=SELL, stop=95, limit=95), "95", OPEN + HOUR, id="a limit caps the slip"),
        pytest.param(an_intent(side=SELL, stop=95, limit=96), None, 0, id="a limit beyond the stop has to wait"),
        pytest.param(
            an_intent(side=SELL, stop=96, trail=4), "95.9808", OPEN + HOUR, id="one that trails, where it began"
        ),
    ],
)
def test_a_stop_in_one_bar(intent: OrderIntent, price: str | None, at: int) -> None:
    """The bar opens at 100 and ranges from 95 to 105."""
    found = fills(a_venue(intent), an_hour(1, open_=100.0, high=105.0, low=95.0))
    assert [(fill.price, fill.occurred_at) for fill in found] == ([] if price is None else [(Decimal(price), at)])


def test_a_stop_limit_that_was_triggered_is_a_limit_order_from_the_next_bar_on() -> None:
    venue = a_venue(an_intent(side=SELL, stop=95, limit=96))
    assert not fills(venue, an_hour(1, open_=100.0, low=95.0))
    (fill,) = fills(venue, an_hour(2, open_=95.5, high=96.5))
    assert fill.price == 96


def test_a_trailing_stop_follows_the_best_price_and_never_goes_back() -> None:
    """Begun at 96, four below 100; the high of 110 pulls it to 106, the next high of 107 leaves it there."""
    venue = a_venue(an_intent(side=SELL, stop=96, trail=4, time_in_force=GTC))
    assert not fills(venue, an_hour(1, open_=100.0, high=110.0), an_hour(2, open_=107.0))
    (fill,) = fills(venue, an_hour(3, open_=107.0, low=105.0))
    assert fill.price == Decimal("105.9788"), "106 less 2 bps"


def test_a_buy_trails_the_lowest_price() -> None:
    venue = a_venue(an_intent(side=BUY, stop=104, trail=4, time_in_force=GTC))
    assert not fills(venue, an_hour(1, open_=100.0, low=90.0))
    (fill,) = fills(venue, an_hour(2, open_=91.0, high=95.0))
    assert fill.price == Decimal("94.0188"), "94 and 2 bps"


def test_the_opening_auction_is_the_next_one_only() -> None:
    within = a_venue(an_intent(time_in_force=OPENING), at=OPEN + HOUR)
    tomorrow = a_session(day=1)
    assert reports(within, an_hour(2), an_hour(7)) == []
    (fill,) = fills(within, an_hour(1, session=tomorrow, open_=101.0, high=110.0))
    assert (fill.price, fill.occurred_at) == (Decimal("101.0202"), tomorrow.opens_at)


def test_what_the_opening_auction_does_not_fill_lapses() -> None:
    venue = a_venue(an_intent(limit=99, time_in_force=OPENING))
    assert reports(venue, an_hour(1, open_=100.0, low=90.0)) == [OrderExpired(order_id=ONE, occurred_at=OPEN)]


@pytest.mark.parametrize(
    ("limit", "price"),
    [(None, "100.02"), (100, "100"), (99, None)],
    ids=["market on close", "limit on close", "a limit below the close"],
)
def test_the_closing_auction(limit: int | None, price: str | None) -> None:
    """An hour's bar of these tests closes where it opened; the range on the way there does not matter."""
    venue = a_venue(an_intent(limit=limit, time_in_force=CLOSING))
    assert reports(venue, an_hour(6, open_=90.0)) == []
    found = reports(venue, an_hour(7, open_=100.0, low=90.0))
    if price is None:
        assert found == [OrderExpired(order_id=ONE, occurred_at=CLOSE)]
    else:
        (fill,) = found
        assert isinstance(fill, OrderExecuted)
        assert (fill.price, fill.occurred_at) == (Decimal(price), CLOSE)


def test_what_cannot_be_had_at_once_lapses() -> None:
    first, rest = reports(a_venue(an_intent(quantity=150, time_in_force=IOC)), an_hour(1, volume=1_000.0))
    assert isinstance(first, OrderExecuted)
    assert first.quantity == 100
    assert rest == OrderExpired(order_id=ONE, occurred_at=OPEN)


@pytest.mark.parametrize(("quantity", "filled"), [(100, 100), (101, 0)], ids=["all of it", "a share too many"])
def test_fill_or_kill_is_all_or_nothing(quantity: int, filled: int) -> None:
    venue = a_venue(an_intent(quantity=quantity, time_in_force=FOK))
    found = reports(venue, an_hour(1, volume=1_000.0))
    assert sum(report.quantity for report in found if isinstance(report, OrderExecuted)) == filled
    assert isinstance(found[-1], OrderExpired) == (filled == 0)
    assert fills(venue, an_hour(2)) == []


def test_at_once_means_at_the_open() -> None:
    venue = a_venue(an_intent(limit=99, time_in_force=IOC))
    assert reports(venue, an_hour(1, open_=100.0, low=90.0)) == [OrderExpired(order_id=ONE, occurred_at=OPEN)]


def test_new_terms_count_from_the_next_bar_on() -> None:
    venue = a_venue(an_intent(quantity=200, limit=90, time_in_force=GTC))
    venue.modify(ONE, some_terms(quantity=150, limit=99), at=hour_end(1))
    assert venue.take_reports() == [
        OrderModified(order_id=ONE, terms=some_terms(quantity=150, limit=99), occurred_at=hour_end(1))
    ]
    (fill,) = fills(venue, an_hour(2, open_=100.0, low=95.0))
    assert fill.quantity == 150
    assert fill.price == 99


def test_terms_for_no_more_than_is_filled_are_refused() -> None:
    venue = a_venue(an_intent(quantity=150, time_in_force=GTC))
    fills(venue, an_hour(1, volume=1_000.0))
    venue.modify(ONE, some_terms(quantity=100), at=hour_end(1))
    (refusal,) = venue.take_reports()
    assert isinstance(refusal, ModifyRejected)
    assert "100 shares are filled" in refusal.reason
    (rest,) = fills(venue, an_hour(2))
    assert rest.quantity == 50


def test_a_moved_stop_stands_where_it_was_moved_to() -> None:
    venue = a_venue(an_intent(side=SELL, stop=90, time_in_force=GTC))
    venue.modify(ONE, some_terms(stop=97), at=hour_end(1))
    venue.take_reports()
    (fill,) = fills(venue, an_hour(2, open_=100.0, low=96.0))
    assert fill.price == Decimal("96.9806")
