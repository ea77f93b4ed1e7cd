"""Where things are joined: settings become an engine, a venue, a broker and a loop. Nowhere else."""

from robo_trader.adapters.brokers.simulated import SimulatedBroker
from robo_trader.app.settings import Settings
from robo_trader.app.strategies import build_strategies
from robo_trader.core.domain.orders import OrderType
from robo_trader.core.engine.engine import Engine
from robo_trader.core.engine.settings import EngineSettings, Sleeve
from robo_trader.core.execution.planner import OrderStyle
from robo_trader.core.market.bar_sizes import DAY_NANOS
from robo_trader.core.market.commissions import SCHEDULES
from robo_trader.core.portfolio.sizing import AtrRisk, FixedFraction, FixedShares, Sizer
from robo_trader.core.portfolio.stops import StopPolicy
from robo_trader.core.risk.limits import RiskLimits
from robo_trader.simulation.venue.venue import Venue, VenueSettings

SIGNAL_LIFETIME = 7 * DAY_NANOS  # an entry refused for longer than a week is not the trade the signal meant


def build_engine(settings: Settings) -> Engine:
    """Return the engine that the settings describe."""
    return Engine(build_engine_settings(settings))


def build_engine_settings(settings: Settings, sleeves: tuple[Sleeve, ...] = ()) -> EngineSettings:
    """Return what the settings make an engine decide by. sleeves: instead of those that the settings describe."""
    return EngineSettings(
        symbols=settings.data.symbols,
        sleeves=sleeves or _sleeves(settings),
        limits=_limits(settings),
        order_style=OrderStyle(
            order_type=OrderType(settings.execution.order_type.upper()),
            limit_offset_bps=settings.execution.limit_offset_bps,
        ),
        commissions=SCHEDULES[settings.execution.commission_schedule],
        signal_lifetime=SIGNAL_LIFETIME,
        borrow_rate=settings.execution.borrow_rate,
    )


def build_broker(settings: Settings) -> SimulatedBroker:
    """Return the paper broker that the settings describe."""
    return SimulatedBroker(Venue(build_venue_settings(settings)))


def build_venue_settings(settings: Settings) -> VenueSettings:
    """Return how the settings make the pretend venue treat orders."""
    execution = settings.execution
    return VenueSettings(
        slippage_bps=float(execution.slippage_bps),
        participation_max=float(execution.participation_max),
        commissions=SCHEDULES[execution.commission_schedule],
    )


def _sleeves(settings: Settings) -> tuple[Sleeve, ...]:
    sizer, stops = build_sizer(settings), build_stops(settings)
    return tuple(
        Sleeve(name=chosen.name, strategy=chosen.strategy, sizer=sizer, stops=stops, capital=float(chosen.capital))
        for chosen in build_strategies(settings)
    )


def build_sizer(settings: Settings) -> Sizer:
    """Return how the settings size a signal."""
    strategy = settings.strategy
    if strategy.sizing == "fixed_fraction":
        return FixedFraction(fraction=float(strategy.fraction))
    if strategy.sizing == "fixed_shares":
        return FixedShares(quantity=float(strategy.quantity))
    return AtrRisk(
        risk_fraction=float(strategy.risk_fraction),
        length=strategy.atr_length,
        multiple=float(strategy.atr_multiple),
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
    )


def _limits(settings: Settings) -> RiskLimits:
    return RiskLimits(**settings.risk.model_dump())  # the section and the limits have the same fields
