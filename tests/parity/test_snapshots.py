"""A session that is restored again and again from its snapshots decides as one that never was.

On random markets: every k-th event the shadow of an engine is written as bytes and read again, and from then on the
copy is the shadow. It decides the same at every event, ends in the same state, and remembers the same in all that can
be reached from it, whether the state hash covers it or not.
"""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from robo_trader.core.domain.parent_orders import Algorithm
from robo_trader.core.engine.settings import EngineSettings
from robo_trader.core.portfolio.allocation import Allocation, AllocationPolicy
from robo_trader.core.portfolio.conflicts import Conflicts
from robo_trader.core.portfolio.strategies_policy import StrategiesPolicy
from robo_trader.core.risk.protection import ProtectionPolicy
from robo_trader.simulation.venue.venue import VenueSettings
from tests.builders import an_execution_policy
from tests.examples import examples
from tests.parity.both import play_event
from tests.parity.markets import Shape, a_market
from tests.parity.test_random_markets import ALONE, REMEMBERING, SHAPES, all_settings, several
from tests.snapshots import Shadowed

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
@settings(max_examples=examples(20), deadline=None)
def test_restored_again_and_again(shape: Shape, joined: tuple[EngineSettings, VenueSettings], every: int) -> None:
    play_shadowed(shape, *joined, every).demand_equal()
