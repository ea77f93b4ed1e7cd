"""C24: how often one order is asked to change, and how much is asked of orders for each fill.

A thousand shares are wanted and worked by a peg, which asks for another limit whenever the market has moved.
"""

from decimal import Decimal

from robo_trader.core.domain.commands import CancelOrder, ModifyOrder
from robo_trader.core.domain.events import OrderDenied, QuoteArrived
from robo_trader.core.domain.parent_orders import Algorithm
from robo_trader.core.domain.violations import Control, OrderRatioExceeded
from robo_trader.core.portfolio.stops import StopPolicy
from tests.builders import FREE, a_day, an_execution_policy, canceled, engine_settings, some_limits, venue_settings
from tests.unit.core.engine.desk import Desk, an_engine, close, only
from tests.unit.core.engine.minutes import minutes, settings_of
from tests.unit.core.engine.test_policy import a_change
from tests.unit.core.engine.test_policy_of_controls import on
from tests.unit.core.engine.test_protection import POLICY
from tests.unit.core.engine.test_worked_among_quotes import SECOND, VENUE, moves, quote


def a_pegged_desk(**limits: object) -> Desk:
    """A peg that may move every second, and as often as the limits let it."""
    policy = an_execution_policy(Algorithm.PEGGED, interval=SECOND, modifies_max=20)
    within = some_limits(**limits)  # type: ignore[arg-type]
    desk = Desk(settings_of(policy, limits=within), VENUE)
    desk.tell(quote(-30))
    desk.close(*minutes(1, 1))
    return desk


def rising(*seconds: int) -> list[QuoteArrived]:
    return [quote(second, 19.98 + second / 100, 20.02 + second / 100) for second in seconds]


def test_c24_an_order_is_asked_to_change_so_often_and_then_rests() -> None:
    desk = a_pegged_desk(replaces_max=3)
    events = desk.tell(*rising(*range(2, 20, 2)))
    assert len(moves(desk)) == 3
    (denied,) = only(OrderDenied, events)  # told once, not at every quote
    (violation,) = denied.violations
    assert (violation.control, int(violation.limit), int(violation.value)) == (Control.REPLACES, 3, 4)
    (order,) = desk.engine.account.orders.open.values()
    assert not order.cancel_requested and order.modify_requested is None, "it rests where it is"
    assert denied.intent.limit_price is not None and order.intent.limit_price != denied.intent.limit_price


def test_c24_just_inside_and_off_nothing_is_refused() -> None:
    for limits in ({"replaces_max": 9}, {}):
        desk = a_pegged_desk(**limits)
        assert not only(OrderDenied, desk.tell(*rising(*range(2, 20, 2))))
        assert len(moves(desk)) == 9


def test_c24_a_policy_tightens_it_and_changes_asked_before_count() -> None:
    desk = a_pegged_desk(replaces_max=9)
    desk.tell(*rising(2, 4, 6))
    desk._take([a_change(on("replaces_max", "3"))])
    assert only(OrderDenied, desk.tell(*rising(8, 10))) and len(moves(desk)) == 3


def test_c24_a_refused_change_reserves_nothing_more() -> None:
    desk = a_pegged_desk(replaces_max=1)
    desk.tell(*rising(2))
    reserved = desk.engine.account.ledger.reserved
    desk.tell(*rising(4, 6))
    assert desk.engine.account.ledger.reserved == reserved


def test_c24_a_protective_order_follows_its_position_however_often() -> None:
    settings = engine_settings(
        stops=StopPolicy(trailing_fraction=0.1), protection=POLICY, limits=some_limits(replaces_max=1)
    )
    desk = Desk(settings, venue_settings(slippage_bps=0.0, commissions=FREE))
    desk.close(*(a_day(day, AAPL=price) for day, price in enumerate((100.0, 110.0, 111.0, 115.0, 120.0, 126.0, 133.0))))
    assert sum(isinstance(command, ModifyOrder) for step in desk.steps for command in step.commands) > 2


def test_c24_many_changes_for_a_fill_are_told_once_a_session() -> None:
    desk = a_pegged_desk(cancel_fill_ratio_max="4")
    told = only(OrderRatioExceeded, desk.tell(*rising(*range(2, 20, 2))))
    assert [(one.asked, one.fills, one.limit, one.value) for one in told] == [(5, 0, Decimal(4), Decimal(5))]
    assert len(moves(desk)) == 9, "a warning refuses nothing"
    guards = desk.engine.account.safeguards
    assert guards is not None
    guards.enter_session()
    assert len(only(OrderRatioExceeded, desk.tell(*rising(*range(20, 36, 2))))) == 1, "and again in the next one"


def test_c24_at_the_ratio_nothing_is_told_and_cancels_count() -> None:
    desk = a_pegged_desk(cancel_fill_ratio_max="9")
    assert not only(OrderRatioExceeded, desk.tell(*rising(*range(2, 20, 2))))
    engine = an_engine(engine_settings(limits=some_limits(cancel_fill_ratio_max="1")))
    close(engine, a_day(0, AAPL=100.0), a_day(1, AAPL=110.0))
    (step,) = close(engine, a_day(2, AAPL=60.0))  # the entry still works and is canceled: one for no fill
    assert only(CancelOrder, step.commands) and not only(OrderRatioExceeded, step.events)
    engine.process(canceled())
    guards = engine.account.safeguards
    assert guards is not None and guards.changes.asked == 1
