"""When and at what price an order fills: never in a bar that began before it, and never too well.

Worked by hand: 2 bps of 100 dollars are 2 cents, so a buyer at the open pays 100.02 and a seller gets 99.98.
"""

import math
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from robo_trader.core.domain.bars import Bar
from robo_trader.core.domain.fills import ExecutionId
from robo_trader.core.domain.order_reports import OrderAccepted, OrderExecuted
from robo_trader.core.domain.orders import OrderId, OrderIntent, Side
from tests.builders import AAPL, HOUR, MSFT, OPEN, a_bar, an_approved_order, an_intent, venue_settings
from tests.examples import examples
from tests.unit.simulation.venue.showing import a_venue, an_hour, fills, hour, reports

BUY, SELL = an_intent(), an_intent(side=Side.SELL)
RANGE = an_hour(1, open_=100.0, high=105.0, low=95.0)


def test_an_order_is_accepted_at_once_and_fills_later() -> None:
    venue = a_venue()
    venue.submit(an_approved_order(order_id=7))
    assert venue.take_reports() == [OrderAccepted(order_id=OrderId(7), broker_order_id="SIM7", occurred_at=OPEN)]
    assert venue.take_reports() == []


def test_an_order_is_taken_once() -> None:
    with pytest.raises(AssertionError):
        a_venue(BUY).submit(an_approved_order())


def test_a_market_order_fills_at_the_open_slipped_against_it() -> None:
    assert reports(a_venue(BUY), RANGE) == [
        OrderExecuted(
            execution_id=ExecutionId("SIM1.1"),
            order_id=OrderId(1),
            symbol=AAPL,
            quantity=Decimal(100),
            price=Decimal("100.02"),
            commission=Decimal(1),
            occurred_at=OPEN,
        )
    ]
    (sold,) = fills(a_venue(SELL), RANGE)
    assert sold.price == Decimal("99.98")
    assert sold.commission == Decimal("1.0166"), "100 * 0.000166 for the regulator"


@pytest.mark.parametrize("intent", [BUY, an_intent(limit=200)])
def test_the_bar_that_was_under_way_fills_nothing(intent: OrderIntent) -> None:
    venue = a_venue(intent, at=OPEN + HOUR)
    assert reports(venue, an_hour(1)) == [], "the bar the order was decided on"
    within = a_venue(intent, at=OPEN + HOUR + 1)
    assert reports(within, an_hour(2)) == [], "a bar that began a nanosecond before the order"
    (fill,) = fills(venue, an_hour(2))
    assert fill.occurred_at == OPEN + HOUR
    (later,) = fills(within, an_hour(3))
    assert later.occurred_at == OPEN + 2 * HOUR


def test_a_filled_order_fills_no_more() -> None:
    assert len(fills(a_venue(BUY), an_hour(1), an_hour(2))) == 1


def test_another_symbols_bar_fills_nothing() -> None:
    assert reports(a_venue(BUY), an_hour(1, symbol=MSFT)) == []


@pytest.mark.parametrize(
    ("side", "limit", "price", "occurred_at"),
    [
        pytest.param(Side.BUY, "95", None, None, id="a buyer at the low is only touched"),
        pytest.param(Side.BUY, "95.01", "95.01", OPEN + HOUR, id="a buyer above the low pays the limit, at the end"),
        pytest.param(Side.BUY, "100", "100", OPEN, id="a buyer at the open pays no slippage beyond the limit"),
        pytest.param(Side.BUY, "100.01", "100.01", OPEN, id="a buyer a cent above the open"),
        pytest.param(Side.BUY, "103", "100.02", OPEN, id="a buyer far above the open pays the slipped open"),
        pytest.param(Side.SELL, "105", None, None, id="a seller at the high is only touched"),
        pytest.param(
            Side.SELL, "104.99", "104.99", OPEN + HOUR, id="a seller below the high gets the limit, at the end"
        ),
        pytest.param(Side.SELL, "100", "100", OPEN, id="a seller at the open"),
        pytest.param(Side.SELL, "97", "99.98", OPEN, id="a seller far below the open gets the slipped open"),
    ],
)
def test_limit_orders(side: Side, limit: str, price: str | None, occurred_at: int | None) -> None:
    executions = fills(a_venue(an_intent(side=side, limit=limit)), RANGE)
    expected = [] if price is None else [(Decimal(price), occurred_at)]
    assert [(fill.price, fill.occurred_at) for fill in executions] == expected


def test_a_limit_that_is_not_reached_waits() -> None:
    venue = a_venue(an_intent(limit=90))
    assert reports(venue, an_hour(1), an_hour(2)) == []
    assert [fill.price for fill in fills(venue, an_hour(3, open_=89.0))] == [Decimal("89.0178")]


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param({"open": math.nan}, id="no open"),
        pytest.param({"low": 101.0}, id="a low above the open"),
        pytest.param({"low": -1.0}, id="a low below zero"),
        pytest.param({"volume": -5.0}, id="negative volume"),
        pytest.param({"volume": math.inf}, id="endless volume"),
    ],
)
def test_a_faulty_bar_fills_nothing_and_the_next_one_does(spoil: dict[str, float]) -> None:
    sound = an_hour(1).bars[0]
    columns = {"open": sound.open, "high": sound.high, "low": sound.low, "volume": sound.volume} | spoil
    faulty = a_bar(
        open=columns["open"], high=columns["high"], low=columns["low"], close=100.0, volume=columns["volume"]
    )
    venue = a_venue(BUY)
    assert reports(venue, hour(1, faulty)) == []
    assert len(fills(venue, an_hour(2))) == 1


def test_a_bar_shown_twice_fills_once() -> None:
    venue = a_venue(an_intent(quantity=150_000))
    assert [fill.quantity for fill in fills(venue, an_hour(1), an_hour(1), an_hour(2))] == [100_000, 50_000]


def test_a_bar_of_the_past_fills_nothing() -> None:
    venue = a_venue(BUY, an_intent(symbol=MSFT))
    past: Bar = replace(an_hour(1).bars[0], symbol=MSFT)
    fills(venue, an_hour(2, symbol=MSFT, volume=0.0))
    assert reports(venue, hour(2, past)) == []


@given(
    st.sampled_from(Side),
    st.none() | st.integers(8_000, 12_000),
    st.tuples(*[st.floats(80, 120)] * 3),
    st.sampled_from([0.0, 2.0, 50.0]),
)
@settings(deadline=None, max_examples=examples(200))
def test_no_fill_is_better_than_the_market_nor_worse_than_the_limit(
    side: Side, cents: int | None, prices: tuple[float, float, float], slippage_bps: float
) -> None:
    open_, low, high = prices[0], min(prices), max(prices)
    limit = None if cents is None else Decimal(cents) / 100
    venue = a_venue(an_intent(side=side, limit=limit), settings=venue_settings(slippage_bps=slippage_bps))
    for fill in fills(venue, an_hour(1, open_=open_, high=high, low=low)):
        paid = side.sign * fill.price
        assert limit is None or paid <= side.sign * limit
        best = low if side is Side.BUY else high
        assert paid >= side.sign * Decimal(best) - Decimal("0.0001")
        if limit is None or side.sign * limit > side.sign * Decimal(open_ * (1 + side.sign * slippage_bps / 10_000)):
            assert paid >= side.sign * Decimal(open_) - Decimal("0.0001"), "a taker gains nothing on the open"
