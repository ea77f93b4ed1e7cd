"""Fills by the square-root law: half the spread, and more for a larger part of the bar.

Worked by hand: a bar from 99 to 101 speaks of a volatility of ln(101/99) / (2 sqrt(ln 2)) = 1.2012 %. A hundredth of
its volume at a coefficient of 1 costs a tenth of it, 12.01 bps, and 1 bp of half the spread: 13.01 bps of 100 dollars.
"""

from decimal import Decimal

from robo_trader.core.domain.orders import OrderIntent, Side
from robo_trader.core.market.impact import ImpactModel
from robo_trader.simulation.venue.venue import VenueSettings
from tests.builders import FREE, an_intent
from tests.unit.simulation.venue.showing import a_venue, an_hour, fills

SETTINGS = VenueSettings(
    slippage_bps=50.0, participation_max=1.0, commissions=FREE, impact=ImpactModel(half_spread_bps=1.0, coefficient=1.0)
)
WIDE = an_hour(1, open_=100.0, high=101.0, low=99.0, volume=10_000.0)


def price(intent: OrderIntent) -> Decimal:
    (fill,) = fills(a_venue(intent, settings=SETTINGS), WIDE)
    return fill.price


def test_a_hundredth_of_the_volume_costs_a_tenth_of_the_volatility() -> None:
    assert price(an_intent()) == Decimal("100.1301")
    assert price(an_intent(side=Side.SELL)) == Decimal("99.8699")


def test_four_times_the_shares_cost_twice_the_impact() -> None:
    assert price(an_intent(quantity=400)) == Decimal("100.2502")


def test_a_limit_is_never_exceeded() -> None:
    assert price(an_intent(limit="100.05")) == Decimal("100.05")


def test_a_bar_that_trades_nothing_fills_nothing() -> None:
    empty = an_hour(1, volume=0.0)
    assert fills(a_venue(an_intent(), settings=SETTINGS), empty) == []


def test_the_fixed_slippage_counts_without_the_law() -> None:
    settings = VenueSettings(slippage_bps=50.0, participation_max=1.0, commissions=FREE)
    (fill,) = fills(a_venue(an_intent(), settings=settings), WIDE)
    assert fill.price == Decimal("100.5")
