"""What the engine makes of statements and foreign trades.

The stage: 45 AAPL are ordered at 110 dollars as order 1, of 100,000 dollars; statements come minutes after that.
"""

from decimal import Decimal

import pytest
from msgspec.structs import replace

from robo_trader.core.domain.commands import SubmitOrder
from robo_trader.core.domain.corporate_actions import SymbolChange
from robo_trader.core.domain.discrepancies import (
    UNASSIGNED,
    DiscrepancyFound,
    DiscrepancyKind,
    DiscrepancyResolved,
    SymbolBlocked,
    SymbolReleased,
)
from robo_trader.core.domain.events import (
    CashBooked,
    CashKind,
    DecisionEvent,
    FillBooked,
    FillRestated,
    InputEvent,
    OrderDenied,
    TradingStateChanged,
)
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.domain.orders import OrderId, OrderStatus, Side
from robo_trader.core.domain.positions import TradingState
from robo_trader.core.domain.statements import BrokerStatement, ForeignExecution, StatedExecution, StatementReceived
from robo_trader.core.domain.violations import Control
from robo_trader.core.engine.engine import Engine
from robo_trader.core.strategies.sma_crossover import SmaCrossover
from tests import statements
from tests.builders import (
    AAPL,
    CLOSE,
    MINUTE,
    MSFT,
    OPEN,
    a_day,
    a_sleeve,
    accepted,
    canceled,
    charged,
    engine_settings,
    executed,
    unanswered,
)
from tests.statements import a_statement, by_hand, stated_execution, stated_order, stated_position
from tests.unit.core.engine.desk import Desk, an_engine, close, only
from tests.unit.core.engine.test_corporate_actions import a_split
from tests.unit.core.engine.test_stops import Sides

DAYS = a_day(0, AAPL=100.0, MSFT=50.0), a_day(1, AAPL=110.0, MSFT=50.0)
ORDER = OrderId(1)
ORDERED_AFTER = 24 * 60 + 390  # minutes after the first open, at the close of the second day


def received(statement: BrokerStatement, *, minute: int = 1) -> StatementReceived:
    return statements.received(statement, minute=ORDERED_AFTER + minute)


def an_engine_with_an_order(*events: InputEvent) -> Engine:
    engine = an_engine(engine_settings(symbols=(AAPL, MSFT)))
    close(engine, *DAYS)
    for event in events:
        engine.process(event)
    return engine


def told(engine: Engine, *events: InputEvent) -> list[DecisionEvent]:
    return [decision for event in events for decision in engine.process(event).events]


def cash(engine: Engine) -> Decimal:
    return engine.account.ledger.cash


def status(engine: Engine) -> OrderStatus:
    order = engine.account.orders.order(ORDER)
    assert order is not None
    return order.status


def held(engine: Engine, symbol: Symbol = AAPL) -> int:
    return int(engine.account.ledger.position(symbol).quantity)


FILL = executed(quantity=45, price=110, commission=1)
E1 = stated_execution(quantity=45, price=110, commission=1)
FILLED = stated_order(quantity=45, filled=45, status=OrderStatus.FILLED)
AFTER = {
    "positions": (stated_position(quantity=45, average_cost=110),), "cash": 95_049, "open_orders": (),
    "completed_orders": (FILLED,), "executions": (E1,),
}  # fmt: skip
ALL_AGREE = a_statement(**AFTER)  # type: ignore[arg-type]
NOTHING_THERE = a_statement(positions=(), cash=100_000, open_orders=(), completed_orders=(), executions=())


def test_a_statement_that_agrees_decides_nothing() -> None:
    engine = an_engine_with_an_order(accepted(), FILL)
    before = engine.state_hash()
    assert told(engine, received(ALL_AGREE), received(ALL_AGREE, minute=2)) == []
    assert engine.state_hash() == before, "nor is it remembered"


def test_an_execution_that_only_the_statement_knows_is_booked_once() -> None:
    engine = an_engine_with_an_order(accepted())
    events = told(engine, received(ALL_AGREE))
    assert [booked.fill.execution_id for booked in only(FillBooked, events)] == ["E1"]
    assert not only(DiscrepancyFound, events)
    again = told(engine, FILL)  # its own report, late
    assert not only(FillBooked, again) and engine.account.tally.quarantined == 0
    assert (held(engine), status(engine)) == (45, OrderStatus.FILLED) and cash(engine) == 95_049
    told(engine, FILL)
    assert engine.account.tally.quarantined == 1, "twice is once too often"


def test_the_late_report_may_bring_the_commission() -> None:
    engine = an_engine_with_an_order(accepted())
    free = stated_execution(quantity=45, price=110, commission=None)
    told(engine, received(a_statement(executions=(free,))), FILL)
    assert cash(engine) == 95_049


def test_a_report_that_never_comes_is_told() -> None:
    engine = an_engine_with_an_order(accepted())
    events = told(engine, received(ALL_AGREE), received(ALL_AGREE, minute=2), received(ALL_AGREE, minute=3))
    assert [one.discrepancy.kind for one in only(DiscrepancyFound, events)] == [DiscrepancyKind.EXECUTION_MISSING_HERE]
    assert len(only(DiscrepancyResolved, told(engine, received(ALL_AGREE, minute=4)))) == 1


def test_an_unknown_order_blocks_its_symbol_and_is_not_sent_again() -> None:
    engine = an_engine_with_an_order()
    assert [one.block.symbol for one in only(SymbolBlocked, told(engine, unanswered()))] == [AAPL]
    assert engine.account.ledger.reservations.keys() == {ORDER}
    (step,) = close(engine, a_day(2, AAPL=60.0, MSFT=55.0))  # AAPL is to be left, MSFT to be bought
    assert [one.order.intent.symbol for one in only(SubmitOrder, step.commands)] == [MSFT]


def test_an_unknown_order_lets_no_order_of_its_symbol_through() -> None:
    """It was filled in part, then another order went unanswered: not even what is held may be sold."""
    engine = an_engine_with_an_order(accepted(), executed(quantity=20, price=110), canceled())
    close(engine, a_day(2, AAPL=111.0, MSFT=50.0))  # the rest is ordered again, as order 2
    told(engine, unanswered(order_id=2, at=CLOSE))
    engine.account.orders.ended[OrderId(2)] = engine.account.orders.open.pop(OrderId(2))  # as if it stood in no way
    engine.account.orders._open_for.clear()
    (step,) = close(engine, a_day(3, AAPL=60.0, MSFT=50.0))
    (denied,) = only(OrderDenied, step.events)
    assert (denied.intent.side, [one.control for one in denied.violations]) == (Side.SELL, [Control.UNKNOWN_ORDER])


def test_an_unknown_order_that_works_at_the_broker_is_found() -> None:
    engine = an_engine_with_an_order(unanswered())
    there = a_statement(open_orders=(stated_order(quantity=45, broker_order_id="B7"),))
    events = told(engine, received(there))
    assert status(engine) is OrderStatus.WORKING
    assert engine.account.orders.open[ORDER].broker_order_id == "B7"
    assert len(only(SymbolReleased, events)) == 1


@pytest.mark.parametrize(
    ("statement", "after"),
    [
        pytest.param(ALL_AGREE, OrderStatus.FILLED, id="filled"),
        pytest.param(
            a_statement(completed_orders=(stated_order(quantity=45, status=OrderStatus.CANCELED),)),
            OrderStatus.CANCELED, id="canceled",
        ),
        pytest.param(
            a_statement(completed_orders=(stated_order(quantity=45, status=OrderStatus.REJECTED),)),
            OrderStatus.REJECTED, id="rejected",
        ),
    ],
)  # fmt: skip
def test_an_unknown_order_that_has_ended_at_the_broker(statement: object, after: OrderStatus) -> None:
    engine = an_engine_with_an_order(unanswered())
    told(engine, received(statement))  # type: ignore[arg-type]
    assert status(engine) is after
    assert not engine.account.blocks.by_symbol and not engine.account.ledger.reservations


def test_an_unknown_order_is_absent_after_two_whole_statements() -> None:
    engine = an_engine_with_an_order(unanswered(at=OPEN + (ORDERED_AFTER + 1) * MINUTE))
    partial = a_statement(open_orders=(), executions=())
    told(engine, received(NOTHING_THERE, minute=0))  # asked for before the order was lost
    told(engine, received(NOTHING_THERE, minute=1), received(partial, minute=2))
    assert status(engine) is OrderStatus.UNKNOWN
    events = told(engine, received(NOTHING_THERE, minute=3))
    assert status(engine) is OrderStatus.REJECTED
    assert len(only(SymbolReleased, events)) == 1 and not engine.account.ledger.reservations
    (step,) = close(engine, a_day(2, AAPL=111.0, MSFT=50.0))
    assert len(only(SubmitOrder, step.commands)) == 1, "a fresh decision, under an id of its own"
    assert engine.account.trading_state is TradingState.ACTIVE


@pytest.mark.parametrize(("seconds", "state"), [(60, TradingState.REDUCING), (61, TradingState.ACTIVE)])
def test_two_unknown_orders_within_a_minute_leave_only_exits(seconds: int, state: TradingState) -> None:
    engine = an_engine(engine_settings(symbols=(AAPL, MSFT)))
    close(engine, DAYS[0], a_day(1, AAPL=110.0, MSFT=55.0))
    told(engine, unanswered(order_id=1, at=CLOSE), unanswered(order_id=2, at=CLOSE + seconds * MINUTE // 60))
    assert engine.account.trading_state is state
    assert engine.account.blocks.by_symbol.keys() == {AAPL, MSFT}


def test_a_trade_by_hand_is_nobodys_and_blocks_the_symbol() -> None:
    engine = an_engine_with_an_order(accepted(), FILL)
    events = told(engine, by_hand())
    (booked,) = only(FillBooked, events)
    assert [(part.strategy, int(part.quantity)) for part in booked.allotments] == [(UNASSIGNED, 10)]
    assert held(engine) == 55 and cash(engine) == 95_049 - 1_001
    assert (owned(engine, "sma_crossover"), owned(engine, UNASSIGNED)) == (45, 10)
    (step,) = close(engine, a_day(2, AAPL=60.0, MSFT=50.0))  # the strategy wants to leave: its own shares, and may not
    (denied,) = only(OrderDenied, step.events)
    assert (int(denied.intent.quantity), [one.control for one in denied.violations]) == (45, [Control.RECONCILIATION])


def owned(engine: Engine, name: str, symbol: Symbol = AAPL) -> int:
    return int(engine._strategy.ownership.sub_accounts.position(name, symbol).quantity)


def test_a_trade_by_hand_counts_once_whether_reported_or_stated() -> None:
    engine = an_engine_with_an_order(accepted(), FILL)
    trade = by_hand()
    statement = a_statement(
        positions=(stated_position(quantity=55),), cash=94_048, open_orders=(), completed_orders=(FILLED,),
        executions=(E1, trade.execution),
    )  # fmt: skip
    events = told(engine, received(statement), trade, trade, received(statement, minute=2))
    assert len(only(FillBooked, events)) == 1 and not only(DiscrepancyFound, events)
    assert engine.account.trading_state is TradingState.ACTIVE


LOST = "abcd1234.4.51"
LOST_WORDS = f"the broker knows an order this journal does not: its end is lost (F55); the order is {LOST}"


def halts(events: list[DecisionEvent]) -> list[str]:
    changes = [event for event in events if isinstance(event, TradingStateChanged)]
    return [change.reason for change in changes if change.after is TradingState.HALTED]


def test_an_order_that_the_journal_has_lost_halts_trading() -> None:
    engine = an_engine_with_an_order(accepted())
    known = stated_order(quantity=45)
    lost = stated_order(order_id=None, broker_order_id="B51", quantity=7, lost=LOST)
    there = a_statement(open_orders=(known, lost))
    assert halts(told(engine, received(there, minute=1))) == [], "one statement proves nothing"
    assert halts(told(engine, received(there, minute=2))) == [LOST_WORDS]
    assert not engine.account.blocks.by_symbol
    assert halts(told(engine, received(there, minute=3), received(there, minute=4))) == [], "once"


def test_an_execution_of_a_lost_order_halts_at_once_and_is_nobodys() -> None:
    engine = an_engine_with_an_order()
    assert halts(told(engine, by_hand(lost=LOST))) == [LOST_WORDS]
    assert engine.account.ledger.position(AAPL).quantity == 10
    assert list(engine.account.blocks.by_symbol[AAPL]) == [UNASSIGNED]
    again = an_engine_with_an_order()
    stated = a_statement(executions=(by_hand(lost=LOST).execution,))
    assert halts(told(again, received(stated))) == [LOST_WORDS]


def test_undone_by_hand_the_symbol_is_free_after_two_statements() -> None:
    engine = an_engine_with_an_order(accepted(), FILL)
    told(engine, by_hand(), by_hand(execution_id="H2", side=Side.SELL, price=101))
    statement = a_statement(positions=(stated_position(quantity=45),))
    assert not only(SymbolReleased, told(engine, received(statement)))
    assert [one.block.cause for one in only(SymbolReleased, told(engine, received(statement, minute=2)))] == [
        UNASSIGNED
    ]
    (step,) = close(engine, a_day(2, AAPL=60.0, MSFT=50.0))
    assert [one.order.intent.quantity for one in only(SubmitOrder, step.commands)] == [45]


def test_a_trade_by_hand_in_a_symbol_without_a_price_is_marked_at_its_own() -> None:
    engine = an_engine_with_an_order(accepted(), FILL)
    told(engine, by_hand(symbol="TSLA", price=200))
    close(engine, a_day(2, AAPL=110.0, MSFT=50.0))
    assert engine.account.valuation.equity == 100_000 - 1 - 1


def test_a_trade_by_hand_among_several_strategies() -> None:
    sleeves = a_sleeve(SmaCrossover(1, 2), name="a"), a_sleeve(SmaCrossover(1, 2), name="b")
    engine = an_engine(engine_settings(symbols=(AAPL, MSFT), sleeves=sleeves))
    close(engine, *DAYS)
    told(engine, accepted(), executed(quantity=90, price=110), by_hand())
    assert [owned(engine, name) for name in ("a", "b", UNASSIGNED)] == [45, 45, 10]
    assert held(engine) == 100


def test_a_trade_by_hand_that_is_restated() -> None:
    engine = an_engine_with_an_order(accepted(), FILL, by_hand())
    bust = stated_execution(
        execution_id="H1.2", corrects="H1", order_id=None, broker_order_id="X1", quantity=0, price=100, commission=0
    )  # fmt: skip
    statement = a_statement(executions=(E1, bust))
    events = told(engine, received(statement), received(statement, minute=2))
    assert len(only(FillRestated, events)) == 1
    assert (held(engine), owned(engine, UNASSIGNED)) == (45, 0) and cash(engine) == 95_049


def sold(**given: object) -> StatedExecution:
    """The trade by hand as it stands after a correction: a sale."""
    return stated_execution(**{
        "execution_id": "H1.2", "corrects": "H1", "order_id": None, "broker_order_id": "X1", "side": Side.SELL,
        "quantity": 10, "price": 100, "commission": 1, **given,
    })  # type: ignore[arg-type]  # fmt: skip


@pytest.mark.parametrize(
    ("now", "shares", "dollars"),
    [
        pytest.param(sold(), -10, 1_000 - 1, id="all of it"),
        pytest.param(sold(quantity=4, price=101, commission=2), -4, 404 - 2, id="other figures, too"),
        pytest.param(sold(quantity=60), -60, 6_000 - 1, id="more than is held"),
    ],
)
@pytest.mark.parametrize("is_told", [True, False], ids=["told", "stated"])
def test_a_trade_by_hand_that_was_on_the_other_side(
    now: StatedExecution, shares: int, dollars: int, *, is_told: bool
) -> None:  # fmt: skip
    """Books, sub-accounts and cash are as if it had been a sale from the first."""
    engine = an_engine_with_an_order(accepted(), FILL, by_hand())
    statement = a_statement(executions=(E1, now))
    news: list[InputEvent] = [ForeignExecution(execution=now)] if is_told else []
    events = told(engine, *news, received(statement), received(statement, minute=2))
    (restated,) = only(FillRestated, events)
    assert (restated.before.side, restated.fill.side) == (Side.BUY, Side.SELL)
    assert sum(posting.amount for posting in restated.entry.postings) == 0
    assert (held(engine), owned(engine, UNASSIGNED), owned(engine, "sma_crossover")) == (45 + shares, shares, 45)
    assert cash(engine) == 95_049 + dollars
    outright = an_engine_with_an_order(accepted(), FILL, ForeignExecution(execution=replace(now, corrects=None)))
    assert engine.account.ledger.position(AAPL) == outright.account.ledger.position(AAPL)
    assert not only(FillRestated, told(engine, received(statement, minute=3)))


def test_the_other_side_under_the_same_id_is_adopted_after_two_statements() -> None:
    engine = an_engine_with_an_order(accepted(), FILL, by_hand())
    statement = a_statement(executions=(E1, sold(execution_id="H1", corrects=None)))
    events = [told(engine, received(statement, minute=minute)) for minute in range(1, 4)]
    assert [len(only(FillRestated, one)) for one in events] == [0, 1, 0]
    assert (held(engine), owned(engine, UNASSIGNED)) == (35, -10) and cash(engine) == 95_049 + 999


def test_a_trade_by_hand_corrected_to_another_symbol_halts() -> None:
    engine = an_engine_with_an_order(accepted(), FILL, by_hand())
    told(engine, ForeignExecution(execution=sold(symbol="MSFT")))
    assert engine.account.trading_state is TradingState.HALTED
    assert (held(engine), held(engine, MSFT)) == (55, 0)


@pytest.mark.parametrize("name", ["AAPL", "ABCD"])
def test_a_trade_by_hand_is_corrected_under_the_old_name_and_the_new(name: str) -> None:
    new = Symbol("ABCD")
    engine = an_engine(engine_settings(symbols=(AAPL, MSFT, new)))
    close(engine, *DAYS)
    told(engine, accepted(), FILL, by_hand())
    at = a_day(2).session.opens_at
    told(engine, SymbolChange(symbol=AAPL, new_symbol=new, ex_date=a_day(2).session.date, occurred_at=at))
    assert [block.cause for block in engine.account.blocks.of(new)] == [UNASSIGNED]
    told(engine, ForeignExecution(execution=sold(symbol=name)))
    assert not engine.account.blocks.of(AAPL) and len(engine.account.blocks.of(new)) == 1
    assert (held(engine, new), owned(engine, UNASSIGNED, new)) == (35, -10)
    assert engine.account.trading_state is TradingState.ACTIVE


@pytest.mark.parametrize(
    "trade", [by_hand(quantity=-1), by_hand(price=0), by_hand(execution_id="E1")], ids=["shares", "price", "id"]
)
def test_a_foreign_trade_that_cannot_be_halts(trade: InputEvent) -> None:
    engine = an_engine_with_an_order(accepted(), FILL)
    told(engine, trade)
    assert engine.account.trading_state is TradingState.HALTED and held(engine) == 45


def test_a_correction_is_found_by_the_statement() -> None:
    engine = an_engine_with_an_order(accepted(), FILL)
    now = stated_execution(execution_id="E1.2", corrects="E1", quantity=40, price=110, commission=1)
    events = told(engine, received(a_statement(executions=(now,))))
    assert len(only(FillRestated, events)) == 1
    assert held(engine) == 40 and cash(engine) == 95_599


def test_figures_under_the_same_id_are_adopted_after_two_statements_once() -> None:
    engine = an_engine_with_an_order(accepted(), FILL)
    changed = stated_execution(quantity=45, price=109, commission=2)
    events = [told(engine, received(a_statement(executions=(changed,)), minute=minute)) for minute in range(1, 6)]
    assert [len(only(FillRestated, one)) for one in events] == [0, 1, 0, 0, 0]
    assert cash(engine) == 100_000 - 45 * 109 - 2
    assert [len(only(DiscrepancyResolved, one)) for one in events] == [0, 0, 0, 1, 0]


def test_a_commission_is_adopted() -> None:
    engine = an_engine_with_an_order(accepted(), executed(quantity=45, price=110))
    told(engine, received(ALL_AGREE), received(ALL_AGREE, minute=2))
    assert cash(engine) == 95_049
    told(engine, charged())
    assert cash(engine) == 95_049, "told twice, it is charged once"


def test_an_end_that_was_never_reported_is_adopted() -> None:
    engine = an_engine_with_an_order(accepted())
    gone = a_statement(
        open_orders=(), completed_orders=(stated_order(quantity=45, status=OrderStatus.CANCELED),), executions=()
    )  # fmt: skip
    told(engine, received(gone))
    assert status(engine) is OrderStatus.WORKING
    told(engine, received(gone, minute=2))
    assert status(engine) is OrderStatus.CANCELED and not engine.account.ledger.reservations


def test_a_price_that_was_changed_by_hand_is_adopted() -> None:
    engine = an_engine(engine_settings(limit_offset_bps=0))
    close(engine, a_day(0, AAPL=100.0), a_day(1, AAPL=110.0))
    told(engine, accepted())
    there = a_statement(open_orders=(stated_order(quantity=45, limit=105),))
    told(engine, received(there), received(there, minute=2))
    assert engine.account.orders.open[ORDER].intent.limit_price == 105


def test_shares_that_nobody_traded_block_their_symbol_until_they_are_gone() -> None:
    engine = an_engine_with_an_order(accepted(), FILL)
    more = a_statement(positions=(stated_position(quantity=50),))
    told(engine, received(more))
    assert not engine.account.blocks.by_symbol, "once is not believed"
    (found,) = only(DiscrepancyFound, told(engine, received(more, minute=2)))
    assert found.discrepancy.kind is DiscrepancyKind.POSITION_QUANTITY
    assert engine.account.blocks.by_symbol.keys() == {AAPL}
    assert held(engine) == 45, "shares come into the books by executions"
    agreeing = [received(ALL_AGREE, minute=minute) for minute in (3, 4)]
    assert len(only(SymbolReleased, told(engine, *agreeing))) == 1
    assert not engine.account.blocks.by_symbol


def test_a_little_cash_is_adopted_under_its_own_name() -> None:
    engine = an_engine_with_an_order(accepted(), FILL)
    interest = a_statement(cash="95050.5")
    events = told(engine, received(interest), received(interest, minute=2), received(interest, minute=3))
    (booked,) = only(CashBooked, events)
    assert (booked.kind, booked.amount, booked.symbol) == (CashKind.RECONCILIATION, Decimal("1.5"), None)
    assert engine.account.ledger.balances["reconciliation"] == Decimal("-1.5")
    assert cash(engine) == Decimal("95050.5")


def test_much_cash_halts() -> None:
    engine = an_engine_with_an_order(accepted(), FILL)
    short = a_statement(cash=94_000)
    told(engine, received(short))
    assert engine.account.trading_state is TradingState.ACTIVE
    (change,) = only(TradingStateChanged, told(engine, received(short, minute=2)))
    assert change.after is TradingState.HALTED and "95049 here and 94000 at the broker" in change.reason
    assert cash(engine) == 95_049


def test_it_is_all_part_of_the_state() -> None:
    seen = set()
    for events in (
        (), (by_hand(),), (received(a_statement(positions=())),), (received(a_statement(executions=())),),
        (received(a_statement(positions=())), received(a_statement(positions=()), minute=2)),
    ):  # fmt: skip
        seen.add(an_engine_with_an_order(accepted(), FILL, *events).state_hash())
    seen.update({
        an_engine_with_an_order(unanswered()).state_hash(),
        an_engine_with_an_order(unanswered(), received(NOTHING_THERE)).state_hash(),
    })  # fmt: skip
    assert len(seen) == 7


def test_an_order_whose_end_was_lost_after_its_beginning_was() -> None:
    """The status differs twice, in two ways: what was adopted first does not hide what comes next."""
    engine = an_engine_with_an_order()
    works = a_statement(open_orders=(stated_order(quantity=45),))
    gone = a_statement(
        open_orders=(), completed_orders=(stated_order(quantity=45, status=OrderStatus.EXPIRED),)
    )  # fmt: skip
    told(engine, received(works), received(works, minute=2))
    assert status(engine) is OrderStatus.WORKING
    told(engine, received(gone, minute=3), received(gone, minute=4))
    assert status(engine) is OrderStatus.EXPIRED


def test_an_acceptance_after_the_statement_that_told_of_it_is_no_error() -> None:
    """The statement overtakes the report, and the report may be said twice."""
    engine = an_engine_with_an_order()
    works = a_statement(open_orders=(replace(stated_order(quantity=45), broker_order_id="B1"),))
    told(engine, received(works), received(works, minute=2), accepted(), accepted())
    assert status(engine) is OrderStatus.WORKING
    assert engine.account.tally.quarantined == 0


@pytest.mark.parametrize("before", [(), (FILL,)], ids=["working", "filled"])
def test_an_acceptance_under_another_number_of_the_broker_is_set_aside(before: tuple[InputEvent, ...]) -> None:
    engine = an_engine_with_an_order(accepted(), *before)
    told(engine, replace(accepted(), broker_order_id="B2"))
    order = engine.account.orders.order(ORDER)
    assert order is not None
    assert order.broker_order_id == "B1"
    assert engine.account.tally.quarantined == 1


def test_a_block_stays_when_the_figures_change() -> None:
    engine = an_engine_with_an_order(accepted(), FILL)
    for minute, quantity in enumerate((50, 50, 60, 70, 70), start=1):
        told(engine, received(a_statement(positions=(stated_position(quantity=quantity),)), minute=minute))
        assert bool(engine.account.blocks.by_symbol) is (minute > 1)
    (block,) = engine.account.blocks.of(AAPL)
    assert "70 at the broker" in block.reason


@pytest.mark.parametrize("is_split_first", [True, False])
def test_shares_of_others_are_told_apart_over_a_split(is_split_first: bool) -> None:
    desk = Desk(engine_settings(strategy=Sides(50.0, 1)))
    desk.close(*(a_day(day, AAPL=110.0) for day in range(4)))
    held = desk.engine.account.ledger.position(AAPL).quantity
    trade = by_hand()
    for event in (a_split(2), trade) if is_split_first else (trade, a_split(2)):
        desk.engine.process(event)
    others = trade.execution.quantity * trade.execution.side.sign * (1 if is_split_first else 2)
    positions = desk.engine._strategy.ownership.sub_accounts.shares_by_strategy(AAPL)
    assert positions == {"sides": held * 2, UNASSIGNED: others}
    assert desk.engine.account.ledger.position(AAPL).quantity == held * 2 + others
