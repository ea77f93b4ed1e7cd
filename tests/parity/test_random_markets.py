"""The compiled backtest and the engine make the same trades on random markets, whatever the settings."""

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import ClassVar

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.engine.engine import Engine
from robo_trader.core.engine.settings import EngineSettings, Sleeve
from robo_trader.core.features.feature import Feature
from robo_trader.core.features.trend import ema, sma
from robo_trader.core.market.commissions import IBKR_FIXED, IBKR_TIERED
from robo_trader.core.portfolio.allocation import Allocation, AllocationPolicy
from robo_trader.core.portfolio.conflicts import Conflicts
from robo_trader.core.portfolio.sizing import (
    AtrRisk,
    CorrelationScaled,
    FixedFraction,
    FixedShares,
    InverseVolatility,
    Kelly,
    OptimalF,
    Sizer,
    VolatilityTarget,
)
from robo_trader.core.portfolio.stops import StopPolicy
from robo_trader.core.portfolio.strategies_policy import StrategiesPolicy
from robo_trader.core.risk.limits import RiskLimits
from robo_trader.core.risk.protection import ProtectionPolicy
from robo_trader.core.strategies.sma_crossover import SmaCrossover
from robo_trader.core.strategies.strategy import Strategy, bounded
from robo_trader.research.compiled.compiler import Compiler
from robo_trader.simulation.venue.venue import VenueSettings
from tests.builders import a_sleeve, engine_settings, some_limits
from tests.examples import examples
from tests.parity.both import assert_both_forms_equal, assert_equal, play_event, play_event_on_table
from tests.parity.markets import Shape, a_market


@dataclass(frozen=True)
class Swing(Strategy):
    """Both sides, half and full strength, and a memory of how long it has held its view."""

    state_size: ClassVar[int] = 2
    patience: int = bounded(3, 1, 50)
    sign: int = bounded(1, -1, 1, "side")

    def features(self, symbol: Symbol) -> tuple[Feature, ...]:  # noqa: ARG002 - the same for every symbol
        return (ema(2), sma(4))

    @staticmethod
    def rule(state: list[float], fast: float, slow: float, patience: float, sign: float) -> float:
        state[1] += 1.0
        if state[1] >= patience:
            gap = fast / slow - 1.0
            state[0] = 0.0 if abs(gap) < 0.001 else (1.0 if gap > 0.0 else -1.0) * (0.5 if abs(gap) < 0.01 else 1.0)
            state[1] = 0.0
        return sign * state[0]


SHAPES = st.builds(
    Shape,
    seed=st.integers(0, 2**32 - 1),
    symbols=st.integers(1, 4),
    sessions=st.integers(2, 12),
    bars_a_session=st.sampled_from([1, 3, 13, 30]),
    step=st.sampled_from([0.0, 0.01, 0.5, 1.0]),
    holes=st.sampled_from([0.0, 0.0, 0.1, 0.5]),
    swing=st.sampled_from([0.001, 0.01, 0.05]),
    volume=st.sampled_from([20.0, 1_000.0, 1e6]),
    dividends=st.booleans(),
)
SIZERS: st.SearchStrategy[Sizer] = st.sampled_from([
    FixedShares(quantity=100), FixedFraction(fraction=0.1), FixedFraction(fraction=0.5),
    AtrRisk(risk_fraction=0.01, length=3, multiple=2.0),
    VolatilityTarget(volatility_annual=0.1, length=3, fraction_max=0.3), InverseVolatility(length=4, fraction_max=0.6),
    Kelly(trades_min=1, trades_max=3, multiple=1.0, fallback=0.1, shrinkage=2.0),
    Kelly(trades_min=3, trades_max=40, fallback=0.3, fraction_max=1.0, shrinkage=0.0),
    OptimalF(trades_min=2, trades_max=10, fallback=0.1, multiple=0.02, fraction_max=1.0),
    CorrelationScaled(fraction=0.3, length=4), CorrelationScaled(fraction=0.2, length=15),
])  # fmt: skip
LOTS = st.sampled_from([1, 1, 10, 100])
STOPS = st.builds(
    StopPolicy,
    fixed_fraction=st.sampled_from([0.0, 0.01, 0.05]),
    atr_multiple=st.sampled_from([0.0, 1.0]),
    atr_length=st.just(3),
    trailing_fraction=st.sampled_from([0.0, 0.02]),
    bars_max=st.sampled_from([0, 5]),
    break_even_fraction=st.sampled_from([0.0, 0.005]),
)
LIMITS = st.builds(
    some_limits,
    max_position=st.sampled_from(["100", "0.10", "0.3"]),
    gross_exposure=st.sampled_from(["100", "0.5"]),
    order_notional_max=st.sampled_from([1_000_000_000, 3_000]),
    order_notional=st.sampled_from(["100", "0.05"]),
    daily_loss=st.sampled_from(["1", "0.001"]),
    intraday_drawdown=st.sampled_from(["1", "0.002"]),
    cash_buffer=st.sampled_from(["0", "0.05"]),
    stale_after_bars=st.sampled_from(["1.5", "1000"]),
    orders_for_next_open=st.booleans(),
    order_shares_max=st.sampled_from([None, None, 40, 150]),
    net_exposure_max_fraction=st.sampled_from([None, None, "0.2"]),
    net_exposure_min_fraction=st.sampled_from([None, None, "0", "-0.15"]),
    weekly_loss_fraction=st.sampled_from([None, None, "0.002", "0.02"]),
    drawdown_fraction=st.sampled_from([None, None, "0.004", "0.05"]),
    daily_turnover_fraction=st.sampled_from([None, None, "0.1", "0.6"]),
    entry_delay_minutes=st.sampled_from([None, None, 2, 5]),
    entry_cutoff_minutes=st.sampled_from([None, None, 1, 4]),
)
STRATEGIES = st.sampled_from([SmaCrossover(2, 5), SmaCrossover(1, 3), Swing(), Swing(patience=1)])
SCHEDULES = st.sampled_from([IBKR_FIXED, IBKR_TIERED])


@st.composite
def all_settings(
    draw: st.DrawFn, sleeves: st.SearchStrategy[tuple[Sleeve, ...]]
) -> tuple[EngineSettings, VenueSettings]:
    schedule = draw(SCHEDULES)
    engine = engine_settings(
        symbols=tuple(map(Symbol, ("AAPL", "IBM", "MSFT", "SPY"))),
        sleeves=draw(sleeves), limits=draw(LIMITS), limit_offset_bps=draw(st.sampled_from([None, 0, 10, 50])),
        commissions=schedule, signal_lifetime=draw(st.sampled_from([0, 300_000_000_000, 7 * 86_400_000_000_000])),
    )  # fmt: skip
    engine = replace(engine, borrow_rate=draw(st.sampled_from([Decimal(0), Decimal("0.03")])))
    venue = VenueSettings(
        slippage_bps=draw(st.sampled_from([0.0, 1.0, 2.5])), participation_max=draw(st.sampled_from([0.01, 0.1, 1.0])),
        commissions=schedule,
    )  # fmt: skip
    return engine, venue


@pytest.fixture(scope="session")
def compiler() -> Compiler:
    return Compiler()


@st.composite
def several(draw: st.DrawFn) -> tuple[Sleeve, ...]:
    """Two or three strategies in one account, one of them perhaps the opposite of another."""
    count = draw(st.integers(2, 3))
    return tuple(
        a_sleeve(
            draw(STRATEGIES | st.just(Swing(sign=-1)) | st.just(Swing(patience=1, sign=-1))),
            name=f"s{number}", sizer=draw(SIZERS), stops=draw(STOPS), capital=draw(st.sampled_from([0.25, 0.5])),
            lot=draw(LOTS),
        )
        for number in range(count)
    )  # fmt: skip


ALONE = st.builds(
    lambda strategy, sizer, stops, lot: (a_sleeve(strategy, sizer=sizer, stops=stops, lot=lot),),
    STRATEGIES, SIZERS, STOPS, LOTS,
)  # fmt: skip


@given(shape=SHAPES, joined=all_settings(several()))
@settings(max_examples=examples(200), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_same_trades_and_owners_of_several_strategies(
    compiler: Compiler, shape: Shape, joined: tuple[EngineSettings, VenueSettings]
) -> None:
    assert_equal(a_market(shape), *joined, compiler, cash=100_000.0)


@given(
    shape=SHAPES,
    joined=all_settings(ALONE | several()),
    protection=st.none()
    | st.builds(
        ProtectionPolicy,
        fallback_fraction=st.sampled_from([0.005, 0.05]),
        step_fraction=st.sampled_from([Decimal(0), Decimal("0.01")]),
        waivers=st.sampled_from([{}, {Symbol("IBM"): "a test"}]),
    ),
    strategies=st.builds(
        StrategiesPolicy,
        conflicts=st.sampled_from(Conflicts),
        allocation=st.builds(
            AllocationPolicy, way=st.sampled_from(Allocation), sessions_min=st.just(2), every=st.sampled_from([1, 2])
        ),
        drawdown_max=st.sampled_from([0.0, 0.002]),
        session_loss_max=st.sampled_from([0.0, 0.002]),
    ),
)
@settings(max_examples=examples(60), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_only_the_engine_knows_in_both_its_forms(
    compiler: Compiler,
    shape: Shape,
    joined: tuple[EngineSettings, VenueSettings],
    protection: ProtectionPolicy | None,
    strategies: StrategiesPolicy,
) -> None:
    settings, venue = replace(joined[0], protection=protection, strategies=strategies), joined[1]
    assert_both_forms_equal(a_market(shape), settings, venue, compiler, cash=100_000.0)


@given(shape=SHAPES, joined=all_settings(ALONE))
@settings(max_examples=examples(200), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_same_trades_and_equity(compiler: Compiler, shape: Shape, joined: tuple[EngineSettings, VenueSettings]) -> None:
    assert_equal(a_market(shape), *joined, compiler, cash=100_000.0)


REMEMBERING = st.builds(
    some_limits,
    daily_loss=st.sampled_from(["1", "0.001"]),
    duplicate_seconds=st.sampled_from([None, 61]),
    entries_per_session=st.sampled_from([None, 1, 3]),
    orders_per_minute=st.sampled_from([None, 1]),
    orders_per_second=st.sampled_from([None, "0.01"]),
    working_orders_max=st.sampled_from([None, 1, 2]),
    top_five_fraction=st.sampled_from([None, "0.3"]),
    short_sales=st.booleans(),
    daily_turnover_fraction=st.sampled_from([None, "0.6"]),
    breaker_losing_streak=st.sampled_from([None, 1, 2]),
    breaker_slippage_bps=st.sampled_from([None, "0.5"]),
    breaker_slippage_fills=st.just(2),
    breaker_orders=st.sampled_from([None, 2]),
    breaker_cooldown_seconds=st.sampled_from([60, 200]),
    emergency_violations=st.sampled_from([None, 5]),
    emergency_window_seconds=st.just(240),
    replaces_max=st.sampled_from([None, 1]),
    cancel_fill_ratio_max=st.sampled_from([None, 1]),
    fill_collar_fraction=st.sampled_from([None, "0.001"]),
    fills_after_halt=st.booleans(),
)


@given(shape=SHAPES, joined=all_settings(ALONE), limits=REMEMBERING, rests=st.sampled_from([None, ProtectionPolicy()]))
@settings(max_examples=examples(100), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_slices_that_are_passed_over_matter_to_no_control(
    compiler: Compiler,
    shape: Shape,
    joined: tuple[EngineSettings, VenueSettings],
    limits: RiskLimits,
    rests: ProtectionPolicy | None,
) -> None:
    """Controls that the compiled loop does not play: the engine decides alike, shown all slices or only some."""
    engine_settings_, venue = replace(joined[0], limits=limits, protection=rests), joined[1]
    table, engine = a_market(shape), Engine(engine_settings_)
    every = play_event(table, engine_settings_, venue, cash=100_000.0, engine=engine)
    some, play = play_event_on_table(table, engine_settings_, venue, compiler, cash=100_000.0)
    assert (some.trades, some.denials) == (every.trades, every.denials)
    assert play.engine.state_hash() == engine.state_hash()
