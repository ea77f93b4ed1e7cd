"""Orders against quotes, by hand: a quote of 99.99 at 100.01, 1,000 shares each; slippage of 2 basis points.

A buy takes 100.01 x 1.0002 = 100.030002, to the hundredth of a cent 100.0300; a sale 99.99 x 0.9998 = 99.970002.
"""

from decimal import Decimal

import pytest

from robo_trader.core.domain.order_reports import BrokerReport, OrderExecuted, OrderExpired
from robo_trader.core.domain.orders import OrderIntent, Side, TimeInForce
from robo_trader.core.domain.quotes import Quote
from robo_trader.simulation.venue.venue import Venue
from tests.builders import (
    AAPL,
    CLOSE,
    MINUTE,
    MSFT,
    OPEN,
    a_quote,
    a_session,
    an_approved_order,
    an_intent,
    venue_settings,
)
from tests.unit.simulation.venue.showing import a_venue, an_hour, fills, reports

QUOTED = venue_settings(quoted=(AAPL,))


def a_quoted_venue(*intents: OrderIntent) -> Venue:
    return a_venue(*intents, settings=QUOTED)


def shown(venue: Venue, *quotes: Quote) -> list[BrokerReport]:
    for quote in quotes:
        venue.observe_quote(quote, a_session())
    return list(venue.take_reports())


def executed(venue: Venue, *quotes: Quote) -> list[tuple[int, Decimal, int]]:
    found = [report for report in shown(venue, *quotes) if isinstance(report, OrderExecuted)]
    return [(int(one.quantity), one.price, one.occurred_at) for one in found]


@pytest.mark.parametrize(("side", "price"), [(Side.BUY, "100.0300"), (Side.SELL, "99.9700")])
def test_a_buy_takes_the_ask_and_a_sale_the_bid_slipped(side: Side, price: str) -> None:
    venue = a_quoted_venue(an_intent(side=side))
    assert executed(venue, a_quote(at=OPEN + 1)) == [(100, Decimal(price), OPEN + 1)]


def test_the_quote_it_was_decided_on_does_not_fill_it() -> None:
    venue = a_quoted_venue(an_intent())
    assert executed(venue, a_quote(at=OPEN)) == []
    assert executed(venue, a_quote(at=OPEN + 1, ask=101.0)) == [(100, Decimal("101.0202"), OPEN + 1)]


def test_no_more_than_a_quote_shows_and_the_rest_at_the_next() -> None:
    venue = a_quoted_venue(an_intent(quantity=250))
    quotes = [a_quote(at=OPEN + 1, ask_size=100.7), a_quote(at=OPEN + 2, ask=100.5, ask_size=1_000)]
    assert executed(venue, *quotes) == [(100, Decimal("100.0300"), OPEN + 1), (150, Decimal("100.5201"), OPEN + 2)]


def test_all_our_orders_of_a_side_share_what_a_quote_shows() -> None:
    venue = a_quoted_venue(an_intent(), an_intent(), an_intent(side=Side.SELL))
    assert [one[0] for one in executed(venue, a_quote(at=OPEN + 1, ask_size=150, bid_size=40))] == [100, 50, 40]


@pytest.mark.parametrize(
    ("side", "limit", "price"),
    [
        (Side.BUY, "100.00", None),
        (Side.BUY, "100.01", "100.01"),  # met: at the limit, for slipped it would be worse
        (Side.BUY, "100.02", "100.02"),
        (Side.BUY, "100.50", "100.0300"),
        (Side.SELL, "100.00", None),
        (Side.SELL, "99.99", "99.99"),
        (Side.SELL, "99.50", "99.9700"),
    ],
)
def test_a_limit_fills_where_the_far_side_reaches_it(side: Side, limit: str, price: str | None) -> None:
    found = executed(a_quoted_venue(an_intent(side=side, limit=limit)), a_quote(at=OPEN + 1))
    assert found == ([] if price is None else [(100, Decimal(price), OPEN + 1)])


@pytest.mark.parametrize(
    "quote",
    [
        a_quote(at=OPEN + 1, bid=101.0),
        a_quote(at=OPEN + 1, bid=100.01),
        a_quote(at=OPEN + 1, ask_size=0),
        a_quote(at=OPEN + 1, symbol=MSFT),
    ],
    ids=["crossed", "locked", "no shares", "another symbol"],
)
def test_what_fills_nothing(quote: Quote) -> None:
    assert executed(a_quoted_venue(an_intent()), quote) == []


def test_a_quote_that_is_late_fills_nothing() -> None:
    venue = a_quoted_venue(an_intent())
    shown(venue, a_quote(at=OPEN + 5, symbol=MSFT))
    assert executed(venue, a_quote(at=OPEN + 4)) == []


def test_a_quoted_symbol_is_not_matched_against_bars_and_others_are() -> None:
    venue = a_quoted_venue(an_intent(), an_intent(symbol=MSFT))
    assert [one.symbol for one in fills(venue, an_hour(1), an_hour(2, symbol=MSFT))] == [MSFT]


def test_a_day_order_lapses_at_the_close() -> None:
    venue = a_quoted_venue(an_intent(limit=50))
    shown(venue, a_quote(at=OPEN + MINUTE))
    assert [type(one) for one in reports(venue, an_hour(7))] == [OrderExpired]
    assert executed(venue, a_quote(at=CLOSE + 1, ask=49.0, bid=48.0)) == []


def test_it_lapses_by_the_next_quote_where_no_slice_came() -> None:
    venue = a_quoted_venue(an_intent(limit=50))
    shown(venue, a_quote(at=OPEN + MINUTE))
    assert [type(one) for one in shown(venue, a_quote(at=CLOSE + 1, ask=49.0, bid=48.0))] == [OrderExpired]


def test_an_order_until_canceled_goes_on() -> None:
    venue = a_quoted_venue(an_intent(limit=50, time_in_force=TimeInForce.GTC))
    assert executed(venue, a_quote(at=CLOSE + 1, ask=49.0, bid=48.0)) == [(100, Decimal("49.0098"), CLOSE + 1)]


def test_an_order_for_the_next_open_fills_at_its_first_quote() -> None:
    venue = Venue(QUOTED)
    tomorrow = a_session(day=1)
    shown(venue, a_quote(at=OPEN))
    reports(venue, an_hour(7))
    venue.submit(an_approved_order(at=CLOSE))
    venue.take_reports()
    venue.observe_quote(a_quote(at=tomorrow.opens_at), tomorrow)
    assert [type(one) for one in venue.take_reports()] == [OrderExecuted]
