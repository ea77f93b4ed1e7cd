"""Settings of the engine and of the pretend venue."""
# ruff: noqa: PLR0913 - a builder names every field once, and its callers only a few

from decimal import Decimal

from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.domain.orders import OrderType
from robo_trader.core.domain.parent_orders import Algorithm
from robo_trader.core.engine.settings import EngineSettings, Sleeve
from robo_trader.core.execution.planner import OrderStyle
from robo_trader.core.execution.policy import ExecutionPolicy, Peg, Urgency
from robo_trader.core.market.commissions import IBKR_FIXED, CommissionSchedule
from robo_trader.core.market.impact import ImpactModel
from robo_trader.core.portfolio.sizing import FixedFraction, Sizer
from robo_trader.core.portfolio.stops import NO_STOPS, StopPolicy
from robo_trader.core.portfolio.strategies_policy import USUAL, StrategiesPolicy
from robo_trader.core.risk.limits import RiskLimits
from robo_trader.core.risk.protection import ProtectionPolicy
from robo_trader.core.strategies.event_strategy import EventStrategy
from robo_trader.core.strategies.sma_crossover import SmaCrossover
from robo_trader.core.strategies.strategy import Strategy
from robo_trader.simulation.venue.venue import VenueSettings
from tests.builders.markets import AAPL, DAY, MINUTE
from tests.builders.orders import Exact
from tests.builders.risk import some_limits


def engine_settings(
    *,
    symbols: tuple[Symbol, ...] = (AAPL,),
    strategy: Strategy | EventStrategy | None = None,
    sizer: Sizer | None = None,
    limits: RiskLimits | None = None,
    limit_offset_bps: Exact | None = None,
    commissions: CommissionSchedule = IBKR_FIXED,
    signal_lifetime: int = 5 * DAY,
    stops: StopPolicy = NO_STOPS,
    sleeves: tuple[Sleeve, ...] = (),
    protection: ProtectionPolicy | None = None,
    strategies: StrategiesPolicy = USUAL,
    execution: ExecutionPolicy | None = None,
) -> EngineSettings:
    """Long while the close is above the mean of the last two, with 5 % of equity, at the market."""
    order_type = OrderType.MARKET if limit_offset_bps is None else OrderType.LIMIT
    return EngineSettings(
        symbols=symbols,
        sleeves=sleeves or (a_sleeve(strategy or SmaCrossover(1, 2), sizer=sizer, stops=stops),),
        limits=limits or some_limits(),
        order_style=OrderStyle(order_type=order_type, limit_offset_bps=Decimal(limit_offset_bps or 0)),
        commissions=commissions,
        signal_lifetime=signal_lifetime,
        protection=protection,
        strategies=strategies,
        execution=execution,
    )


def an_execution_policy(
    algorithm: Algorithm | None = Algorithm.TWAP,
    *,
    urgency: Urgency = Urgency.NORMAL,
    window: int = 10 * MINUTE,
    interval: int = MINUTE,
    close_margin: int = 5 * MINUTE,
    child_shares_min: Exact = 1,
    participation: float = 0.1,
    display_shares: Exact = 100,
    patience: int = 3 * MINUTE,
    modifies_max: int = 10,
    peg: Peg = Peg.MID,
    crosses_rest: bool = True,
    profile_sessions: int = 20,
) -> ExecutionPolicy:
    """Ten minutes in slices of one; what is left is crossed. An algorithm of None is chosen for each order."""
    return ExecutionPolicy(
        algorithm=algorithm,
        urgency=urgency,
        window=window,
        interval=interval,
        close_margin=close_margin,
        child_shares_min=Decimal(child_shares_min),
        participation=participation,
        display_shares=Decimal(display_shares),
        patience=patience,
        modifies_max=modifies_max,
        peg=peg,
        crosses_rest=crosses_rest,
        profile_sessions=profile_sessions,
        impact=ImpactModel(half_spread_bps=1.0, coefficient=0.67),
    )


def a_sleeve(
    strategy: Strategy | EventStrategy,
    *,
    name: str | None = None,
    sizer: Sizer | None = None,
    stops: StopPolicy = NO_STOPS,
    capital: float = 1.0,
    lot: int = 1,
) -> Sleeve:
    """The whole account for one strategy, 5 % of equity a position."""
    return Sleeve(
        name=name or strategy.name, strategy=strategy, sizer=sizer or FixedFraction(fraction=0.05), stops=stops,
        capital=capital, lot=lot,
    )  # fmt: skip


def venue_settings(
    *,
    slippage_bps: float = 2.0,
    participation_max: float = 0.1,
    commissions: CommissionSchedule = IBKR_FIXED,
    quoted: tuple[Symbol, ...] = (),
) -> VenueSettings:
    return VenueSettings(
        slippage_bps=slippage_bps, participation_max=participation_max, commissions=commissions,
        quoted=frozenset(quoted),
    )  # fmt: skip
