"""Every invariant that is watched event by event catches a bug planted for it; the true story passes.

The story: AAPL rises, falls and rises by days; 45 shares are bought at 110, sold, and bought again.
"""

from collections.abc import Callable
from decimal import Decimal

import pytest
from msgspec.structs import replace

from robo_trader.core.domain.commands import CancelOrder, SubmitOrder
from robo_trader.core.domain.events import (
    AccountMarked,
    DecisionEvent,
    FillBooked,
    OrderUpdated,
    ReportQuarantined,
    SignalEmitted,
    SliceClosed,
    TimerSet,
    TradingStateChanged,
)
from robo_trader.core.domain.order_reports import OrderExecuted
from robo_trader.core.domain.orders import ApprovedOrder, Order, OrderId, OrderStatus, OrderType, Side
from robo_trader.core.domain.positions import TradingState
from robo_trader.core.risk.protection import ProtectionPolicy
from robo_trader.runtime.invariants.broken import InvariantBroken
from tests.builders import AAPL, engine_settings, some_limits, unanswered
from tests.unit.core.engine.test_stops import Sides
from tests.unit.runtime.invariants.stories import Story, a_story

CLOSES = (110.0, 110.0, 90.0, 90.0, 110.0, 110.0, 112.0)


def true_story() -> Story:
    return a_story(engine_settings(strategy=Sides(100.0, 1), limits=some_limits(orders_for_next_open=True)), *CLOSES)


def guarded_story() -> Story:
    settings = engine_settings(strategy=Sides(100.0, 1), protection=ProtectionPolicy(fallback_fraction=0.04))
    return a_story(settings, *CLOSES)


def test_the_true_story_is_believed_and_tells_of_everything() -> None:
    counts = {**true_story().is_believed().counts, **guarded_story().is_believed().counts}
    seen = {"I01", "I02", "I03", "I04", "I05", "I06", "I07", "I08", "I10", "I12", "I18", "I20", "I21", "I22", "I24"}
    assert seen <= counts.keys()


def order_of(story: Story) -> Order:
    """The first order, as it was first written down."""
    return next(one.order for _, step in story.told for one in step.events if isinstance(one, OrderUpdated))


def birth(story: Story, number: int = 0) -> int:
    """Where the n-th order was sent."""
    return [place for place, (_, step) in enumerate(story.told) if step.commands][number]


def send(story: Story, place: int, order: Order) -> None:
    """Let one more order have been approved and sent."""
    approved = ApprovedOrder(order_id=order.order_id, intent=order.intent, approved_at=order.created_at)
    story.add(place, [OrderUpdated(order=order)], [SubmitOrder(order=approved)])


def resend(story: Story, **changes: object) -> None:
    """Let the first order have been another one, in decision and command alike."""
    place, order = birth(story), order_of(story)
    other = replace(order, intent=replace(order.intent, **changes))
    event, step = story.told[place]
    approved = ApprovedOrder(order_id=other.order_id, intent=other.intent, approved_at=other.created_at)
    events = tuple(OrderUpdated(order=other) if isinstance(one, OrderUpdated) else one for one in step.events)
    story.told[place] = event, type(step)(events, (SubmitOrder(order=approved),))


# ---- the bugs -----------------------------------------------------------------------------------


def sent_unwritten(story: Story) -> None:
    story.change(OrderUpdated, lambda _: None)


def written_unsent(story: Story) -> None:
    story.change_commands(birth(story), lambda _: None)


def sent_otherwise(story: Story) -> None:
    order = order_of(story)
    other = replace(order.intent, quantity=order.intent.quantity + 1)
    approved = ApprovedOrder(order_id=order.order_id, intent=other, approved_at=order.created_at)
    story.change_commands(birth(story), lambda _: SubmitOrder(order=approved))


def canceled_unwritten(story: Story) -> None:
    story.add(birth(story), (), [CancelOrder(order_id=OrderId(1), occurred_at=0)])


def sent_twice(story: Story) -> None:
    story.add(birth(story), (), story.told[birth(story)][1].commands)


def id_used_again(story: Story) -> None:
    second = birth(story, 1)
    story.add(second, (), story.told[birth(story)][1].commands)


def moved(**changes: object) -> Callable[[Story], None]:
    """The second thing told of the first order, after its birth, falsified."""

    def plant(story: Story) -> None:
        story.change(OrderUpdated, lambda one: replace(one, order=replace(one.order, **changes)), number=1)

    return plant


def moved_by_nobody(story: Story) -> None:
    ended = replace(order_of(story), status=OrderStatus.CANCELED)
    story.add(birth(story), [OrderUpdated(order=ended)])


def filled_otherwise(story: Story) -> None:
    place = story.place_of(FillBooked)
    event, step = story.told[place]
    events = tuple(
        replace(one, order=replace(one.order, filled=one.order.filled + 1)) if isinstance(one, OrderUpdated) else one
        for one in step.events
    )
    story.told[place] = event, type(step)(events, step.commands)


def overfilled(story: Story) -> None:
    """The broker executes ten shares more than were ordered, it is booked as true, and nobody halts."""
    place = story.place_of(FillBooked)
    event, step = story.told[place]
    assert isinstance(event, OrderExecuted)
    much = event.quantity + 10
    events: list[DecisionEvent] = []
    for one in step.events:
        if isinstance(one, OrderUpdated):
            events.append(replace(one, order=replace(one.order, filled=much, filled_value=much * event.price)))
        elif isinstance(one, FillBooked):
            position = replace(one.position, quantity=much)
            events.append(replace(one, fill=replace(one.fill, quantity=much), position=position))
    story.told[place] = replace(event, quantity=much), type(step)(tuple(events), step.commands)


def fill_dropped(story: Story) -> None:
    story.change(FillBooked, lambda _: None)


def fill_doubled(story: Story) -> None:
    place = story.place_of(FillBooked)
    story.add(place, [one for one in story.told[place][1].events if isinstance(one, FillBooked)])


def report_taken_twice(story: Story) -> None:
    place = story.place_of(FillBooked)
    story.told.insert(place + 1, story.told[place])


def fill_at_another_price(story: Story) -> None:
    story.change(FillBooked, lambda one: replace(one, fill=replace(one.fill, price=one.fill.price + 1)))


def fill_of_the_other_side(story: Story) -> None:
    story.change(FillBooked, lambda one: replace(one, fill=replace(one.fill, side=Side.SELL)))


def sign_flipped(story: Story) -> None:
    story.change(FillBooked, lambda one: replace(one, position=replace(one.position, quantity=-one.position.quantity)))


def entry_out_of_balance(story: Story) -> None:
    def unbalance(one: FillBooked) -> FillBooked:
        first, *rest = one.entry.postings
        more = type(first)(first.account, first.amount + Decimal("0.000001"))
        return replace(one, entry=replace(one.entry, postings=(more, *rest)))

    story.change(FillBooked, unbalance)


def marked(**changes: object) -> Callable[[Story], None]:
    """The report of the account after the first fill, falsified."""

    def plant(story: Story) -> None:
        story.change(AccountMarked, lambda one: replace(one, mark=replace(one.mark, **changes)), number=1)

    return plant


def marked_at_another_price(story: Story) -> None:
    story.change(AccountMarked, lambda one: replace(one, prices=(Decimal(111),)), number=1)


def fill_repriced(story: Story) -> None:
    """Equity as the prices say, and not what was earned: the mark hides a profit."""
    story.change(AccountMarked, lambda one: replace(one, mark=replace(one.mark, realised=Decimal(5))), number=1)


def too_large(story: Story) -> None:
    resend(story, quantity=order_of(story).intent.quantity * 100)


def in_a_halt(story: Story) -> None:
    halt = TradingStateChanged(before=TradingState.ACTIVE, after=TradingState.HALTED, reason="", occurred_at=0)
    story.add(birth(story) - 1, [halt])


def added_while_reducing(story: Story) -> None:
    less = TradingStateChanged(before=TradingState.ACTIVE, after=TradingState.REDUCING, reason="", occurred_at=0)
    story.add(birth(story) - 1, [less])


def halt_left_by_itself(story: Story) -> None:
    in_a_halt(story)
    on = TradingStateChanged(before=TradingState.HALTED, after=TradingState.ACTIVE, reason="", occurred_at=0)
    story.add(birth(story) - 1, [on])


def state_told_wrong(story: Story) -> None:
    told = TradingStateChanged(before=TradingState.REDUCING, after=TradingState.ACTIVE, reason="", occurred_at=0)
    story.add(birth(story), [told])


def beside_an_unknown_one(story: Story) -> None:
    """The first order is never answered, and at the next slice a second one leaves."""
    place = birth(story)
    order = order_of(story)
    lost = OrderUpdated(order=replace(order, status=OrderStatus.UNKNOWN))
    story.told = story.told[: place + 1]
    slice_ = story.told[place]
    story.told.append((unanswered(order_id=1, at=order.created_at), type(slice_[1])((lost,), ())))
    story.told.append(slice_)
    event, step = slice_
    again = replace(order, order_id=OrderId(2))
    events = tuple(OrderUpdated(order=again) if isinstance(one, OrderUpdated) else one for one in step.events)
    approved = ApprovedOrder(order_id=OrderId(2), intent=again.intent, approved_at=again.created_at)
    story.told[-1] = event, type(step)(events, (SubmitOrder(order=approved),))


def report_lost(story: Story) -> None:
    place = story.place_of(FillBooked)
    story.told[place] = story.told[place][0], type(story.told[place][1])((), ())


def sound_report_set_aside(story: Story) -> None:
    place = story.place_of(FillBooked)
    event, step = story.told[place]
    assert isinstance(event, OrderExecuted)
    aside = ReportQuarantined(kind="OrderExecuted", order_id=event.order_id, reason="", occurred_at=0)
    story.told[place] = event, type(step)((aside,), ())


def moved_back_in_time(story: Story) -> None:
    moved(updated_at=0)(story)


def timer_set_for_the_past(story: Story) -> None:
    story.add(birth(story), [TimerSet(key="tea", wakes_at=1, occurred_at=2)])


def late_slice_used(story: Story) -> None:
    place = next(place for place, (event, _) in enumerate(story.told) if isinstance(event, SliceClosed))
    story.told.append(story.told[place])


def bar_of_another_time(story: Story) -> None:
    place = next(place for place, (event, _) in enumerate(story.told) if isinstance(event, SliceClosed))
    event = story.told[place][0]
    assert isinstance(event, SliceClosed)
    (bar,) = event.slice.bars
    later = replace(bar, ended_at=bar.ended_at + 1)
    story.change_input(place, replace(event, slice=replace(event.slice, bars=(later,))))


def known_before_its_time(story: Story) -> None:
    story.change(SignalEmitted, lambda one: replace(one, signal=replace(one.signal, as_of=one.signal.as_of + 1)))


def decided_at_an_old_price(story: Story) -> None:
    resend(story, reference_price=Decimal(109))


def faulty_bar_used(story: Story) -> None:
    place = next(place for place, (event, _) in enumerate(story.told) if isinstance(event, SliceClosed))
    event = story.told[place][0]
    assert isinstance(event, SliceClosed)
    bars = (replace(event.slice.bars[0], low=-1.0),)
    story.change_input(place, replace(event, slice=replace(event.slice, bars=bars)))


def outside_the_session(story: Story) -> None:
    """Orders of daily bars are decided at the close, and wait for the next open; here they may not."""
    limits = some_limits(orders_for_next_open=False)
    story.settings = engine_settings(strategy=Sides(100.0, 1), limits=limits)


def two_that_could_meet(story: Story) -> None:
    order = order_of(story)
    resend(story, order_type=OrderType.LIMIT, limit_price=Decimal(110))
    other = replace(order, order_id=OrderId(2), intent=replace(order.intent, side=Side.SELL))
    send(story, birth(story), other)


BUGS = [
    ("I01", sent_unwritten), ("I01", written_unsent), ("I01", sent_otherwise), ("I01", canceled_unwritten),
    ("I02", sent_twice), ("I02", id_used_again),
    ("I03", moved(status=OrderStatus.CANCELED)), ("I03", moved(status=OrderStatus.FILLED)), ("I03", moved_by_nobody),
    ("I04", filled_otherwise), ("I04", overfilled),
    ("I05", fill_dropped), ("I05", fill_doubled), ("I05", report_taken_twice), ("I05", fill_at_another_price),
    ("I05", fill_of_the_other_side),
    ("I06", sign_flipped),
    ("I07", entry_out_of_balance), ("I07", marked(cash=Decimal(1))), ("I07", marked(commission=Decimal(77))),
    ("I08", marked(equity=Decimal(1))), ("I08", marked(gross_exposure=Decimal(1))), ("I08", marked_at_another_price),
    ("I08", fill_repriced),
    ("I10", too_large),
    ("I12", in_a_halt), ("I12", added_while_reducing), ("I12", state_told_wrong), ("I13", halt_left_by_itself),
    ("I14", beside_an_unknown_one),
    ("I18", report_lost), ("I18", sound_report_set_aside),
    ("I20", moved_back_in_time), ("I20", timer_set_for_the_past), ("I20", late_slice_used),
    ("I21", bar_of_another_time), ("I21", known_before_its_time), ("I21", decided_at_an_old_price),
    ("I22", faulty_bar_used),
    ("I25", two_that_could_meet),
    ("I28", outside_the_session),
]  # fmt: skip


@pytest.mark.parametrize(
    ("code", "plant"), BUGS, ids=[f"{code} {bug.__qualname__.split('.')[0]}" for code, bug in BUGS]
)
def test_a_planted_bug_is_caught(code: str, plant: Callable[[Story], None]) -> None:
    story = true_story()
    plant(story)
    with pytest.raises(InvariantBroken) as caught:
        story.is_believed()
    assert caught.value.code == code, caught.value
    assert caught.value.number and caught.value.event is not None


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"quantity": Decimal("45.5")}, id="half a share"),
        pytest.param({"quantity": Decimal("NaN")}, id="no number"),
        pytest.param({"quantity": Decimal("4E+1")}, id="an exponent"),
        pytest.param({"quantity": Decimal(0)}, id="nothing"),
        pytest.param({"order_type": OrderType.LIMIT, "limit_price": Decimal("110.00001")}, id="off the tick"),
        pytest.param({"order_type": OrderType.LIMIT, "limit_price": Decimal("Infinity")}, id="an infinite price"),
        pytest.param({"order_type": OrderType.LIMIT}, id="a limit without a price"),
        pytest.param({"symbol": "aapl\x00"}, id="a symbol with a NUL"),
    ],
)
def test_nothing_malformed_crosses_to_the_broker(changes: dict[str, object]) -> None:
    story = true_story()
    resend(story, **changes)
    with pytest.raises(InvariantBroken) as caught:
        story.is_believed()
    assert caught.value.code == "I22"


def test_a_naked_position_is_caught_with_protection_on() -> None:
    """The leg, and all that is told of it, is left out: 45 shares stand there unguarded as the slice ends."""
    story = guarded_story()
    legs = {
        one.order.order_id
        for _, step in story.told
        for one in step.events
        if isinstance(one, OrderUpdated) and one.order.intent.order_type is OrderType.STOP
    }
    kept = []
    for event, step in story.told:
        if getattr(event, "order_id", None) in legs:
            continue
        events = tuple(one for one in step.events if not (isinstance(one, OrderUpdated) and one.order.order_id in legs))
        commands = tuple(
            one
            for one in step.commands
            if (one.order.order_id if isinstance(one, SubmitOrder) else one.order_id) not in legs
        )
        kept.append((event, type(step)(events, commands)))
    story.told = kept
    with pytest.raises(InvariantBroken) as caught:
        story.is_believed()
    assert caught.value.code == "I24"
    assert f"45 shares of {AAPL}" in str(caught.value)
