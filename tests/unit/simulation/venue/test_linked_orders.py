"""Groups in which one cancels the others, and brackets whose legs wait for their parent.

Each bar here opens at 100; a thousand shares traded let us have a hundred.
"""

from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from robo_trader.core.domain.bars import BarSlice
from robo_trader.core.domain.order_reports import OrderCanceled, OrderExecuted, OrderModified
from robo_trader.core.domain.orders import OrderId, OrderIntent, Side, TimeInForce
from tests.builders import HOUR, OPEN, an_intent, some_terms
from tests.examples import examples
from tests.unit.simulation.venue.showing import a_venue, an_hour, fills, hour_end, reports

GTC = TimeInForce.GTC


def a_stop(price: int, quantity: int = 100, parent_id: int | None = None) -> OrderIntent:
    return an_intent(
        side=Side.SELL, quantity=quantity, stop=price, oca_group="exit", time_in_force=GTC, parent_id=parent_id
    )


def a_profit(price: int, quantity: int = 100, parent_id: int | None = None) -> OrderIntent:
    return an_intent(
        side=Side.SELL, quantity=quantity, limit=price, oca_group="exit", time_in_force=GTC, parent_id=parent_id
    )


def test_one_cancels_the_other() -> None:
    found = reports(a_venue(a_stop(95), a_profit(105)), an_hour(1, high=106.0))
    assert [type(report) for report in found] == [OrderExecuted, OrderCanceled]
    assert [report.order_id for report in found] == [2, 1]


def test_a_bar_that_touches_both_fills_one() -> None:
    """Which price came first no bar tells: the stop, which stands first in the book, is believed."""
    found = reports(a_venue(a_stop(95), a_profit(105)), an_hour(1, high=106.0, low=94.0))
    assert [(type(report), report.order_id) for report in found] == [(OrderExecuted, 1), (OrderCanceled, 2)]


def test_a_part_that_fills_is_taken_from_the_others() -> None:
    venue = a_venue(a_stop(95, 150), a_profit(105, 150))
    fill, less = reports(venue, an_hour(1, high=106.0, volume=1_000.0))
    assert isinstance(fill, OrderExecuted)
    assert fill.quantity == 100
    assert less == OrderModified(order_id=OrderId(1), terms=some_terms(quantity=50, stop=95), occurred_at=OPEN + HOUR)
    (stopped, gone) = reports(venue, an_hour(2, low=94.0))
    assert isinstance(stopped, OrderExecuted)
    assert stopped.quantity == 50
    assert isinstance(gone, OrderCanceled)


def test_the_legs_of_a_bracket_sleep_until_their_parent_fills() -> None:
    entry = an_intent(limit=90, time_in_force=GTC)
    venue = a_venue(entry, a_stop(85, parent_id=1), a_profit(110, parent_id=1))
    assert reports(venue, an_hour(1, high=120.0, low=91.0)) == [], "nothing to leave yet"
    (bought,) = reports(venue, an_hour(2, high=120.0, low=84.0))
    assert bought.order_id == 1, "whether the price came to a leg before or after it, the bar does not tell"
    found = reports(venue, an_hour(3, low=84.0))
    assert [(type(report), report.order_id) for report in found] == [(OrderExecuted, 2), (OrderCanceled, 3)]


def test_an_entry_at_the_open_can_be_stopped_within_its_bar() -> None:
    found = fills(a_venue(an_intent(), a_stop(95, parent_id=1)), an_hour(1, low=94.0))
    assert [fill.order_id for fill in found] == [1, 2]


def test_a_leg_is_never_for_more_than_its_parent_has() -> None:
    venue = a_venue(an_intent(quantity=150, time_in_force=GTC), a_stop(95, 150, parent_id=1))
    fills(venue, an_hour(1, volume=1_000.0))
    (sold,) = [fill for fill in fills(venue, an_hour(2, open_=94.0, volume=10_000.0)) if fill.order_id == 2]
    assert sold.quantity == 150, "the rest of the parent filled at the same open"


def test_a_parent_that_ends_takes_the_sleeping_part_of_its_legs_along() -> None:
    venue = a_venue(an_intent(quantity=150, time_in_force=GTC), a_stop(95, 150, parent_id=1))
    fills(venue, an_hour(1, volume=1_000.0))
    venue.cancel(OrderId(1), at=hour_end(1))
    canceled, less = reports(venue)
    assert isinstance(canceled, OrderCanceled)
    assert isinstance(less, OrderModified)
    assert less.order_id == 2
    assert less.terms.quantity == 100
    alone = a_venue(an_intent(limit=50, time_in_force=GTC), a_stop(95, parent_id=1))
    alone.cancel(OrderId(1), at=OPEN)
    assert [(type(report), report.order_id) for report in reports(alone)] == [(OrderCanceled, 1), (OrderCanceled, 2)]


BARS = st.lists(
    st.tuples(st.sampled_from([90.0, 100.0, 110.0]), st.sampled_from([0.0, 400.0, 1_000.0, 9_000.0])), max_size=7
)


def shown(bars: list[tuple[float, float]]) -> list[BarSlice]:
    return [
        an_hour(n, open_=price, high=price + 7, low=price - 7, volume=volume)
        for n, (price, volume) in enumerate(bars, start=1)
    ]


@given(BARS, st.integers(1, 300), st.integers(1, 300))
@settings(deadline=None, max_examples=examples(200))
def test_a_group_never_sells_more_than_its_largest_order(bars: list[tuple[float, float]], a: int, b: int) -> None:
    found = fills(a_venue(a_stop(95, a), a_profit(105, b)), *shown(bars))
    assert sum(fill.quantity for fill in found) <= max(a, b)


@given(BARS, st.integers(1, 300))
@settings(deadline=None, max_examples=examples(200))
def test_a_bracket_never_sells_what_it_has_not_bought(bars: list[tuple[float, float]], shares: int) -> None:
    entry = an_intent(quantity=shares, limit=100, time_in_force=GTC)
    held = Decimal(0)
    for fill in fills(a_venue(entry, a_stop(95, shares, 1), a_profit(105, shares, 1)), *shown(bars)):
        held += fill.quantity if fill.order_id == 1 else -fill.quantity
        assert held >= 0
