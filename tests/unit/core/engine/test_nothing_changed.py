"""What has not changed since it was found in order is in order: legs that are passed over would have been left alone.

Two engines take the same random walks. One looks after every slice at all its legs, the other, as always, only at those
of which a fill, an order or a stop has changed; they decide the same to the last event. One strategy holds on for as
long as its stops let it, and may share the account with one that comes and goes.
"""

from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from robo_trader.core.domain.commands import ModifyOrder
from robo_trader.core.domain.events import SignalEmitted
from robo_trader.core.engine.protection_desk import ProtectionDesk
from robo_trader.core.engine.settings import EngineSettings, Sleeve
from robo_trader.core.portfolio.sizing import FixedFraction
from robo_trader.core.portfolio.stops import NO_STOPS, StopPolicy
from robo_trader.core.risk.protection import ProtectionPolicy
from robo_trader.core.strategies.sma_crossover import SmaCrossover
from tests.builders import AAPL, MSFT, a_sleeve, engine_settings
from tests.examples import examples
from tests.unit.core.engine.desk import Desk, only
from tests.unit.core.engine.test_protection import a_desk, days
from tests.unit.core.engine.test_random_walks import HOURS, LIMITS, Moves, a_walk
from tests.unit.core.engine.test_sharing import Above

TRAILING = StopPolicy(trailing_fraction=0.02)
STOPS = st.sampled_from([NO_STOPS, TRAILING, StopPolicy(fixed_fraction=0.03, break_even_fraction=0.01, bars_max=6)])


def two_sleeves(one: StopPolicy, other: StopPolicy) -> tuple[Sleeve, ...]:
    sizer = FixedFraction(fraction=0.1)
    restless = a_sleeve(SmaCrossover(1, 2), name="restless", sizer=sizer, stops=other)
    return a_sleeve(Above(1.0), name="patient", sizer=sizer, stops=one), restless


def joined(sleeves: tuple[Sleeve, ...], protection: ProtectionPolicy) -> EngineSettings:
    return engine_settings(symbols=(AAPL, MSFT), sleeves=sleeves, limits=LIMITS, protection=protection)


SETTINGS = st.builds(
    joined,
    st.builds(two_sleeves, STOPS, STOPS) | st.builds(lambda stops: two_sleeves(stops, stops)[:1], STOPS),
    st.sampled_from([ProtectionPolicy(fallback_fraction=0.04), ProtectionPolicy(waivers={AAPL: "a test"})]),
)


def look_at_all(desk: Desk) -> None:
    """Let everything count as changed after the next slice."""
    protection = desk.engine._protection
    assert isinstance(protection, ProtectionDesk)
    protection._unsettled |= {AAPL, MSFT}


@given(HOURS, SETTINGS)
@settings(deadline=None, max_examples=examples(120))
def test_who_looks_at_all_legs_decides_the_same(hours: list[tuple[Moves, Moves]], given_: EngineSettings) -> None:
    usual, thorough = Desk(given_), Desk(given_)
    for slice_ in a_walk(hours):
        look_at_all(thorough)
        assert usual.close(slice_) == thorough.close(slice_)
    assert usual.steps == thorough.steps
    assert usual.engine.state_hash() == thorough.engine.state_hash()


def test_a_leg_that_stood_still_for_days_follows_its_stop_again() -> None:
    desk = a_desk(StopPolicy(trailing_fraction=0.05))
    days(desk, 110.0, 110.0, 110.0, 110.0, 110.0, 120.0)
    moved = [command.terms.stop_price for step in desk.steps for command in only(ModifyOrder, step.commands)]
    assert moved == [Decimal("104.5"), 114]  # 5 % below 110, nearer than the 10 % below what was paid; and below 120


def test_what_found_no_guard_is_looked_at_again_though_nothing_changes() -> None:
    """Halted: the leg is refused at the fill and after its slice, and what may not be guarded is to be left."""
    desk = a_desk()
    days(desk, 110.0)
    desk.engine.account.halt("a test", at=desk.engine.account.valuation.session.closes_at)  # type: ignore[union-attr]
    days(desk, 110.0, first=1)
    assert not reasons(desk)
    days(desk, 110.0, first=2)
    assert reasons(desk) == ["stop: no protective order would rest at the broker"]


def reasons(desk: Desk) -> list[str]:
    """Why positions were left that the strategy holds on to."""
    signals = [event.signal for step in desk.steps for event in only(SignalEmitted, step.events)]
    return [signal.reason for signal in signals if signal.is_stop]
