"""Two seconds between the broker's clock and ours hold entries back, not exits; it ends as the clocks agree."""

import pytest

from robo_trader.core.domain.clocks import ClocksCompared
from robo_trader.core.domain.commands import SubmitOrder
from robo_trader.core.domain.events import OrderDenied
from robo_trader.core.domain.violations import Control
from tests.builders import AAPL, CLOSE, a_day, engine_settings
from tests.unit.core.engine.desk import Desk, only
from tests.unit.core.engine.test_stops import Sides, held

SECOND = 1_000_000_000


def a_desk() -> Desk:
    return Desk(engine_settings(strategy=Sides(100.0, 1)))


def compared(ahead: int) -> ClocksCompared:
    return ClocksCompared(ahead_nanos=ahead, occurred_at=CLOSE)


@pytest.mark.parametrize(
    ("ahead", "leaves"), [(0, True), (1_999_999_999, True), (2 * SECOND, False), (-2 * SECOND, False)]
)
def test_an_entry_leaves_only_where_the_clocks_are_less_than_two_seconds_apart(ahead: int, leaves: bool) -> None:
    desk = a_desk()
    desk.engine.process(compared(ahead))
    desk.close(a_day(0, AAPL=110.0))
    assert bool(desk.engine.account.orders.last_id) is leaves
    denied = [event for step in desk.steps for event in only(OrderDenied, step.events)]
    assert {one.control for event in denied for one in event.violations} == (set() if leaves else {Control.CLOCK})


def test_it_opens_again_by_itself_and_an_exit_is_never_held_back() -> None:
    desk = a_desk()
    desk.engine.process(compared(3 * SECOND))
    desk.close(a_day(0, AAPL=110.0))
    desk.engine.process(compared(0))
    desk.close(a_day(1, AAPL=110.0), a_day(2, AAPL=110.0))
    assert held(desk) > 0
    desk.engine.process(compared(-60 * SECOND))
    desk.close(a_day(3, AAPL=90.0), a_day(4, AAPL=90.0))
    assert held(desk) == 0


def test_it_is_part_of_the_state() -> None:
    one, other = a_desk().engine, a_desk().engine
    other.process(compared(3 * SECOND))
    assert one.state_hash() != other.state_hash()


def test_what_is_held_back_is_no_mistake_of_a_strategy() -> None:
    desk = a_desk()
    desk.engine.process(compared(9 * SECOND))
    for day in range(40):
        desk.close(a_day(day, AAPL=110.0 if day % 2 else 90.0))
    assert not [command for step in desk.steps for command in only(SubmitOrder, step.commands)]
    assert desk.engine.account.trading_state.value == "ACTIVE", AAPL
