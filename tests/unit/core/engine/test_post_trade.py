"""C32: a fill that should not have been blocks its symbol, until two statements agree and a person has looked.

45 AAPL are wanted at 110 dollars, as in `test_reconciliation_desk`; the checker of invariants watches.
"""

from decimal import Decimal

import pytest

from robo_trader.core.domain.commands import SubmitOrder
from robo_trader.core.domain.discrepancies import SymbolBlocked
from robo_trader.core.domain.events import DecisionEvent, InstructionGiven, OrderDenied
from robo_trader.core.domain.fills import ExecutionId
from robo_trader.core.domain.instructions import InstructionKind
from robo_trader.core.domain.order_reports import ExecutionCorrected
from robo_trader.core.domain.orders import OrderId, Side
from robo_trader.core.domain.positions import TradingState
from robo_trader.core.domain.releases import BlocksLifted
from robo_trader.core.domain.violations import Control
from robo_trader.core.engine.engine import Engine
from robo_trader.core.risk.limits import RiskLimits
from tests.builders import AAPL, CLOSE, HOUR, MSFT, Exact, a_day, accepted, engine_settings, executed, some_limits
from tests.statements import a_statement, stated_position
from tests.unit.core.engine.desk import an_engine, close, only
from tests.unit.core.engine.test_policy import a_change
from tests.unit.core.engine.test_policy_of_controls import on
from tests.unit.core.engine.test_reconciliation_desk import DAYS, received, told
from tests.unit.core.engine.test_release import ask, refusal

HALT, RESUME = InstructionKind.HALT, InstructionKind.RESUME
ACTIVE, HALTED = TradingState.ACTIVE, TradingState.HALTED
COLLAR, NO_FILLS = some_limits(fill_collar_fraction="0.1"), some_limits(fills_after_halt=False)


def an_engine_that_ordered(limits: RiskLimits) -> Engine:
    engine = an_engine(engine_settings(symbols=(AAPL, MSFT), limits=limits))
    close(engine, *DAYS)
    told(engine, accepted())
    return engine


def operator(kind: InstructionKind, expected: TradingState) -> InstructionGiven:
    return InstructionGiven(kind=kind, actor="ann", reason="a test", expected=expected, occurred_at=CLOSE)


def blocked(events: list[DecisionEvent]) -> list[tuple[str, Control]]:
    return [(one.block.cause, one.block.control) for one in only(SymbolBlocked, events)]


@pytest.mark.parametrize("price", ["121.01", "98.99"], ids=["above", "below"])
def test_c32_a_fill_outside_the_collar_blocks_its_symbol_alone(price: str) -> None:
    engine = an_engine_that_ordered(COLLAR)
    assert blocked(told(engine, executed(quantity=45, price=price))) == [("fill E1", Control.POST_TRADE)]
    assert engine.account.trading_state is ACTIVE and engine.account.ledger.position(AAPL).quantity == 45, (
        "it is booked"
    )
    (step,) = close(engine, a_day(2, AAPL=60.0, MSFT=55.0))
    (denied,) = only(OrderDenied, step.events)
    assert (denied.intent.side, [one.control for one in denied.violations]) == (Side.SELL, [Control.POST_TRADE])
    assert [one.order.intent.symbol for one in only(SubmitOrder, step.commands)] == [MSFT]


@pytest.mark.parametrize("price", ["121", "99"])
def test_c32_a_fill_at_the_collar_and_any_fill_without_one_pass(price: str) -> None:
    for limits in (COLLAR, some_limits()):
        assert not blocked(told(an_engine_that_ordered(limits), executed(quantity=45, price=price)))


def test_c32_a_correction_to_a_price_outside_blocks_as_well() -> None:
    engine = an_engine_that_ordered(COLLAR)
    assert not blocked(told(engine, executed(quantity=45, price=110)))
    corrected = ExecutionCorrected(
        execution_id=ExecutionId("E1.2"), corrects=ExecutionId("E1"), order_id=OrderId(1), quantity=Decimal(45),
        price=Decimal(150), commission=Decimal(0), occurred_at=CLOSE,
    )  # fmt: skip
    assert blocked(told(engine, corrected)) == [("fill E1", Control.POST_TRADE)]


@pytest.mark.parametrize(
    ("occurred_at", "is_blocked"), [(CLOSE, False), (CLOSE + 1, True)], ids=["before, told later", "after"]
)
def test_c32_an_entry_that_fills_after_the_halt_blocks(occurred_at: int, *, is_blocked: bool) -> None:
    engine = an_engine_that_ordered(NO_FILLS)
    told(engine, operator(HALT, ACTIVE))
    assert bool(blocked(told(engine, executed(quantity=45, price=110, at=occurred_at)))) is is_blocked


def test_c32_worst_case_an_entry_fills_across_the_halt_and_stays_blocked_after_resume() -> None:
    """The cancel did not come in time. Nothing leaves in the symbol though trading is resumed, and MSFT trades."""
    engine = an_engine_that_ordered(NO_FILLS)
    told(engine, operator(HALT, ACTIVE), executed(quantity=45, price=110, at=CLOSE + HOUR), operator(RESUME, HALTED))
    (step,) = close(engine, a_day(2, AAPL=60.0, MSFT=55.0))
    assert [one.order.intent.symbol for one in only(SubmitOrder, step.commands)] == [MSFT]
    assert "two statements in a row have not agreed" in refusal(engine, ask())
    there = a_statement(positions=(stated_position(quantity=45),))
    told(engine, received(there), received(there, minute=2))
    assert only(BlocksLifted, told(engine, ask()))
    (step,) = close(engine, a_day(3, AAPL=60.0, MSFT=55.0))
    assert [one.order.intent.side for one in only(SubmitOrder, step.commands)] == [Side.SELL]


def test_c32_an_exit_that_fills_after_the_halt_is_welcome() -> None:
    engine = an_engine_that_ordered(NO_FILLS)
    told(engine, executed(quantity=45, price=110))
    close(engine, a_day(2, AAPL=60.0, MSFT=50.0))
    told(engine, operator(HALT, ACTIVE))
    sold = executed(execution_id="E2", order_id=2, quantity=45, price=60, at=CLOSE + HOUR)
    assert not blocked(told(engine, sold))


def test_c32_off_a_fill_after_the_halt_is_only_booked() -> None:
    engine = an_engine_that_ordered(some_limits())
    told(engine, operator(HALT, ACTIVE))
    assert not blocked(told(engine, executed(quantity=45, price=110, at=CLOSE + HOUR)))


def test_c32_a_block_outlives_the_limit_that_made_it() -> None:
    engine = an_engine_that_ordered(some_limits())
    told(engine, a_change(on("fill_collar_fraction", "0.1")), executed(quantity=45, price=150))
    told(engine, a_change({}, actor="anna"))
    (step,) = close(engine, a_day(2, AAPL=60.0, MSFT=50.0))
    assert [one.violations[0].control for one in only(OrderDenied, step.events)] == [Control.POST_TRADE]


@pytest.mark.parametrize(("collar", "is_blocked"), [("0.5", False), ("0.1", True)])
def test_c32_a_symbol_may_have_a_tighter_collar(collar: Exact, *, is_blocked: bool) -> None:
    engine = an_engine_that_ordered(some_limits(fill_collar_fraction="0.5"))
    told(engine, a_change(on("fill_collar_fraction", str(collar), level="symbol.AAPL")))
    assert bool(blocked(told(engine, executed(quantity=45, price=130)))) is is_blocked
