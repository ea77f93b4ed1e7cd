"""An entry that could not be made in time is not made late; what takes risk away is made however late.

Worked by hand: full strength is 5 % of 100,000 at 250 dollars, 20 shares; half of it at 150 dollars is 16.
"""

from dataclasses import dataclass

from robo_trader.core.domain.commands import SubmitOrder
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.domain.orders import OrderIntent, Side
from robo_trader.core.engine.engine import Engine
from robo_trader.core.features.feature import Feature
from robo_trader.core.features.trend import sma
from robo_trader.core.strategies.strategy import Strategy
from tests.builders import DAY, a_day, engine_settings, executed, rejected
from tests.unit.core.engine.desk import an_engine, close


@dataclass(frozen=True)
class Staircase(Strategy):
    """Half a position above 100 dollars, a whole one above 200."""

    def features(self, symbol: Symbol) -> tuple[Feature, ...]:  # noqa: ARG002 - the same for every symbol
        return (sma(1),)

    @staticmethod
    def rule(state: list[float], price: float) -> float:  # noqa: ARG004 - it remembers nothing
        return (price > 100) * 0.5 + (price > 200) * 0.5


def an_engine_that_forgets_after_a_day() -> Engine:
    return an_engine(engine_settings(strategy=Staircase(), signal_lifetime=DAY))


def wanted(engine: Engine, day: int, price: float) -> OrderIntent | None:
    """Close a day; return what was ordered."""
    commands = close(engine, a_day(day, AAPL=price))[0].commands
    assert all(isinstance(command, SubmitOrder) for command in commands)
    return commands[0].order.intent if commands and isinstance(commands[0], SubmitOrder) else None


def test_a_reduction_is_ordered_again_after_its_signal_is_void() -> None:
    engine = an_engine_that_forgets_after_a_day()
    bought = wanted(engine, 0, 250.0)
    assert bought is not None and bought.quantity == 20
    engine.process(executed(quantity=20, price=250))
    assert wanted(engine, 1, 150.0) is not None
    engine.process(rejected(order_id=2))
    late = wanted(engine, 9, 150.0)
    assert late is not None and late.side is Side.SELL and late.quantity == 4


def test_an_entry_is_not_ordered_again_after_its_signal_is_void() -> None:
    engine = an_engine_that_forgets_after_a_day()
    assert wanted(engine, 0, 250.0) is not None
    engine.process(rejected())
    assert wanted(engine, 1, 250.0) is not None, "within its time it is tried again"
    engine.process(rejected(order_id=2))
    assert wanted(engine, 2, 250.0) is None
