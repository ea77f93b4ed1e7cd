"""While the broker cannot be reached nothing leaves, in any symbol; bars of before trading decide nothing."""

from robo_trader.core.domain.bars import BarFault
from robo_trader.core.domain.broker_link import BrokerLinkChanged, LinkState
from robo_trader.core.domain.commands import SubmitOrder
from robo_trader.core.domain.discrepancies import SymbolBlocked, SymbolReleased
from robo_trader.core.domain.events import BarRejected, OrderDenied, SliceClosed
from robo_trader.core.domain.money import price_from_float
from robo_trader.core.domain.violations import Control
from robo_trader.core.domain.warm_up import HistoryShown
from robo_trader.core.engine.engine import Engine
from robo_trader.core.strategies.sma_crossover import SmaCrossover
from tests.builders import CLOSE, DAY, a_bar, a_day, a_slice, engine_settings
from tests.unit.core.engine.desk import an_engine, close

RISING = (100.0, 101.0, 102.0, 103.0, 104.0, 105.0)


def an_averages_engine() -> Engine:
    return an_engine(engine_settings(strategy=SmaCrossover(fast=2, slow=4)))


def changed(state: LinkState, *, at: int = CLOSE) -> BrokerLinkChanged:
    return BrokerLinkChanged(state=state, reason="the socket closed", epoch=1, occurred_at=at)


def test_without_a_link_every_order_is_denied_and_with_one_again_it_leaves() -> None:
    engine = an_averages_engine()
    down = engine.process(changed(LinkState.DOWN))
    assert {event.block.control for event in down.events if isinstance(event, SymbolBlocked)} == {Control.BROKER_LINK}
    denied = []
    for day, price in enumerate(RISING[:5]):
        denied += [
            e for e in engine.process(SliceClosed(slice=a_day(day, AAPL=price))).events if isinstance(e, OrderDenied)
        ]
    assert {one.control for event in denied for one in event.violations} == {Control.BROKER_LINK}
    back = engine.process(changed(LinkState.READY, at=CLOSE + 4 * DAY))
    assert all(isinstance(event, SymbolReleased) for event in back.events) and back.events
    step = engine.process(SliceClosed(slice=a_day(5, AAPL=RISING[5])))
    assert [type(command) for command in step.commands] == [SubmitOrder]


def test_a_link_that_stays_away_is_said_once() -> None:
    engine = an_averages_engine()
    assert engine.process(changed(LinkState.CONNECTING)).events
    assert not engine.process(changed(LinkState.SYNCHRONISING)).events
    assert engine.process(changed(LinkState.READY)).events
    assert not engine.process(changed(LinkState.READY)).events


def test_history_warms_up_and_decides_nothing() -> None:
    engine = an_averages_engine()
    for day, price in enumerate(RISING[:5]):
        step = engine.process(HistoryShown(slice=a_day(day, AAPL=price)))
        assert (step.commands, step.events) == ((), ())
    live = engine.process(SliceClosed(slice=a_day(5, AAPL=RISING[5])))
    assert [type(command) for command in live.commands] == [SubmitOrder], "it was warm"
    cold = an_averages_engine()
    assert not cold.process(SliceClosed(slice=a_day(5, AAPL=RISING[5]))).commands


def test_what_was_missed_moves_features_and_prices_and_decides_nothing() -> None:
    """The averages are warm by what was missed; the next fresh slice is decided on, at its own price."""
    engine = an_averages_engine()
    close(engine, *(a_day(day, AAPL=price) for day, price in enumerate(RISING[:3])))
    for day in (3, 4):
        step = engine.process(HistoryShown(slice=a_day(day, AAPL=RISING[day])))
        assert (step.commands, step.events) == ((), ())
    assert engine.account.tally.signals == 0
    live = engine.process(SliceClosed(slice=a_day(5, AAPL=RISING[5])))
    (order,) = [command.order for command in live.commands if isinstance(command, SubmitOrder)]
    assert order.intent.reference_price == price_from_float(RISING[5])


def test_history_of_before_what_is_known_is_refused() -> None:
    engine = an_averages_engine()
    close(engine, *(a_day(day, AAPL=price) for day, price in enumerate(RISING[:4])))
    before = engine.state_hash()
    step = engine.process(HistoryShown(slice=a_day(1, AAPL=500.0)))
    assert [event.fault for event in step.events if isinstance(event, BarRejected)] == [BarFault.OUT_OF_ORDER]
    assert len(step.events) == 1
    assert engine.account.tally.bars_rejected[BarFault.OUT_OF_ORDER.value] == 1
    engine.account.tally.bars_rejected.clear()
    assert engine.state_hash() == before


def test_history_is_checked_like_every_bar() -> None:
    engine = an_averages_engine()
    step = engine.process(HistoryShown(slice=a_slice(a_bar(high=1.0, low=2.0))))
    assert [type(event) for event in step.events] == [BarRejected]
