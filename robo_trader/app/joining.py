"""Where things are joined: settings become an engine, a venue, a broker and a loop. Nowhere else."""

from dataclasses import replace

from robo_trader.adapters.brokers.simulated import SimulatedBroker
from robo_trader.app.execution import build_execution, build_impact
from robo_trader.app.feature_selection import read_groups
from robo_trader.app.reconciliation import build_reconciliation
from robo_trader.app.settings import Settings
from robo_trader.app.sizers import build_sizer
from robo_trader.app.strategies import build_strategies
from robo_trader.core.domain.errors import InvalidConfig
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.domain.orders import OrderType
from robo_trader.core.engine.engine import Engine
from robo_trader.core.engine.settings import EngineSettings, Sleeve
from robo_trader.core.execution.planner import OrderStyle
from robo_trader.core.market.bar_sizes import DAY_NANOS
from robo_trader.core.market.commissions import SCHEDULES
from robo_trader.core.portfolio.allocation import Allocation, AllocationPolicy
from robo_trader.core.portfolio.conflicts import Conflicts
from robo_trader.core.portfolio.stops import StopPolicy
from robo_trader.core.portfolio.strategies_policy import StrategiesPolicy
from robo_trader.core.risk.limits import RiskLimits
from robo_trader.core.risk.portfolio_model import LossMethod, PortfolioModel
from robo_trader.core.risk.protection import ProtectionPolicy
from robo_trader.simulation.venue.account import VenueAccount
from robo_trader.simulation.venue.venue import Venue, VenueSettings

SIGNAL_LIFETIME = 7 * DAY_NANOS  # an entry refused for longer than a week is not the trade the signal meant


def build_engine(settings: Settings) -> Engine:
    """Return the engine that the settings describe."""
    return Engine(build_engine_settings(settings))


def build_engine_settings(
    settings: Settings, sleeves: tuple[Sleeve, ...] = (), symbols: tuple[Symbol, ...] = ()
) -> EngineSettings:
    """Return what the settings make an engine decide by. sleeves, symbols: instead of those of the settings."""
    symbols = symbols or settings.data.symbols
    return EngineSettings(
        symbols=symbols,
        sleeves=sleeves or _sleeves(settings),
        limits=build_limits(settings),
        order_style=OrderStyle(
            order_type=OrderType(settings.execution.order_type.upper()),
            limit_offset_bps=settings.execution.limit_offset_bps,
        ),
        commissions=SCHEDULES[settings.execution.commission_schedule],
        signal_lifetime=SIGNAL_LIFETIME,
        borrow_rate=settings.execution.borrow_rate,
        execution=build_execution(settings),
        protection=build_protection(settings),
        strategies=build_strategies_policy(settings),
        portfolio_model=build_portfolio_model(settings, symbols),
        reconciliation=build_reconciliation(settings),
        actions_await_statement=settings.reconciliation.actions_await_statement,
        needs_arming=settings.execution.mode == "live",
    )


def build_backtest_settings(
    settings: Settings, sleeves: tuple[Sleeve, ...] = (), symbols: tuple[Symbol, ...] = ()
) -> EngineSettings:
    """Return the same for a backtest, which has no broker whose statement a pause could wait for, and no real money."""
    return replace(build_engine_settings(settings, sleeves, symbols), actions_await_statement=False, needs_arming=False)


def build_broker(settings: Settings) -> SimulatedBroker:
    """Return the paper broker that the settings describe."""
    execution = settings.execution
    account = VenueAccount(execution.opening_cash, execution.borrow_rate)
    return SimulatedBroker(Venue(build_venue_settings(settings)), account)


def build_venue_settings(settings: Settings) -> VenueSettings:
    """Return how the settings make the pretend venue treat orders."""
    execution = settings.execution
    return VenueSettings(
        slippage_bps=float(execution.slippage_bps),
        impact=build_impact(settings) if execution.slippage_model == "square_root" else None,
        participation_max=float(execution.participation_max),
        commissions=SCHEDULES[execution.commission_schedule],
    )


def _sleeves(settings: Settings) -> tuple[Sleeve, ...]:
    sizer, stops = build_sizer(settings), build_stops(settings)
    return tuple(
        Sleeve(
            name=chosen.name,
            strategy=chosen.strategy,
            sizer=sizer,
            stops=stops,
            capital=float(chosen.capital),
            lot=settings.strategy.lot,
        )
        for chosen in build_strategies(settings)
    )


def build_stops(settings: Settings) -> StopPolicy:
    """Return when the settings leave a position against its strategy."""
    stops = settings.stops
    return StopPolicy(
        fixed_fraction=float(stops.fixed_fraction),
        atr_multiple=float(stops.atr_multiple),
        atr_length=stops.atr_length,
        trailing_fraction=float(stops.trailing_fraction),
        bars_max=stops.bars_max,
        break_even_fraction=float(stops.break_even_fraction),
    )


def build_strategies_policy(settings: Settings) -> StrategiesPolicy:
    """Return how the settings let several strategies live together."""
    given = settings.strategies
    return StrategiesPolicy(
        conflicts=Conflicts(given.conflicts),
        allocation=AllocationPolicy(
            way=Allocation(given.allocation),
            sessions=given.lookback_sessions,
            every=given.rebalance_sessions,
            floor=float(given.floor_fraction),
            cap=float(given.cap_fraction),
        ),
        drawdown_max=float(given.drawdown_max_fraction),
        session_loss_max=float(given.session_loss_max_fraction),
        errors_max=given.errors_max,
    )


def build_protection(settings: Settings) -> ProtectionPolicy | None:
    """Return how the settings protect positions at the broker, None if they do not."""
    protection = settings.protection
    if not protection.resting:
        return None
    return ProtectionPolicy(
        fallback_fraction=float(protection.fallback_fraction),
        step_fraction=protection.step_fraction,
        flattens=protection.flatten,
        waivers={Symbol(symbol): reason for symbol, reason in protection.waivers.items()},
    )


def build_limits(settings: Settings) -> RiskLimits:
    """Return the limits of the settings, without those of a policy."""
    return RiskLimits(**settings.risk.model_dump(exclude={"policy"}))  # the others are the fields of the limits


def build_portfolio_model(settings: Settings, symbols: tuple[Symbol, ...]) -> PortfolioModel:
    """Return how the settings measure the risk of the whole portfolio.

    Raises InvalidConfig for a sector file that cannot be read, and for a benchmark that the run does not watch.
    """
    portfolio = settings.portfolio
    if portfolio.benchmark is not None and portfolio.benchmark not in symbols:
        raise InvalidConfig(
            f"portfolio.benchmark is {portfolio.benchmark}, which is not among the symbols of the run",
            next_step="Add it to data.symbols, or to the bars: its prices are needed.",
        )
    if portfolio.benchmark is None and settings.risk.beta_max is not None:
        raise InvalidConfig(
            "risk.beta_max is set, and there is nothing to measure beta against",
            next_step="Set portfolio.benchmark, for example to SPY.",
        )
    return PortfolioModel(
        sessions=portfolio.sessions,
        correlation_threshold=float(portfolio.correlation_threshold),
        sectors=sectors_of(settings),
        benchmark=portfolio.benchmark,
        confidence=float(portfolio.confidence),
        method=LossMethod(portfolio.method),
        draws=portfolio.draws,
        seed=portfolio.seed,
    )


def sectors_of(settings: Settings) -> dict[Symbol, str]:
    """Return the sector of every symbol that has one: those of the file, and over them those of the settings.

    Raises InvalidConfig if the file cannot be read.
    """
    named = dict(pair.split(":") for pair in settings.portfolio.sectors)
    sectors = {**read_groups(settings.portfolio.sector_file), **named}
    return {Symbol(symbol): sector for symbol, sector in sectors.items()}
