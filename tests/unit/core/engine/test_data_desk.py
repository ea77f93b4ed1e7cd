"""Where a symbol's market is not seen as it is now nothing is opened in it; positions may be left, but for a halt."""

import pytest

from robo_trader.core.domain.discrepancies import SymbolBlocked, SymbolReleased
from robo_trader.core.domain.events import OrderDenied, SliceClosed
from robo_trader.core.domain.market_data import DataState, MarketDataChanged
from robo_trader.core.domain.orders import BUY, SELL, Side
from robo_trader.core.domain.violations import Control
from robo_trader.core.strategies.sma_crossover import SmaCrossover
from robo_trader.runtime.invariants.broken import InvariantBroken
from robo_trader.runtime.invariants.checker import CheckedEngine
from tests.builders import AAPL, CLOSE, DAY, MSFT, a_day, engine_settings
from tests.unit.core.engine.desk import Desk, an_engine

RISING = (100.0, 101.0, 102.0, 103.0, 104.0, 105.0)
REFUSED = [DataState.SILENT, DataState.DELAYED, DataState.HALTED]


def an_averages_engine() -> CheckedEngine:
    engine = an_engine(engine_settings(strategy=SmaCrossover(fast=2, slow=4), symbols=(AAPL, MSFT)))
    assert isinstance(engine, CheckedEngine)
    return engine


def changed(state: DataState, *, at: int = CLOSE, reason: str = "the test says so") -> MarketDataChanged:
    return MarketDataChanged(symbol=AAPL, state=state, reason=reason, occurred_at=at)


def sent(engine: CheckedEngine, day: int, price: float) -> tuple[list[Side], set[Control]]:
    """Close a day; return the sides of AAPL's new orders, and what refused others."""
    step = engine.process(SliceClosed(slice=a_day(day, AAPL=price, MSFT=50.0)))
    sides = [command.order.intent.side for command in step.commands if hasattr(command, "order")]
    denied = {one.control for event in step.events if isinstance(event, OrderDenied) for one in event.violations}
    return sides, denied


@pytest.mark.parametrize("state", REFUSED)
def test_nothing_is_opened_until_data_flows(state: DataState) -> None:
    engine = an_averages_engine()
    told = engine.process(changed(state))
    control = Control.EXCHANGE_HALT if state is DataState.HALTED else Control.MARKET_DATA
    assert [event.block.control for event in told.events if isinstance(event, SymbolBlocked)] == [control]
    answers = [sent(engine, day, price) for day, price in enumerate(RISING[:5])]
    assert not [side for sides, _ in answers for side in sides]
    assert {one for _, denied in answers for one in denied} == {control}
    flows = engine.process(changed(DataState.FLOWING, at=CLOSE + 4 * DAY))
    assert [type(event) for event in flows.events] == [SymbolReleased]
    assert sent(engine, 5, RISING[5]) == ([BUY], set())


def test_another_reason_takes_the_place_of_the_one_before() -> None:
    engine = an_averages_engine()
    engine.process(changed(DataState.SILENT))
    engine.process(changed(DataState.DELAYED, reason="type 3"))
    (block,) = engine.account.blocks.of(AAPL)
    assert "delayed: type 3" in block.reason
    engine.process(changed(DataState.FLOWING))
    assert not engine.account.blocks.of(AAPL)
    assert not engine.process(changed(DataState.FLOWING)).events


@pytest.mark.parametrize("state", REFUSED)
def test_what_is_held_may_be_left_unless_the_exchange_has_halted_it(state: DataState) -> None:
    desk = Desk(engine_settings(strategy=SmaCrossover(fast=1, slow=2)))
    for day, price in enumerate((100.0, 101.0, 102.0)):
        desk.close(a_day(day, AAPL=price))
    assert desk.engine.account.ledger.position(AAPL).quantity > 0
    desk.engine.process(changed(state, at=CLOSE + 2 * DAY))
    before = len(desk.steps)
    desk.close(a_day(3, AAPL=90.0))
    sides = [one.order.intent.side for step in desk.steps[before:] for one in step.commands if hasattr(one, "order")]
    assert sides == ([] if state is DataState.HALTED else [SELL])


def test_an_entry_that_leaves_all_the_same_is_found() -> None:
    engine = an_averages_engine()
    engine.process(changed(DataState.SILENT))
    engine.account.blocks.by_symbol.clear()  # a bug, planted
    with pytest.raises(InvariantBroken, match="I21"):
        _ = [sent(engine, day, price) for day, price in enumerate(RISING)]
