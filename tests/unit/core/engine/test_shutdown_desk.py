"""At the end of a session open orders stay or are canceled, as the settings say; what guards a position always stays.

The strategy is long above 100 dollars: an order that is decided at a close stays open until the next bar.
"""

import pytest

from robo_trader.core.domain.commands import CancelOrder
from robo_trader.core.domain.orders import OrderPurpose
from robo_trader.core.domain.shutdown import OpenOrders, ShutdownBegun
from tests.builders import AAPL, CLOSE, DAY, a_bar, a_session, a_slice
from tests.unit.core.engine.desk import Desk
from tests.unit.core.engine.test_protection import a_desk, days


def a_partly_filled_desk() -> Desk:
    """30 of 45 shares are held and guarded; the order for the others is open."""
    desk = a_desk()
    days(desk, 110.0)
    thin = a_session(day=1)
    bar = a_bar(started_at=thin.opens_at, ended_at=thin.closes_at, open=110.0, volume=300.0)
    desk.close(a_slice(bar, session=thin, ended_at=thin.closes_at))
    return desk


def end(desk: Desk, orders: OpenOrders) -> list[OrderPurpose]:
    """Let the session end; return what the orders were for that are to be canceled."""
    before = dict(desk.engine.account.orders.open)
    commands = desk.engine.process(ShutdownBegun(orders=orders, occurred_at=CLOSE + DAY)).commands
    canceled = [before[command.order_id] for command in commands if isinstance(command, CancelOrder)]
    assert len(canceled) == len(commands)
    assert all(desk.engine.account.orders.open[order.order_id].cancel_requested for order in canceled)
    return [order.intent.purpose for order in canceled]


@pytest.mark.parametrize(("orders", "canceled"), [(OpenOrders.LEAVE, []), (OpenOrders.CANCEL, [OrderPurpose.TARGET])])
def test_orders_are_left_or_canceled_and_the_guard_stays(orders: OpenOrders, canceled: list[OrderPurpose]) -> None:
    desk = a_partly_filled_desk()
    assert len(desk.engine.account.orders.open) == 2 and desk.engine.account.orders.leg_for(AAPL) is not None
    assert end(desk, orders) == canceled
    assert not end(desk, orders), "it is asked for once"
