"""A person lifts the blocks of a symbol: where two statements agree, or by adopting the broker's shares.

The stage is that of `test_reconciliation_desk`: 45 AAPL were bought at 110 of 100,000 dollars. The checker of
invariants watches all of it.
"""

from decimal import Decimal

import pytest

from robo_trader.core.domain.allotments import SharesCrossed
from robo_trader.core.domain.commands import SubmitOrder
from robo_trader.core.domain.discrepancies import UNASSIGNED, DiscrepancyFound, DiscrepancyResolved
from robo_trader.core.domain.events import FillBooked, InstructionGiven, OrderDenied
from robo_trader.core.domain.instructions import InstructionKind
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.domain.orders import Side
from robo_trader.core.domain.positions import TradingState
from robo_trader.core.domain.releases import BlocksLifted, ReleaseInstructed, ReleaseRefused
from robo_trader.core.domain.statements import StatementReceived
from robo_trader.core.engine.engine import Engine
from robo_trader.core.strategies.sma_crossover import SmaCrossover
from tests.builders import AAPL, CLOSE, MSFT, Exact, a_day, a_sleeve, accepted, engine_settings, executed, unanswered
from tests.statements import a_statement, by_hand, stated_order, stated_position
from tests.unit.core.engine.desk import an_engine, close, only
from tests.unit.core.engine.test_reconciliation_desk import (
    DAYS,
    E1,
    FILL,
    FILLED,
    an_engine_with_an_order,
    cash,
    held,
    owned,
    received,
    told,
)


def ask(*, symbol: str = AAPL, adopts: bool = False, actor: str = "ann", reason: str = "looked") -> ReleaseInstructed:
    return ReleaseInstructed(symbol=Symbol(symbol), adopts=adopts, actor=actor, reason=reason, occurred_at=CLOSE)


def refusal(engine: Engine, asked: ReleaseInstructed) -> str:
    """Why nothing is lifted; nothing else may come of it."""
    before = engine.state_hash()
    (event,) = told(engine, asked)
    assert isinstance(event, ReleaseRefused) and engine.state_hash() == before
    return event.reason


def shows(shares: Exact, dollars: Exact, *, minute: int) -> StatementReceived:
    return received(
        a_statement(
            positions=(stated_position(quantity=shares),) if shares else (), cash=dollars, open_orders=(),
            completed_orders=(FILLED,), executions=(E1,),
        ),
        minute=minute,
    )  # fmt: skip


def a_trade_by_hand_that_statements_agree_on() -> Engine:
    engine = an_engine_with_an_order(accepted(), FILL, by_hand())
    statement = a_statement(positions=(stated_position(quantity=55),), cash=94_048)
    told(engine, received(statement), received(statement, minute=2))
    return engine


def test_what_was_bought_by_hand_may_stay_where_two_statements_agree() -> None:
    engine = a_trade_by_hand_that_statements_agree_on()
    (step,) = close(engine, a_day(2, AAPL=60.0, MSFT=50.0))
    assert only(OrderDenied, step.events)
    (lifted,) = only(BlocksLifted, told(engine, ask()))
    assert [block.cause for block in lifted.before] == [UNASSIGNED]
    assert (lifted.actor, lifted.reason) == ("ann", "looked")
    assert (int(lifted.shares_before), int(lifted.shares_after)) == (55, 55)
    (step,) = close(engine, a_day(3, AAPL=60.0, MSFT=50.0))
    assert [int(one.order.intent.quantity) for one in only(SubmitOrder, step.commands)] == [45], "its own, not the ten"
    told(engine, by_hand(execution_id="H2"))
    assert engine.account.blocks.of(AAPL), "the next trade by hand blocks again"


def test_one_statement_is_not_enough_and_a_new_trade_asks_for_two_again() -> None:
    engine = an_engine_with_an_order(accepted(), FILL, by_hand())
    assert "two statements in a row have not agreed" in refusal(engine, ask())
    told(engine, received(a_statement(positions=(stated_position(quantity=55),))))
    assert "two statements in a row have not agreed" in refusal(engine, ask())
    told(engine, received(a_statement(positions=(stated_position(quantity=55),)), minute=2))
    told(engine, received(a_statement(positions=(stated_position(quantity=60),)), minute=2))
    assert "by the last statement alone" in refusal(engine, ask(adopts=True))
    told(engine, by_hand(execution_id="H2"))
    for minute in (3, 4):
        assert isinstance(told(engine, ask())[0], ReleaseRefused)
        told(engine, received(a_statement(positions=(stated_position(quantity=65),)), minute=minute))
    assert only(BlocksLifted, told(engine, ask()))


@pytest.mark.parametrize(
    ("asked", "words"),
    [(ask(symbol="MSFT"), "nothing blocks MSFT"), (ask(actor=" "), "who asks for it"), (ask(reason=""), "and why")],
    ids=["nothing", "nobody", "no reason"],
)
def test_what_is_refused_at_once(asked: ReleaseInstructed, words: str) -> None:
    assert words in refusal(a_trade_by_hand_that_statements_agree_on(), asked)


@pytest.mark.parametrize("adopts", [False, True])
def test_an_order_that_was_never_answered_is_lifted_by_nobody(*, adopts: bool) -> None:
    engine = an_engine_with_an_order(unanswered())
    assert "only what the broker's statements show" in refusal(engine, ask(adopts=adopts))


@pytest.mark.parametrize("adopts", [False, True])
def test_an_order_that_differs_is_lifted_by_nobody(*, adopts: bool) -> None:
    engine = an_engine_with_an_order(accepted(), FILL)
    stranger = a_statement(open_orders=(stated_order(order_id=None, broker_order_id="X9"),), completed_orders=())
    told(engine, received(stranger), received(stranger, minute=2))
    assert "ORDER_UNKNOWN_TO_US" in refusal(engine, ask(adopts=adopts))


def test_shares_that_nobody_told_of_are_adopted_at_the_price_that_cash_tells() -> None:
    engine = an_engine_with_an_order(accepted(), FILL)
    told(engine, shows(55, 95_049 - 1_081, minute=1))
    assert "nothing blocks AAPL" in refusal(engine, ask(adopts=True))
    assert len(only(DiscrepancyFound, told(engine, shows(55, 95_049 - 1_081, minute=2)))) == 2, "shares and cash"
    assert "--adopt takes the broker's shares" in refusal(engine, ask())
    events = told(engine, ask(adopts=True))
    (booked,) = only(FillBooked, events)
    assert (booked.fill.price, booked.fill.quantity) == (Decimal("108.1"), Decimal(10))
    assert (held(engine), owned(engine, UNASSIGNED)) == (55, 10) and cash(engine) == 95_049 - 1_081
    assert only(DiscrepancyResolved, events) and not engine.account.blocks.by_symbol
    later = told(engine, shows(55, 95_049 - 1_081, minute=3), shows(55, 95_049 - 1_081, minute=4))
    assert not only(DiscrepancyFound, later)
    assert engine.account.trading_state is TradingState.HALTED, "cash that differed halted, and only RESUME leaves that"


def test_shares_that_cost_no_cash_are_adopted_at_the_last_price() -> None:
    """Moved into the account, say: cash is held against the broker's as ever."""
    engine = an_engine_with_an_order(accepted(), FILL)
    told(engine, shows(55, 95_049, minute=1), shows(55, 95_049, minute=2), ask(adopts=True))
    assert held(engine) == 55 and cash(engine) == 95_049 - 1_100
    told(engine, shows(55, 95_049, minute=3), shows(55, 95_049, minute=4))
    assert engine.account.trading_state is TradingState.HALTED


@pytest.mark.parametrize(("there", "left"), [(0, 0), (15, 15)])
def test_shares_that_are_not_there_are_taken_from_their_strategies(there: int, left: int) -> None:
    engine = an_engine_with_an_order(accepted(), FILL)
    worth = 95_049 + (45 - there) * 110
    told(engine, shows(there, worth, minute=1), shows(there, worth, minute=2))
    events = told(engine, ask(adopts=True))
    assert len(only(SharesCrossed, events)) == 1
    assert (held(engine), owned(engine, "sma_crossover"), owned(engine, UNASSIGNED)) == (there, left, 0)
    told(engine, InstructionGiven(
        kind=InstructionKind.RESUME, actor="ann", reason="looked", expected=TradingState.HALTED, occurred_at=CLOSE,
    ))  # fmt: skip
    sold = [one.order.intent for step in close(engine, a_day(2, AAPL=111.0, MSFT=50.0)) for one in only(
        SubmitOrder, step.commands)]  # fmt: skip
    assert [(one.side, int(one.quantity)) for one in sold] == ([(Side.SELL, left)] if left else [])


def test_what_was_sold_by_hand_is_taken_from_its_strategies_only_if_asked() -> None:
    sleeves = a_sleeve(SmaCrossover(1, 2), name="a"), a_sleeve(SmaCrossover(1, 2), name="b")
    engine = an_engine(engine_settings(symbols=(AAPL, MSFT), sleeves=sleeves))
    close(engine, *DAYS)
    sale = by_hand(execution_id="H1", side=Side.SELL, quantity=60)
    told(engine, accepted(), executed(quantity=90, price=110), sale)
    for minute in (1, 2):
        told(engine, received(a_statement(positions=(stated_position(quantity=30),)), minute=minute))
    assert "others traded away 60 shares that strategies hold" in refusal(engine, ask())
    told(engine, ask(adopts=True))
    assert [owned(engine, name) for name in ("a", "b", UNASSIGNED)] == [0, 30, 0] and held(engine) == 30
    assert not engine.account.blocks.by_symbol


def test_books_that_moved_since_are_not_adopted() -> None:
    engine = an_engine_with_an_order(accepted())
    there = a_statement(positions=(stated_position(quantity=55),))
    told(engine, received(there), received(there, minute=2), executed(quantity=45, price=110))
    assert "the books have come to 45 shares" in refusal(engine, ask(adopts=True))


def test_what_agrees_again_is_not_adopted() -> None:
    engine = an_engine_with_an_order(accepted(), FILL)
    told(engine, shows(55, 95_049, minute=1), shows(55, 95_049, minute=2), shows(45, 95_049, minute=3))
    assert "the last statement agrees" in refusal(engine, ask(adopts=True))
