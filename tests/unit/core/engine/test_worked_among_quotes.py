"""Targets worked among quotes: asked at every quote of the symbol, priced by it, and no more often than is allowed."""

from collections.abc import Iterator
from decimal import Decimal

from robo_trader.core.domain.commands import ModifyOrder, SubmitOrder
from robo_trader.core.domain.events import QuoteArrived, TradePrinted
from robo_trader.core.domain.orders import OrderType
from robo_trader.core.domain.parent_orders import Algorithm
from robo_trader.core.domain.quotes import TradePrint
from robo_trader.core.execution.policy import ExecutionPolicy, Peg
from tests.builders import (
    AAPL,
    FREE,
    MINUTE,
    OPEN,
    a_quote,
    a_session,
    an_arrival,
    an_execution_policy,
    venue_settings,
)
from tests.unit.core.engine.desk import Desk
from tests.unit.core.engine.minutes import minutes, settings_of

SECOND = MINUTE // 60
VENUE = venue_settings(slippage_bps=0.0, commissions=FREE, quoted=(AAPL,))
START = OPEN + MINUTE  # when 1,000 shares are wanted


def a_desk(policy: ExecutionPolicy) -> Desk:
    """A first quote of 19.98 to 20.02, and the first minute's bar, at whose end 1,000 shares are wanted."""
    desk = Desk(settings_of(policy), VENUE)
    desk.tell(quote(-30))
    desk.close(*minutes(1, 1))
    return desk


def quote(second: int, bid: float = 19.98, ask: float = 20.02, size: float = 10_000.0) -> QuoteArrived:
    """A quote so many seconds after the shares were wanted."""
    return an_arrival(a_quote(at=START + second * SECOND, bid=bid, ask=ask, bid_size=size, ask_size=size))


def sent(desk: Desk) -> Iterator[tuple[int, Decimal, Decimal | None]]:
    """Second, shares and limit of every order that was sent."""
    for step in desk.steps:
        for command in step.commands:
            if isinstance(command, SubmitOrder):
                intent = command.order.intent
                yield (command.order.approved_at - START) // SECOND, intent.quantity, intent.limit_price


def moves(desk: Desk) -> list[tuple[int, Decimal | None]]:
    return [
        ((command.occurred_at - START) // SECOND, command.terms.limit_price)
        for step in desk.steps
        for command in step.commands
        if isinstance(command, ModifyOrder)
    ]


def test_slices_leave_with_the_first_quote_after_they_are_due() -> None:
    desk = a_desk(an_execution_policy(Algorithm.TWAP, window=5 * MINUTE))
    desk.tell(*(quote(second) for second in range(7, 400, 7)))
    assert [(at, int(shares)) for at, shares, _ in sent(desk)] == [
        (0, 200),
        (63, 200),
        (126, 200),
        (189, 200),
        (252, 200),
    ]
    assert desk.engine.account.ledger.position(AAPL).quantity == 1000


def test_a_peg_follows_the_middle_or_our_side() -> None:
    for peg, begins, follows in ((Peg.MID, "20.00", "20.03"), (Peg.PRIMARY, "19.98", "20.01")):
        desk = a_desk(an_execution_policy(Algorithm.PEGGED, peg=peg))
        desk.tell(quote(5), quote(30, 20.01, 20.05), quote(65, 20.01, 20.05))
        assert list(sent(desk)) == [(0, Decimal(1000), Decimal(begins))]
        assert moves(desk) == [(65, Decimal(follows))], "no sooner than a minute after the order"


def test_it_moves_no_more_often_than_it_may() -> None:
    desk = a_desk(an_execution_policy(Algorithm.PEGGED, interval=SECOND, modifies_max=3))
    desk.tell(*(quote(n, 19.98 + n / 100, 20.02 + n / 100) for n in range(2, 20, 2)))
    assert len(moves(desk)) == 3


def test_passive_waits_at_our_side_and_pays_the_ask_in_the_end() -> None:
    desk = a_desk(an_execution_policy(Algorithm.PASSIVE, patience=20 * SECOND))
    desk.tell(quote(5), quote(19), quote(21), quote(22), quote(23))
    assert list(sent(desk)) == [(0, Decimal(1000), Decimal("19.98")), (21, Decimal(1000), None)]
    position = desk.engine.account.ledger.position(AAPL)
    assert position.quantity == 1000 and position.cost == Decimal(20020)


def test_what_stands_in_the_quote_limits_each_fill_and_nothing_is_ordered_twice() -> None:
    desk = a_desk(an_execution_policy(Algorithm.TWAP, window=5 * MINUTE))
    desk.tell(*(quote(second, size=30.0) for second in range(10, 301, 10)))
    assert desk.engine.account.ledger.position(AAPL).quantity == 900
    desk.tell(*(quote(second, size=30.0) for second in range(310, 400, 10)))
    assert desk.engine.account.ledger.position(AAPL).quantity == 1000


def test_the_volume_of_prints_counts_once_they_come() -> None:
    desk = a_desk(an_execution_policy(Algorithm.POV, participation=0.1))
    for second in range(10, 200, 10):
        desk.tell(TradePrinted(trade=TradePrint(AAPL, START + second * SECOND, 20.0, 500.0), session=a_session()))
        desk.tell(quote(second + 1))
    assert [(at, int(shares)) for at, shares, _ in sent(desk)] == [(11, 50), (71, 300), (131, 300), (191, 300)]


def test_what_rests_is_a_limit_also_where_orders_go_at_the_market() -> None:
    desk = a_desk(an_execution_policy(Algorithm.ICEBERG, display_shares=10))
    orders = desk.engine.account.orders.open.values()
    assert [order.intent.order_type for order in orders] == [OrderType.LIMIT]
    assert [order.intent.limit_price for order in orders] == [Decimal("19.98")]
