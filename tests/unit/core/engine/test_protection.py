"""Every share that is held is guarded by a stop that rests at the venue; what cannot be guarded is left.

The strategy is long above 100 dollars, with 5 % of 100,000: 45 shares decided at 110, filled at the next open.
"""

from decimal import Decimal
from typing import NamedTuple

import pytest
from msgspec.structs import replace

from robo_trader.core.domain.broker_link import BrokerLinkChanged, LinkState
from robo_trader.core.domain.commands import CancelOrder, ModifyOrder, Step, SubmitOrder
from robo_trader.core.domain.events import FillBooked, PositionProtected, PositionUnprotected, SignalEmitted
from robo_trader.core.domain.order_reports import (
    BrokerReport,
    ModifyRejected,
    OrderCanceled,
    OrderModified,
    OrderRejected,
)
from robo_trader.core.domain.orders import (
    ApprovedOrder,
    Order,
    OrderId,
    OrderPurpose,
    OrderTerms,
    OrderType,
    Side,
    TimeInForce,
)
from robo_trader.core.domain.protection_events import ProtectionAnswer, ProtectionFailed
from robo_trader.core.portfolio.stops import NO_STOPS, StopPolicy
from robo_trader.core.risk.protection import ProtectionPolicy
from robo_trader.simulation.venue.venue import Venue
from tests.builders import AAPL, a_bar, a_day, a_session, a_slice, engine_settings, venue_settings
from tests.unit.core.engine.desk import Desk, only
from tests.unit.core.engine.test_stops import Sides, held

POLICY = ProtectionPolicy(fallback_fraction=0.1)


def a_desk(stops: StopPolicy = NO_STOPS, *, policy: ProtectionPolicy = POLICY, sign: int = 1) -> Desk:
    joined = engine_settings(strategy=Sides(100.0, sign), stops=stops, protection=policy)
    return Desk(joined, venue_settings(slippage_bps=0.0))


def days(desk: Desk, *closes: float | tuple[float, float], first: int = 0) -> None:
    for day, price in enumerate(closes, first):
        desk.close(a_day(day, AAPL=price))


def leg(desk: Desk) -> Order:
    found = desk.engine.account.orders.leg_for(AAPL)
    assert found is not None
    return found


class Standing(NamedTuple):
    """What matters of a leg."""

    side: Side
    shares: int
    stop: Decimal | None


def standing(desk: Desk) -> Standing:
    order = leg(desk)
    return Standing(order.intent.side, int(order.remaining), order.intent.stop_price)


def modified(desk: Desk) -> list[ModifyOrder]:
    return [command for step in desk.steps for command in only(ModifyOrder, step.commands)]


def test_a_fill_is_protected_at_once_by_a_stop_that_rests_until_canceled() -> None:
    desk = a_desk()
    days(desk, 110.0, 110.0)
    assert standing(desk) == Standing(Side.SELL, 45, Decimal(99)), "a tenth below the 110 paid"
    intent = leg(desk).intent
    assert (intent.order_type, intent.time_in_force) == (OrderType.STOP, TimeInForce.GTC)
    assert intent.purpose is OrderPurpose.PROTECTION
    events = [event for step in desk.steps for event in step.events]
    told = [type(event) for event in events if isinstance(event, (PositionUnprotected, PositionProtected))]
    assert told == [PositionUnprotected, PositionProtected]


@pytest.mark.parametrize(
    ("stops", "price"),
    [
        pytest.param(StopPolicy(fixed_fraction=0.05), "114", id="5 % below the price paid"),
        pytest.param(StopPolicy(trailing_fraction=0.03, fixed_fraction=0.05), "126.1", id="a nearer one that trails"),
        pytest.param(StopPolicy(break_even_fraction=0.05), "120", id="where it would begin to lose"),
        pytest.param(StopPolicy(bars_max=9), "108", id="a time stop has no price: the fallback"),
    ],
)
def test_the_leg_stands_where_the_nearest_stop_does(stops: StopPolicy, price: str) -> None:
    """Bought at 120; the best since is 130."""
    desk = a_desk(stops)
    days(desk, 110.0, 120.0, 130.0)
    assert standing(desk).stop == Decimal(price)


def test_the_leg_follows_a_trailing_stop_and_never_goes_back() -> None:
    desk = a_desk(StopPolicy(trailing_fraction=0.1))
    days(desk, 110.0, 120.0, 130.0, 140.0, 130.0)
    assert standing(desk) == Standing(Side.SELL, 45, Decimal(126))
    stops = [command.terms.stop_price for command in modified(desk)]
    assert stops == sorted(stops, key=lambda price: price or Decimal(0))


def test_moves_too_small_to_matter_are_not_sent() -> None:
    desk = a_desk(StopPolicy(trailing_fraction=0.1), policy=ProtectionPolicy(step_fraction=Decimal("0.02")))
    days(desk, 110.0, 120.0, 121.0, 122.0)
    before = len(modified(desk))
    days(desk, 123.0, 124.0, first=4)
    assert len(modified(desk)) == before + 1, "from 108 by more than 2 %, once"


def test_the_leg_grows_with_partial_fills_at_once() -> None:
    """A bar of 300 shares lets us have 30 of our 45."""
    desk = a_desk()
    days(desk, 110.0)
    thin = a_session(day=1)
    bar = a_bar(started_at=thin.opens_at, ended_at=thin.closes_at, open=110.0, volume=300.0)
    desk.close(a_slice(bar, session=thin, ended_at=thin.closes_at))
    assert standing(desk).shares == held(desk) == 30
    days(desk, 110.0, first=2)
    assert standing(desk).shares == held(desk) == 45


def test_a_leg_that_fills_leaves_the_position_and_the_strategy_stays_out() -> None:
    desk = a_desk()
    days(desk, 110.0, 110.0, (105.0, 101.0), (102.0, 98.0), 110.0, 110.0)
    fills = [event.fill for step in desk.steps for event in only(FillBooked, step.events)]
    assert [(fill.side, int(fill.quantity), fill.price) for fill in fills[:2]] == [
        (Side.BUY, 45, Decimal(110)), (Side.SELL, 45, Decimal(99)),
    ]  # fmt: skip
    reasons = [event.signal.reason for step in desk.steps for event in only(SignalEmitted, step.events)]
    assert "stop: the protective order filled" in reasons


def test_a_short_position_is_protected_from_above() -> None:
    desk = a_desk(sign=-1)
    days(desk, 110.0, 110.0)
    assert standing(desk) == Standing(Side.BUY, 45, Decimal(121))
    days(desk, (115.0, 120.0), (125.0, 125.0), first=2)
    assert held(desk) == 0


def test_an_exit_takes_the_leg_along() -> None:
    desk = a_desk()
    days(desk, 110.0, 110.0, 99.5)
    exits = [
        command.order.intent
        for step in desk.steps
        for command in only(SubmitOrder, step.commands)
        if command.order.intent.purpose is OrderPurpose.TARGET and command.order.intent.side is Side.SELL
    ]
    assert [intent.oca_group for intent in exits] == [leg(desk).intent.oca_group]
    _, sold = desk.engine.account.orders.working_shares(AAPL)
    assert sold == 45, "one of them fills, not both"
    days(desk, (99.6, 99.6), first=3)
    assert held(desk) == 0
    assert not desk.engine.account.orders.open


class FussyVenue(Venue):
    """Refuses the first so many protective orders."""

    def __init__(self, refuses: int) -> None:
        super().__init__(venue_settings(slippage_bps=0.0))
        self.refuses = refuses
        self.refused: list[BrokerReport] = []

    def submit(self, order: ApprovedOrder, *, cancels_group: bool = False) -> None:
        if order.intent.purpose is OrderPurpose.PROTECTION and self.refuses:
            self.refuses -= 1
            self.refused.append(
                OrderRejected(order_id=order.order_id, reason="no stops here", occurred_at=order.approved_at)
            )
        else:
            super().submit(order, cancels_group=cancels_group)

    def take_reports(self) -> list[BrokerReport]:
        reports = [*super().take_reports(), *self.refused]
        self.refused.clear()
        return reports


@pytest.mark.parametrize(("refusals", "shares"), [(1, 45), (2, 0)], ids=["placed once more", "left at the market"])
def test_a_leg_that_is_refused(refusals: int, shares: int) -> None:
    desk = a_desk()
    desk.venue = FussyVenue(refusals)
    days(desk, 110.0, 110.0)
    assert (desk.engine.account.orders.leg_for(AAPL) is not None) == bool(shares)
    days(desk, 110.0, first=2)
    assert held(desk) == shares


def failures(desk: Desk) -> list[ProtectionAnswer]:
    return [event.answer for step in desk.steps for event in only(ProtectionFailed, step.events)]


@pytest.mark.parametrize("refusals", [1, 2])
def test_every_failure_is_told_with_what_is_done_about_it(refusals: int) -> None:
    desk = a_desk()
    desk.venue = FussyVenue(refusals)
    days(desk, 110.0, 110.0)
    told = [event for step in desk.steps for event in only(ProtectionFailed, step.events)]
    assert [event.answer for event in told] == [ProtectionAnswer.PLACED_AGAIN, ProtectionAnswer.LEFT][:refusals]
    assert {(event.reason, int(event.shares)) for event in told} == {("no stops here", 45)}


def test_a_position_may_be_held_without_a_stop_where_the_policy_says_so() -> None:
    desk = a_desk(policy=ProtectionPolicy(flattens=False))
    desk.venue = FussyVenue(9)
    days(desk, 110.0, 110.0, 110.0, 110.0)
    assert failures(desk) == [ProtectionAnswer.PLACED_AGAIN, ProtectionAnswer.HELD]
    assert held(desk) == 45
    assert desk.engine.account.orders.leg_for(AAPL) is None, "no third attempt: a person must look"


def the_link(desk: Desk, state: LinkState) -> Step:
    at = desk.steps[-1].events[-1].occurred_at
    step = desk.engine.process(BrokerLinkChanged(state=state, reason="by the test", epoch=1, occurred_at=at))
    desk.steps.append(step)
    return step


def test_what_fills_while_the_broker_is_away_is_guarded_as_soon_as_he_is_back() -> None:
    """Reports of the time without a line come with the answers of the start, before any order may leave."""
    desk = a_desk()
    days(desk, 110.0)
    the_link(desk, LinkState.DOWN)
    days(desk, 110.0, 110.0, 110.0, first=1)
    assert held(desk) == 45
    assert desk.engine.account.orders.leg_for(AAPL) is None
    step = the_link(desk, LinkState.READY)
    (placed,) = only(SubmitOrder, step.commands)
    assert placed.order.intent.purpose is OrderPurpose.PROTECTION
    assert not failures(desk), "nobody refused a stop: none could be sent"
    assert int(placed.order.intent.quantity) == 45


def test_a_leg_that_somebody_else_cancels_is_placed_again() -> None:
    desk = a_desk()
    days(desk, 110.0, 110.0)
    first = leg(desk).order_id
    desk.venue.cancel(first, at=a_session(day=1).closes_at)
    days(desk, 110.0, first=2)
    assert leg(desk).order_id > first
    assert standing(desk).shares == 45


class StubbornVenue(Venue):
    """Refuses every change."""

    def modify(self, order_id: OrderId, terms: OrderTerms, *, at: int) -> None:  # noqa: ARG002
        self._reports.append(ModifyRejected(order_id=order_id, reason="no", occurred_at=at))


def test_a_refused_move_is_asked_for_once_a_slice_and_not_without_end() -> None:
    desk = a_desk(StopPolicy(trailing_fraction=0.1))
    desk.venue = StubbornVenue(venue_settings(slippage_bps=0.0))
    days(desk, 110.0, 110.0)
    for day in (2, 3, 4):
        before = len(modified(desk))
        days(desk, 130.0, first=day)
        assert len(modified(desk)) == before + 1
    assert standing(desk).stop == Decimal(99), "it guards where it stood"


def test_a_waiver_is_written_down_and_nothing_rests() -> None:
    desk = a_desk(policy=ProtectionPolicy(waivers={AAPL: "hedged elsewhere"}))
    days(desk, 110.0, 110.0, 110.0)
    assert desk.engine.account.orders.leg_for(AAPL) is None
    (told,) = [event for step in desk.steps for event in only(PositionUnprotected, step.events)]
    assert (told.waiver, int(told.shares)) == ("hedged elsewhere", 45)


def test_a_leg_that_the_broker_works_without_a_stop_is_canceled_and_placed_anew() -> None:
    desk = a_desk()
    days(desk, 110.0, 110.0)
    bare = leg(desk)
    terms = replace(bare.intent.terms, stop_price=None)
    step = desk.engine.process(OrderModified(order_id=bare.order_id, terms=terms, occurred_at=bare.updated_at))
    assert only(CancelOrder, step.commands)
    assert only(PositionUnprotected, step.events)
    step = desk.engine.process(OrderCanceled(order_id=bare.order_id, occurred_at=bare.updated_at))
    (again,) = only(SubmitOrder, step.commands)
    assert again.order.intent.stop_price == bare.intent.stop_price
