"""Every kind of discrepancy is found by its name, with both figures; and an agreeing statement shows none.

The book: 100 AAPL bought at 100 by order 1 (filled, execution E1, commission 1), order 2 to sell 50 at 110 working at
the broker as B2, order 3 rejected; 89,999 dollars of 100,000 are left.
"""

from collections.abc import Callable
from decimal import Decimal

import pytest

from robo_trader.core.domain.discrepancies import Decision, DiscrepancyKind, Severity
from robo_trader.core.domain.errors import InvalidConfig
from robo_trader.core.domain.orders import OrderStatus, Side
from robo_trader.core.domain.positions import Position
from robo_trader.core.domain.statements import BrokerStatement
from robo_trader.core.execution.order_book import OrderBook
from robo_trader.core.execution.reconciliation import Book, compare
from robo_trader.core.execution.reconciliation_policy import (
    DEFAULT_DECISIONS,
    DEFAULT_POLICY,
    ReconciliationPolicy,
)
from tests.builders import AAPL, MSFT, accepted, an_approved_order, an_intent, executed, rejected, unanswered
from tests.statements import a_statement, stated_execution, stated_order, stated_position

K = DiscrepancyKind
SELL, BUY = Side.SELL, Side.BUY
FILLED = OrderStatus.FILLED


def a_book() -> Book:
    orders = OrderBook()
    orders.add(an_approved_order(order_id=1, intent=an_intent(quantity=100)))
    orders.add(an_approved_order(order_id=2, intent=an_intent(side=SELL, quantity=50, limit=110)))
    orders.add(an_approved_order(order_id=3, intent=an_intent(quantity=10)))
    for report in (
        accepted(order_id=1), executed(commission=1), accepted(order_id=2), rejected(order_id=3)
    ):  # fmt: skip
        orders.apply(report)
    held = Position(symbol=AAPL, quantity=Decimal(100), cost=Decimal(10_000), realised=Decimal(0))
    return Book(
        symbols=(AAPL, MSFT), positions={AAPL: held}, orders=orders, cash=Decimal(89_999), cash_adopted=Decimal(0),
        equity=Decimal(99_999),
    )  # fmt: skip


E1 = stated_execution(commission=1)
ORDER_2 = stated_order(order_id=2, broker_order_id="B2", side=SELL, quantity=50, limit=110)
DONE = (
    stated_order(order_id=1, filled=100, status=FILLED),
    stated_order(order_id=3, broker_order_id="", quantity=10, status=OrderStatus.REJECTED),
)


def told(**differently: object) -> BrokerStatement:
    """What agrees with the book, but for what is named."""
    agreeing: dict[str, object] = {
        "positions": (stated_position(average_cost=100),), "cash": "89999.00", "open_orders": (ORDER_2,),
        "completed_orders": DONE, "executions": (E1,),
    }  # fmt: skip
    return a_statement(**(agreeing | differently))  # type: ignore[arg-type]


def shares(*positions: tuple[str, int]) -> BrokerStatement:
    return told(positions=tuple(stated_position(symbol=symbol, quantity=count) for symbol, count in positions))


def working(*more: object, **differently: object) -> BrokerStatement:
    changed = stated_order(**{  # type: ignore[arg-type]
        "order_id": 2, "broker_order_id": "B2", "side": SELL, "quantity": 50, "limit": 110, **differently
    })  # fmt: skip
    return told(open_orders=(changed, *more))


BY_HAND = stated_order(order_id=None, broker_order_id="X1")
LOST = stated_order(order_id=None, broker_order_id="B7", status=OrderStatus.FILLED, lost="abcd1234.2.9")

EVERY_KIND = [
    (K.POSITION_MISSING, shares(), "AAPL", "100", "0"),
    (K.POSITION_EXTRA, shares(("AAPL", 100), ("MSFT", 5)), "MSFT", "0", "5"),
    (K.POSITION_QUANTITY, shares(("AAPL", 90)), "AAPL", "100", "90"),
    (K.POSITION_SIDE, shares(("AAPL", -100)), "AAPL", "100", "-100"),
    (K.AVERAGE_COST, told(positions=(stated_position(average_cost=101),)), "AAPL", "100.0000", "101.0000"),
    (K.UNKNOWN_SYMBOL, shares(("AAPL", 100), ("TSLA", 7)), "TSLA", "0", "7"),
    (K.ORDER_UNKNOWN_TO_US, told(open_orders=(ORDER_2, BY_HAND)), "broker's order X1", "none", "BUY 100"),
    (K.ORDER_UNKNOWN_TO_BROKER, told(open_orders=()), "order 2", "WORKING", "none"),
    (K.ORDER_QUANTITY, working(quantity=40), "order 2", "50", "40"),
    (K.ORDER_PRICE, working(limit=111), "order 2", "limit 110, stop none", "limit 111, stop none"),
    (K.ORDER_SIDE, working(side=BUY), "order 2", "SELL", "BUY"),
    (K.ORDER_FILLED, working(filled=5), "order 2", "0", "5"),
    (K.ORDER_STATUS, working(status=OrderStatus.CANCELED), "order 2", "WORKING", "CANCELED"),
    (K.ORDER_ID_REUSED, working(broker_order_id="B9"), "order 2", "B2", "B9"),
    (K.ORDER_CONTRADICTION, working(stated_order(order_id=9)), "order 9", "none", "AAPL"),
    (K.ORDER_LOST, told(completed_orders=(*DONE, LOST)), "order abcd1234.2.9", "none", "BUY 100"),
    (K.EXECUTION_MISSING_THERE, told(executions=()), "execution E1", "100 at 100, commission 1", "none"),
    (
        K.EXECUTION_DIFFERENT, told(executions=(stated_execution(price=101, commission=1),)), "execution E1",
        "100 at 100, commission 1", "100 at 101, commission 1",
    ),
    (K.CASH_BELOW_THRESHOLD, told(cash="89998.5"), "cash", "89999", "89998.5"),
    (K.CASH_ABOVE_THRESHOLD, told(cash="89900"), "cash", "89999", "89900"),
]  # fmt: skip


def test_an_agreeing_statement_shows_nothing() -> None:
    assert compare(a_book(), told(), DEFAULT_POLICY) == ()


@pytest.mark.parametrize(("kind", "statement", "subject", "ours", "theirs"), EVERY_KIND, ids=lambda one: str(one)[:60])
def test_each_kind_is_found(
    kind: DiscrepancyKind, statement: BrokerStatement, subject: str, ours: str, theirs: str
) -> None:
    (found,) = compare(a_book(), statement, DEFAULT_POLICY)
    assert (found.kind, found.subject, found.ours, found.theirs) == (kind, subject, ours, theirs)
    assert found.decision is DEFAULT_DECISIONS[kind]


def test_an_execution_that_only_statements_tell_of() -> None:
    book = a_book()
    book.orders.executions.unconfirmed.add(E1.execution_id)
    (found,) = compare(book, told(), DEFAULT_POLICY)
    assert (found.kind, found.subject) == (K.EXECUTION_MISSING_HERE, "execution E1")


def test_no_kind_is_left_out() -> None:
    assert {row[0] for row in EVERY_KIND} | {K.EXECUTION_MISSING_HERE} == set(K) == set(DEFAULT_DECISIONS)
    assert len(K) == 21


@pytest.mark.parametrize("part", ["positions", "cash", "open_orders", "executions"])
def test_what_is_not_told_is_not_compared(part: str) -> None:
    """No answer is not "nothing"."""
    assert compare(a_book(), told(**{part: None}), DEFAULT_POLICY) == ()


def test_orders_are_missing_only_from_a_whole_answer() -> None:
    assert compare(a_book(), told(open_orders=(), completed_orders=None), DEFAULT_POLICY) == ()


@pytest.mark.parametrize(
    ("statement", "kind"),
    [
        pytest.param(told(executions=(E1, stated_execution(execution_id="E2", order_id=9))), K.ORDER_CONTRADICTION,
                     id="an execution of an order we never made"),
        pytest.param(told(executions=(E1, stated_execution(execution_id="E2", symbol=MSFT))), K.ORDER_CONTRADICTION,
                     id="of ours, in another symbol"),
        pytest.param(told(executions=(E1, stated_execution(execution_id="E2", order_id=None))), K.ORDER_ID_REUSED,
                     id="of nobody, under the broker's id of ours"),
        pytest.param(working(ORDER_2), K.ORDER_CONTRADICTION, id="two orders that say to be one of ours"),
        pytest.param(told(open_orders=(ORDER_2, stated_order(order_id=None))), K.ORDER_ID_REUSED,
                     id="an order without our name, under the broker's id of ours"),
    ],
)  # fmt: skip
def test_what_fits_two_orders_or_none_halts(statement: BrokerStatement, kind: DiscrepancyKind) -> None:
    (found,) = compare(a_book(), statement, DEFAULT_POLICY)
    assert (found.kind, found.decision, found.severity) == (kind, Decision.HALT, Severity.CRITICAL)


@pytest.mark.parametrize(
    "statement",
    [
        pytest.param(told(open_orders=(), completed_orders=(*DONE, stated_order(
            order_id=2, broker_order_id="B2", side=SELL, quantity=50, limit=110, status=FILLED))), id="filled, unseen"),
        pytest.param(told(completed_orders=DONE[:1], open_orders=(ORDER_2, stated_order(
            order_id=3, broker_order_id="", quantity=10))), id="rejected here, working there"),
    ],
)  # fmt: skip
def test_an_end_that_cannot_be_booked_blocks(statement: BrokerStatement) -> None:
    (found,) = compare(a_book(), statement, DEFAULT_POLICY)
    assert (found.kind, found.decision) == (K.ORDER_STATUS, Decision.BLOCK)


def test_new_terms_that_were_asked_for_are_no_discrepancy() -> None:
    book = a_book()
    terms = stated_order(quantity=60, limit=111).terms
    book.orders.request_modify(ORDER_2.order_id, terms, at=0)  # type: ignore[arg-type]
    assert compare(book, working(quantity=60, limit=111), DEFAULT_POLICY) == ()
    assert compare(book, told(), DEFAULT_POLICY) == ()


def test_an_unknown_order_may_be_missing() -> None:
    book = a_book()
    book.orders.add(an_approved_order(order_id=4))
    book.orders.apply(unanswered(order_id=4))
    assert compare(book, told(), DEFAULT_POLICY) == ()


def test_what_was_adopted_before_counts_towards_the_threshold() -> None:
    """49.9995 dollars are 0.05 % of equity: 30 are small, and 30 more are not."""
    from dataclasses import replace

    small, large = told(cash=89_969), told(cash=89_939)
    assert compare(a_book(), small, DEFAULT_POLICY)[0].kind is K.CASH_BELOW_THRESHOLD
    after = replace(a_book(), cash=Decimal(89_969), cash_adopted=Decimal(-30))
    assert compare(after, large, DEFAULT_POLICY)[0].kind is K.CASH_ABOVE_THRESHOLD


@pytest.mark.parametrize(("equity", "threshold"), [(1_000, "10"), (20_000, "10"), (100_000, "50"), (2_000_000, "1000")])
def test_the_cash_threshold(equity: int, threshold: str) -> None:
    assert DEFAULT_POLICY.cash_threshold(Decimal(equity)) == Decimal(threshold)


@pytest.mark.parametrize(
    "make",
    [
        pytest.param(lambda: ReconciliationPolicy(decisions={}), id="no decision"),
        pytest.param(lambda: ReconciliationPolicy(decisions={**DEFAULT_DECISIONS, K.POSITION_EXTRA: Decision.ADOPT}),
                     id="shares come by executions only"),
        pytest.param(
            lambda: ReconciliationPolicy(decisions={**DEFAULT_DECISIONS, K.CASH_ABOVE_THRESHOLD: Decision.BLOCK}),
            id="cash has no symbol",
        ),
        pytest.param(
            lambda: ReconciliationPolicy(decisions={**DEFAULT_DECISIONS, K.ORDER_LOST: Decision.BLOCK}),
            id="a journal that has lost its end halts",
        ),
        pytest.param(lambda: ReconciliationPolicy(cash_minimum=Decimal(-1)), id="below 0"),
    ],
)  # fmt: skip
def test_a_policy_that_cannot_be_followed_is_refused(make: Callable[[], ReconciliationPolicy]) -> None:
    with pytest.raises(InvalidConfig) as refused:
        make()
    assert refused.value.next_step
