"""What a sizer remembers of a strategy's trades is what it would be had every execution come right at first.

Worked by hand: a trade from 100 to 120 returns 20 %; had it been bought at 96, 25 %.
"""

from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from robo_trader.core.domain.fills import ExecutionId
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.engine.trade_memory import Recount, TradeMemory, Trading
from robo_trader.core.portfolio.sizing import Kelly
from tests.builders import AAPL, FREE, MSFT, a_sleeve, charged, corrected, engine_settings, venue_settings
from tests.examples import examples
from tests.unit.core.engine.desk import Desk
from tests.unit.core.engine.test_sharing import Above
from tests.unit.core.engine.test_sizers import KELLY, round_trip
from tests.unit.core.engine.test_sizers import a_desk as a_kelly_desk

TRADES = 3  # remembered


@dataclass(frozen=True)
class Step:
    """A change of a symbol, or (None) its move to another name."""

    symbol: Symbol
    what: Trading | Recount


def execution(number: int, change: int, price: float, commission: float = 0.0) -> Trading:
    return Trading(float(change), price, commission, ExecutionId(f"E{number}"))


SHARES, PRICES = st.integers(-3, 3), st.sampled_from([50.0, 80.0, 100.0, 120.0])
STEPS = st.lists(
    st.tuples(
        st.sampled_from([AAPL, MSFT]),
        st.one_of(
            st.tuples(SHARES, PRICES, st.sampled_from([0.0, 1.0])),
            st.sampled_from([Recount(2, 1, 0.0, 50.0), Recount(1, 1, None, 70.0)]),
        ),
    ),
    min_size=1,
    max_size=25,
)


@given(STEPS, st.data())
@settings(deadline=None, max_examples=examples(200))
def test_memory_is_as_if_it_had_come_right_at_first(
    drawn: list[tuple[Symbol, tuple[int, float, float] | Recount]], data: st.DataObject
) -> None:
    steps = [
        Step(symbol, what if isinstance(what, Recount) else execution(number, *what))
        for number, (symbol, what) in enumerate(drawn)
    ]
    restated, right = TradeMemory(TRADES), TradeMemory(TRADES)
    for step in steps:
        restated.take(step.symbol, step.what)
    executions = [number for number, step in enumerate(steps) if isinstance(step.what, Trading)]
    for _ in range(data.draw(st.integers(0, 4)) if executions else 0):
        number = data.draw(st.sampled_from(executions))
        figures = data.draw(SHARES), data.draw(PRICES), data.draw(st.sampled_from([0.0, 2.0]))
        steps[number] = Step(steps[number].symbol, execution(number, *figures))
        restated.restate(steps[number].symbol, steps[number].what)  # type: ignore[arg-type]
    for step in steps:
        right.take(step.symbol, step.what)
    assert (restated.trips, restated.trades) == (right.trips, right.trades)


def test_a_correction_finds_its_execution_under_the_new_name() -> None:
    memory, new = TradeMemory(TRADES), Symbol("NEWCO")
    memory.take(AAPL, execution(1, 10, 100.0))
    memory.rename(AAPL, new)
    memory.take(new, execution(2, -10, 120.0))
    assert memory.trades[2] == pytest.approx(0.2)
    memory.restate(new, execution(1, 10, 96.0))
    assert memory.trades[2] == pytest.approx(0.25)


def remembered(desk: Desk) -> list[list[float]]:
    return [sleeve.basis.state()[1] for sleeve in desk.engine._strategy._sleeves]  # type: ignore[misc]


def test_the_sizer_hears_of_a_correction_and_of_a_commission_that_comes_later() -> None:
    """50 shares bought at 100 and sold at 120; then bought at 96, and 50 dollars of commission: 23.96 %."""
    desk = a_kelly_desk(KELLY)
    desk.close(*round_trip(0, 100.0, 120.0))
    assert remembered(desk)[0][2] == pytest.approx(0.2)
    bought, sold = desk.engine.account.ledger.fills(AAPL)
    desk.engine.process(corrected(order_id=1, corrects=bought.execution_id, quantity=50, price=96))
    assert remembered(desk)[0][2] == pytest.approx(0.25)
    desk.engine.process(charged(order_id=2, execution_id=sold.execution_id, commission=50))
    assert remembered(desk)[0][2] == pytest.approx(0.25 - 50 / (50 * 96))


def test_each_strategy_hears_of_its_part() -> None:
    """Both buy at 100; the first sells at 120. Bought at 96, it would have made 25 %, the second nothing yet."""
    sleeves = tuple(
        a_sleeve(Above(price), name=name, sizer=Kelly(trades_min=1, trades_max=5, fallback=0.05))
        for name, price in (("early", 105.0), ("late", 95.0))
    )
    desk = Desk(engine_settings(sleeves=sleeves, commissions=FREE), venue_settings(slippage_bps=0.0, commissions=FREE))
    desk.close(*round_trip(0, 100.0, 120.0))
    bought = desk.engine.account.ledger.fills(AAPL)[0]
    desk.engine.process(
        corrected(order_id=1, corrects=bought.execution_id, quantity=bought.quantity, price=96)
    )  # fmt: skip
    early, late = remembered(desk)
    assert early[2] == pytest.approx(0.25) and late == [0.0] * 7


def test_a_bust_takes_its_trade_away() -> None:
    desk = a_kelly_desk(KELLY)
    desk.close(*round_trip(0, 100.0, 120.0))
    _, sold = desk.engine.account.ledger.fills(AAPL)
    desk.engine.process(corrected(order_id=2, corrects=sold.execution_id, quantity=0, price=120))
    assert remembered(desk) == [[0.0] * len(remembered(desk)[0])], "the shares are still held"
