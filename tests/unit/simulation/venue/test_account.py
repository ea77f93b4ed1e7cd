"""The pretend broker's own books: what it states follows from what it reported, and from nothing else.

Worked by hand: 100 shares at 100 dollars and 1 dollar leave 89,999 of 100,000; 100 shares short at a close of 50,
borrowed at 3.6 % a year of 360 days, cost 0.50 dollars a night; a dividend of 0.25 costs who is short 25.
"""

from decimal import Decimal

from robo_trader.core.domain.corporate_actions import Dividend
from robo_trader.core.domain.orders import OrderStatus, Side
from robo_trader.core.domain.statements import BrokerStatement, StatementPart
from robo_trader.core.execution.statement_schedule import EVERYTHING
from robo_trader.simulation.venue.account import VenueAccount
from tests.builders import (
    AAPL,
    a_bar,
    a_day,
    a_session,
    a_slice,
    accepted,
    an_approved_order,
    an_intent,
    canceled,
    executed,
    modified,
    rejected,
)


def an_account(*reports: object, side: Side = Side.BUY) -> VenueAccount:
    account = VenueAccount(Decimal(100_000), Decimal("0.036"))
    account.begin(a_slice(a_bar()))
    account.note_order(an_approved_order(intent=an_intent(side=side)))
    for report in reports:
        account.note(report)  # type: ignore[arg-type]
    return account


def stated(account: VenueAccount) -> BrokerStatement:
    return account.statement(EVERYTHING)


def test_shares_cash_and_order_after_a_fill() -> None:
    statement = stated(an_account(accepted(), executed(commission=1)))
    assert statement.cash == 89_999 and statement.open_orders == ()
    (held,), (order,), (execution,) = (
        statement.positions or (),
        statement.completed_orders or (),
        statement.executions or (),
    )
    assert held.symbol == AAPL and held.quantity == held.average_cost == 100
    assert (order.status, order.filled, order.broker_order_id) == (OrderStatus.FILLED, Decimal(100), "B1")
    assert (execution.execution_id, execution.side) == ("E1", Side.BUY)


def test_an_order_on_its_way() -> None:
    account = an_account(accepted(), executed(quantity=30), modified(quantity=80))
    (order,) = stated(account).open_orders or ()
    assert (int(order.filled), int(order.terms.quantity), order.status) == (30, 80, OrderStatus.PARTIALLY_FILLED)
    account.note(canceled())
    account.note(rejected())  # of what has ended
    (ended,) = stated(account).completed_orders or ()
    assert ended.status is OrderStatus.CANCELED and stated(account).open_orders == ()


def test_a_statement_tells_of_its_session_alone_but_for_what_lasts() -> None:
    account = an_account(accepted(), executed(quantity=100))
    account.begin(a_day(1, AAPL=100.0))
    statement = stated(account)
    assert statement.since == a_session(day=1).opens_at
    assert statement.executions == () and statement.completed_orders == ()
    assert len(statement.positions or ()) == 1


def test_only_what_was_asked_for_is_told() -> None:
    account = an_account(accepted())
    orders, positions = account.statement((StatementPart.ORDERS,)), account.statement((StatementPart.POSITIONS,))
    assert orders.positions is None and orders.cash is None and orders.tells_all_orders
    assert positions.open_orders is None and positions.completed_orders is None and positions.executions == ()


def test_what_a_night_costs_who_is_short() -> None:
    account = an_account(accepted(), executed(quantity=100, price=50), side=Side.SELL)
    account.end(a_slice(a_bar(open=50)))
    account.begin(a_slice(session=a_session(day=3), dividends=(Dividend(symbol=AAPL, amount=Decimal("0.25")),)))
    assert stated(account).cash == 105_000 - Decimal("1.50") - 25
