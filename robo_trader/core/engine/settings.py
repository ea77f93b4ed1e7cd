"""Everything that makes one engine decide as it does. Two engines with equal settings and inputs agree."""

from dataclasses import dataclass
from decimal import Decimal

from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.execution.planner import OrderStyle
from robo_trader.core.features.feature import Feature
from robo_trader.core.market.commissions import CommissionSchedule
from robo_trader.core.portfolio.sizing import Sizer
from robo_trader.core.portfolio.stops import NO_STOPS, StopPolicy
from robo_trader.core.risk.limits import RiskLimits
from robo_trader.core.strategies.event_strategy import EventStrategy
from robo_trader.core.strategies.strategy import Strategy


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineSettings:
    """What the stages are joined from."""

    symbols: tuple[Symbol, ...]  # the only ones that are traded or marked
    strategy: Strategy | EventStrategy
    sizer: Sizer
    limits: RiskLimits
    order_style: OrderStyle
    commissions: CommissionSchedule  # for what is reserved; what is charged comes with the fills
    signal_lifetime: int  # nanoseconds an entry may still be tried after its signal
    stops: StopPolicy = NO_STOPS
    borrow_rate: Decimal = Decimal(0)  # fraction of a short position's value a year

    def features_of(self, symbol: Symbol) -> tuple[Feature, ...]:
        """Return the features of a symbol's bars: strategy's, sizer's, stops', in this order. None: it is not traded.

        A strategy in event form may trade a symbol without reading a feature of its bars.
        """
        own = self.strategy.features(symbol)
        is_traded = bool(own) or isinstance(self.strategy, EventStrategy)
        return (*own, *self.sizer.features, *self.stops.features) if is_traded else ()
