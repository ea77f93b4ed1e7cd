"""The timers of a strategy in event form: they come back at their time, and what is wanted then is ordered then.

The sizer holds 5 % of 100,000 dollars: 50 shares at the mid of 100.
"""

import pytest

from robo_trader.core.domain.errors import StrategyError
from robo_trader.core.domain.events import FillBooked, OrderDenied, OrderUpdated, TimerFired, TimerSet
from robo_trader.core.strategies.event_strategy import Desk as TheDesk
from tests.builders import AAPL, CLOSE, MINUTE, OPEN, some_limits
from tests.unit.core.engine.desk import only
from tests.unit.core.engine.scripted import Script, a_desk, once, quote, scripted, told, want


def test_a_timer_comes_back_at_its_time() -> None:
    desk = a_desk(scripted(script={"quote": lambda _told, desk: desk.wake("tea", OPEN + MINUTE)}))
    (set_,) = only(TimerSet, desk.tell(quote(OPEN + 1)))
    assert (set_.key, set_.wakes_at, set_.occurred_at) == ("tea", OPEN + MINUTE, OPEN + 1)
    engine = desk.engine
    assert engine.due_timer(OPEN + MINUTE) is None
    timer = engine.due_timer(OPEN + MINUTE + 1)
    assert timer == TimerFired(key="tea", occurred_at=OPEN + MINUTE)
    desk.tell(timer)
    assert told(desk)[-1] == f"timer tea {MINUTE}"
    assert engine.due_timer(CLOSE) is None


def test_timers_come_in_order_of_time_and_a_later_wish_moves_one() -> None:
    def wake(_told: object, desk: TheDesk) -> None:
        for key, at in (("b", 20), ("c", 30), ("a", 20), ("c", 10)):
            desk.wake(key, OPEN + at)

    desk = a_desk(scripted(script={"quote": once(wake)}))
    desk.tell(quote(OPEN + 1))
    while (timer := desk.engine.due_timer(OPEN + 100)) is not None:
        desk.tell(timer)
    assert told(desk) == ["quote AAPL 1", "timer c 10", "timer a 20", "timer b 20"]


def test_what_it_wants_at_a_timer_is_ordered_at_that_time() -> None:
    desk = a_desk(scripted(script={"quote": once(lambda _, d: d.wake(AAPL, OPEN + 7)), "timer": want(1.0)}))
    decided = desk.tell(quote(OPEN + 1), TimerFired(key=AAPL, occurred_at=OPEN + 7))
    assert [one.order.created_at for one in only(OrderUpdated, decided)][:1] == [OPEN + 7]
    assert only(FillBooked, desk.tell(quote(OPEN + 8)))


def test_one_that_wakes_itself_for_ever_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("robo_trader.core.engine.event_desk.WAKES_MAX", 5)
    again: Script = lambda _told, desk: desk.wake("x", desk.now + 1)  # noqa: E731
    desk = a_desk(scripted(script={"quote": again, "timer": again}))
    for at in (1, 100):
        desk.tell(quote(OPEN + at))
        for _ in range(5):
            desk.tell(TimerFired(key="x", occurred_at=desk.engine._events.timers["x"]))  # type: ignore[union-attr]
    with pytest.raises(StrategyError, match="was woken 5 times while nothing happened"):
        desk.tell(TimerFired(key="x", occurred_at=OPEN + 106))


def test_after_the_close_nothing_is_sent_that_may_not_wait() -> None:
    script = {"quote": once(lambda _, d: d.wake("late", CLOSE + MINUTE)), "timer": want(1.0)}
    desk = a_desk(scripted(script=script), limits=some_limits(orders_for_next_open=False))
    decided = desk.tell(quote(OPEN + 1), TimerFired(key="late", occurred_at=CLOSE + MINUTE))
    (denied,) = only(OrderDenied, decided)
    assert [one.control.value for one in denied.violations] == ["MARKET_HOURS"]
