"""A session that is restored again and again from its snapshots decides as one that never was.

On random markets: every k-th event the shadow of an engine is written as bytes and read again, and from then on the
copy is the shadow. It decides the same at every event, ends in the same state, and remembers the same in all that can
be reached from it, whether the state hash covers it or not.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.domain.parent_orders import Algorithm
from robo_trader.core.engine.settings import EngineSettings
from robo_trader.core.features.catalogue import CROSS_DEFINITIONS
from robo_trader.core.features.feature import Feature
from robo_trader.core.features.panel import FeaturePanel
from robo_trader.core.portfolio.allocation import Allocation, AllocationPolicy
from robo_trader.core.portfolio.conflicts import Conflicts
from robo_trader.core.portfolio.sizing import FixedFraction
from robo_trader.core.portfolio.strategies_policy import StrategiesPolicy
from robo_trader.core.risk.protection import ProtectionPolicy
from robo_trader.core.strategies.strategy import Strategy
from robo_trader.runtime.snapshots.configuration import Configuration
from robo_trader.runtime.snapshots.memory import memory_bytes, memory_from
from robo_trader.simulation.venue.venue import VenueSettings
from tests.builders import an_execution_policy
from tests.examples import examples
from tests.parity.both import play_event
from tests.parity.markets import Shape, a_market
from tests.parity.test_features import OF_BARS, features_of
from tests.parity.test_random_markets import ALONE, REMEMBERING, SHAPES, all_settings, several
from tests.parity.test_strategies import ON_RANDOM_MARKETS, controlled
from tests.snapshots import PACKAGES, Shadowed, differences

EVERY = st.sampled_from([1, 2, 7])
PROTECTIONS = st.none() | st.builds(ProtectionPolicy, fallback_fraction=st.sampled_from([0.005, 0.05]))
SHARED = st.builds(
    StrategiesPolicy,
    conflicts=st.sampled_from(Conflicts),
    allocation=st.builds(
        AllocationPolicy, way=st.sampled_from(Allocation), sessions_min=st.just(2), every=st.sampled_from([1, 2])
    ),
    drawdown_max=st.sampled_from([0.0, 0.002]),
)
WORKED = st.none() | st.builds(
    an_execution_policy, st.sampled_from([one for one in Algorithm if one is not Algorithm.AT_ONCE])
)


def play_shadowed(shape: Shape, engine: EngineSettings, venue: VenueSettings, every: int) -> Shadowed:
    shadowed = Shadowed(engine, every)
    play_event(a_market(shape), engine, venue, cash=100_000.0, engine=shadowed)
    return shadowed


@st.composite
def everything(draw: st.DrawFn) -> tuple[EngineSettings, VenueSettings]:
    """All that makes the engine remember something, on or off."""
    engine, venue = draw(all_settings(ALONE | several()))
    limits, execution = draw(st.none() | REMEMBERING), draw(WORKED)
    engine = replace(
        engine, protection=draw(PROTECTIONS), strategies=draw(SHARED), limits=limits or engine.limits,
        execution=execution if len(engine.sleeves) == 1 else None,
    )  # fmt: skip
    return engine, venue


@given(shape=SHAPES, joined=everything(), every=EVERY)
@settings(max_examples=examples(15), deadline=None)
def test_restored_again_and_again(shape: Shape, joined: tuple[EngineSettings, VenueSettings], every: int) -> None:
    play_shadowed(shape, *joined, every).demand_equal()


ONE = Decimal(1)
IDLE = ("cross_sectional_momentum", "mean_reversion", "rsi_reversion")  # find nothing to do in so short a market
SHAPE = Shape(
    seed=5, symbols=4, sessions=4, bars_a_session=13, step=0.01, holes=0.1, swing=0.02, volume=1_000.0, dividends=True
)


@pytest.mark.parametrize("strategy", ON_RANDOM_MARKETS, ids=lambda strategy: strategy.name)
def test_every_strategy(strategy: Strategy) -> None:
    table = a_market(SHAPE)
    engine, venue = controlled([strategy], table, FixedFraction(fraction=0.1))
    limits = replace(
        engine.limits, heat_fraction=ONE, sector_fraction=ONE, correlated_fraction=ONE, strategy_loss_fraction=ONE
    )  # they look at the portfolio and refuse nothing
    engine = replace(engine, limits=limits, protection=ProtectionPolicy(fallback_fraction=0.05))
    shadowed = play_shadowed(SHAPE, engine, venue, every=4)
    shadowed.demand_equal()
    assert shadowed.account.tally.fills or strategy.name in IDLE


def test_every_feature() -> None:
    """Each remembers something else, and its rule is found again by its name."""
    symbols = a_market(SHAPE).symbols
    features = {
        feature.name: feature
        for name in (*OF_BARS, *CROSS_DEFINITIONS)
        for feature in features_of(name, symbols[0], symbols)
    }
    panel, configuration = FeaturePanel(_Wanted(tuple(features.values()))), Configuration(None, PACKAGES)
    table = a_market(SHAPE)
    for t in range(30):
        if t % 10 == 9:
            panel = memory_from(memory_bytes({"panel": panel}, configuration), configuration)["panel"]
        slice_ = table.slice_at(t)
        panel.update(slice_.bars, slice_.session)
    again = memory_from(memory_bytes({"panel": panel}, configuration), configuration)["panel"]
    assert differences(panel, again) == [] and len(features) > 100


@dataclass(frozen=True)
class _Wanted:
    features: tuple[Feature, ...]

    def __call__(self, symbol: Symbol) -> Sequence[Feature]:
        return self.features if symbol else ()
