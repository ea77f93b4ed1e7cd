"""A venue, hours to show it, and what it reports."""

from robo_trader.core.domain.bars import Bar, BarSlice, TradingSession
from robo_trader.core.domain.order_reports import BrokerReport, OrderExecuted
from robo_trader.core.domain.orders import OrderIntent
from robo_trader.simulation.venue.venue import Venue, VenueSettings
from tests.builders import HOUR, a_bar, a_session, a_slice, an_approved_order, venue_settings


def a_venue(*intents: OrderIntent, at: int | None = None, settings: VenueSettings | None = None) -> Venue:
    """A venue that took these orders at the open of day 0, or when told; their acceptances are taken."""
    venue = Venue(settings or venue_settings())
    for number, intent in enumerate(intents, start=1):
        venue.submit(an_approved_order(order_id=number, intent=intent, at=a_session().opens_at if at is None else at))
    venue.take_reports()
    return venue


def hour(number: int, *bars: Bar, session: TradingSession | None = None) -> BarSlice:
    """The slice at the end of an hour of a session, the first being 1; only bars of that hour belong into it."""
    within = session or a_session()
    return a_slice(*bars, session=within, ended_at=hour_end(number, within))


def hour_end(number: int, session: TradingSession | None = None) -> int:
    within = session or a_session()
    return min(within.opens_at + number * HOUR, within.closes_at)


def an_hour(  # noqa: PLR0913 - a builder, as those in tests/builders
    number: int,
    *,
    session: TradingSession | None = None,
    symbol: str = "AAPL",
    open_: float = 100.0,
    high: float | None = None,
    low: float | None = None,
    volume: float = 1_000_000.0,
) -> BarSlice:
    """One bar of one hour, that closes where it opened."""
    within = session or a_session()
    bar = a_bar(
        symbol=symbol, started_at=within.opens_at + (number - 1) * HOUR, ended_at=hour_end(number, within), open=open_,
        high=open_ if high is None else high, low=open_ if low is None else low, volume=volume,
    )  # fmt: skip
    return hour(number, bar, session=within)


def reports(venue: Venue, *slices: BarSlice) -> list[BrokerReport]:
    """What the venue reports of these slices."""
    for slice_ in slices:
        venue.observe(slice_)
    return venue.take_reports()


def fills(venue: Venue, *slices: BarSlice) -> list[OrderExecuted]:
    """The executions among what it reports."""
    return [report for report in reports(venue, *slices) if isinstance(report, OrderExecuted)]
