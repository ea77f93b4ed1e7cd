"""With real money no entry leaves unless a person has armed it; exits go on, and a permission ends by itself (C30)."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from robo_trader.core.domain.arming import ArmingChanged
from robo_trader.core.domain.commands import CancelOrder, SubmitOrder
from robo_trader.core.domain.events import OrderDenied, SliceClosed
from robo_trader.core.domain.fills import ExecutionId
from robo_trader.core.domain.order_reports import OrderAccepted, OrderExecuted
from robo_trader.core.domain.orders import Side
from robo_trader.core.domain.violations import Control
from robo_trader.core.engine.engine import Engine
from robo_trader.runtime.invariants.broken import InvariantBroken
from tests.builders import AAPL, CLOSE, DAY, FREE, MINUTE, OPEN, a_day, engine_settings, some_limits, venue_settings
from tests.unit.core.engine.desk import Desk, an_engine, only
from tests.unit.core.engine.minutes import as_shares, children, minutes, settings_of

VENUE = venue_settings(slippage_bps=0.0, participation_max=1.0, commissions=FREE)
LONG_AGO, FAR = CLOSE - DAY, CLOSE + 100 * DAY


def a_live_engine(**limits: Any) -> Engine:  # noqa: ANN401 - each limit has its own type
    return an_engine(replace(engine_settings(limits=some_limits(**limits)), needs_arming=True))


def armed(until: int, *, at: int = LONG_AGO, reason: str = "anna allowed it") -> ArmingChanged:
    return ArmingChanged(
        account="U1234567", expires_at=until, actor="anna" if until else "", reason=reason, occurred_at=at
    )


def show(engine: Engine, day: int, price: float) -> tuple[list[object], list[OrderDenied]]:
    step = engine.process(SliceClosed(slice=a_day(day, AAPL=price)))
    return list(step.commands), only(OrderDenied, step.events)


def rising(engine: Engine, days: int = 2) -> tuple[list[object], list[OrderDenied]]:
    """Show closes that make the strategy want to be long; return what came of the last one."""
    for day in range(days - 1):
        show(engine, day, 100.0 + day)
    return show(engine, days - 1, 100.0 + days)


def refused_for(denials: list[OrderDenied]) -> str:
    [violation] = denials[0].violations
    assert violation.control is Control.ARMING
    return violation.context


def hold_shares(engine: Engine) -> None:
    """Let the first order fill, so that there is something to leave."""
    [submitted], _ = rising(engine)
    assert isinstance(submitted, SubmitOrder)
    order = submitted.order
    engine.process(OrderAccepted(order_id=order.order_id, broker_order_id="1", occurred_at=CLOSE + DAY))
    engine.process(
        OrderExecuted(
            order_id=order.order_id, execution_id=ExecutionId("x.1"), symbol=order.intent.symbol,
            quantity=order.intent.quantity, price=order.intent.reference_price, commission=Decimal(1),
            occurred_at=CLOSE + DAY,
        )
    )  # fmt: skip


def test_without_a_person_no_entry_ever_leaves() -> None:
    commands, denials = rising(a_live_engine())
    assert not commands
    assert refused_for(denials) == "nobody has armed live trading"


def test_paper_trading_needs_no_arming() -> None:
    commands, _ = rising(an_engine())
    assert [type(command) for command in commands] == [SubmitOrder]


def test_armed_it_trades_until_the_time_is_over() -> None:
    engine = a_live_engine()
    engine.process(armed(FAR))
    commands, _ = rising(engine)
    assert [type(command) for command in commands] == [SubmitOrder]
    late = a_live_engine()
    late.process(armed(CLOSE + DAY))  # the very moment of the decision: over
    commands, denials = rising(late)
    assert not commands
    assert refused_for(denials) == "the arming has expired"


def test_disarmed_it_leaves_what_it_holds_and_opens_nothing() -> None:
    engine = a_live_engine()
    engine.process(armed(FAR))
    hold_shares(engine)
    engine.process(armed(0, at=CLOSE + DAY, reason="anna took it back"))
    [exit_], _ = show(engine, 2, 90.0)  # below the mean: flat again
    assert isinstance(exit_, SubmitOrder)
    assert exit_.order.intent.side is Side.SELL


def test_disarming_cancels_entries_that_work() -> None:
    engine = a_live_engine()
    engine.process(armed(FAR))
    [submitted], _ = rising(engine)
    assert isinstance(submitted, SubmitOrder)
    step = engine.process(armed(0, at=CLOSE + DAY, reason="anna took it back"))
    assert step.commands == (CancelOrder(order_id=submitted.order.order_id, occurred_at=CLOSE + DAY),)


def test_armed_again_it_trades_again() -> None:
    engine = a_live_engine()
    _, denials = rising(engine)
    assert denials
    engine.process(armed(FAR, at=CLOSE + DAY))
    commands, _ = show(engine, 2, 104.0)
    assert [type(command) for command in commands] == [SubmitOrder]


def test_refusals_for_want_of_arming_are_no_emergency() -> None:
    engine = a_live_engine(emergency_violations=1, emergency_window_seconds=86_400)
    _, denials = rising(engine, days=4)
    assert denials
    assert engine.account.trading_state.value == "ACTIVE"


def test_an_entry_that_leaves_unarmed_breaks_an_invariant() -> None:
    engine = a_live_engine()
    engine.account.needs_arming = False  # as a bug would
    with pytest.raises(InvariantBroken, match="not armed"):
        rising(engine)


def test_what_was_allowed_is_part_of_the_state() -> None:
    one, other = a_live_engine(), a_live_engine()
    assert one.state_hash() == other.state_hash()
    other.process(armed(FAR))
    assert one.state_hash() != other.state_hash()


def test_an_entry_that_is_worked_over_time_stops_where_the_permission_ends() -> None:
    desk = Desk(replace(settings_of(), needs_arming=True), VENUE)
    desk.engine.process(armed(OPEN + 4 * MINUTE, at=OPEN))
    desk.close(*minutes(1, 8))
    assert children(desk) == as_shares(*((minute, 100) for minute in range(1, 4)))
    assert desk.engine.account.ledger.position(AAPL).quantity == 300
