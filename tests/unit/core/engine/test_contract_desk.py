"""A symbol that is not the contract it was lets nothing out, stops included; it is part of the state."""

from robo_trader.core.domain.commands import SubmitOrder
from robo_trader.core.domain.discrepancies import SymbolBlocked, SymbolReleased
from robo_trader.core.domain.events import OrderDenied, SliceClosed
from robo_trader.core.domain.violations import Control
from tests.builders import AAPL, a_day, accepted, engine_settings
from tests.unit.core.engine.desk import an_engine, close, only
from tests.unit.core.engine.test_reconciliation_desk import ALL_AGREE, FILL, an_engine_with_an_order, received, told
from tests.unit.core.engine.test_release import ask
from tests.unit.core.execution.test_contract_book import a_contract, reported

RISING = a_day(0, AAPL=100.0), a_day(1, AAPL=110.0)


def test_nothing_leaves_until_it_is_the_same_contract_again() -> None:
    engine = an_engine()
    first = engine.state_hash()
    engine.process(reported(a_contract()))
    known = engine.state_hash()
    (blocked,) = only(SymbolBlocked, engine.process(reported(a_contract(2))).events)
    assert blocked.block.control is Control.CONTRACT
    assert len({first, known, engine.state_hash()}) == 3
    steps = close(engine, *RISING)
    (denied,) = [event for step in steps for event in only(OrderDenied, step.events)]
    assert [violation.control for violation in denied.violations] == [Control.CONTRACT]
    assert only(SymbolReleased, engine.process(reported(a_contract())).events)
    (order,) = only(SubmitOrder, engine.process(SliceClosed(slice=a_day(2, AAPL=121.0))).commands)
    assert order.order.intent.symbol == AAPL


def test_a_limit_leaves_on_the_steps_of_its_contract() -> None:
    engine = an_engine(engine_settings(limit_offset_bps=10))
    engine.process(reported(a_contract(steps=(("0", "0.25"),))))
    (order,) = [command.order for step in close(engine, *RISING) for command in only(SubmitOrder, step.commands)]
    assert str(order.intent.limit_price) == "110.00", "0.11 beyond 110, on a quarter of a dollar, and no dearer"


def test_a_person_who_has_looked_trades_the_contract_that_there_is_now() -> None:
    engine = an_engine_with_an_order(accepted(), FILL)
    told(engine, reported(a_contract()), reported(a_contract(2)))
    assert engine.account.blocks.of(AAPL)
    told(engine, received(ALL_AGREE), received(ALL_AGREE, minute=2), ask())
    assert not engine.account.blocks.of(AAPL)
    assert not told(engine, reported(a_contract(2))), "it is the one that is traded now"
    assert told(engine, reported(a_contract())), "and the old one is another"
