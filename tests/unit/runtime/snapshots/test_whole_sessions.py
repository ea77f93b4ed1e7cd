"""What the random markets do not have: quotes, prints and timers; and what no snapshot could hold is not there."""

import asyncio
import sys
from decimal import Decimal
from types import ModuleType

from robo_trader.core.domain.bars import BarSlice
from robo_trader.core.domain.events import SessionStarted
from robo_trader.core.features.microstructure import DEFINITIONS
from robo_trader.core.strategies.microstructure_imbalance import MicrostructureImbalance
from tests.builders import OPEN, engine_settings
from tests.scenarios.test_every_crash_among_quotes import SYMBOLS, Kept, Restless, market, play
from tests.snapshots import Shadowed
from tests.unit.core.engine.test_determinism import traded


def recorded() -> Kept:
    journal = Kept()
    asyncio.run(play(market(1), journal))
    return journal


def test_quotes_prints_and_timers() -> None:
    shadowed = Shadowed(engine_settings(strategy=Restless(), symbols=SYMBOLS), every=3)
    for batch in recorded().stored:
        for step in batch.steps:
            assert shadowed.process(step.input).events == step.decisions
    shadowed.demand_equal()
    assert shadowed.account.tally.fills > 10


def test_features_of_quotes_and_prints() -> None:
    """The market is the same; what the strategy decides on it is its own."""
    shadowed = Shadowed(engine_settings(strategy=MicrostructureImbalance(), symbols=SYMBOLS), every=2)
    shadowed.process(SessionStarted(occurred_at=OPEN, account="PAPER", opening_cash=Decimal(100_000)))
    for happening in market(2):
        if not isinstance(happening, BarSlice):
            shadowed.process(happening)
    shadowed.demand_equal()
    assert shadowed.account.tally.quotes > 50 and len(DEFINITIONS) > 3


def test_nothing_is_remembered_outside_the_objects_of_a_session() -> None:
    """Module and class variables are in no snapshot: trading must leave them as they are."""
    traded()  # so that all is imported, and caches of pure functions are filled
    before = outside()
    traded()
    asyncio.run(play(market(1), Kept()))
    after = outside()
    assert {name for name in before if before[name] != after[name]} == set()
    assert len(before) > 100


def outside() -> dict[str, str]:
    """The variables of modules and classes of what decides, as text."""
    found: dict[str, str] = {}
    for name, module in list(sys.modules.items()):
        if name.startswith(("robo_trader.core.", "robo_trader.simulation.venue.")):
            kinds = [one for one in vars(module).values() if isinstance(one, type) and one.__module__ == name]
            owners: list[ModuleType | type] = [module, *kinds]
            for owner in owners:
                found |= {f"{name}:{owner.__name__}.{key}": repr(value) for key, value in _variables(owner)}
    return found


def _variables(owner: ModuleType | type) -> list[tuple[str, object]]:
    return [
        (key, value)
        for key, value in vars(owner).items()
        if not key.startswith("__") and isinstance(value, (list, dict, set, int, float, str, Decimal, tuple))
    ]
