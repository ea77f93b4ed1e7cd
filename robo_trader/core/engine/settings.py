"""Everything that makes one engine decide as it does. Two engines with equal settings and inputs agree."""

from dataclasses import dataclass
from decimal import Decimal

from robo_trader.core.domain.discrepancies import UNASSIGNED
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.execution.planner import OrderStyle
from robo_trader.core.execution.policy import ExecutionPolicy
from robo_trader.core.execution.reconciliation_policy import DEFAULT_POLICY, ReconciliationPolicy
from robo_trader.core.features.feature import Feature
from robo_trader.core.market.commissions import CommissionSchedule
from robo_trader.core.portfolio.sizing import Sizer
from robo_trader.core.portfolio.stops import NO_STOPS, StopPolicy
from robo_trader.core.portfolio.strategies_policy import USUAL, StrategiesPolicy
from robo_trader.core.risk.limits import RiskLimits
from robo_trader.core.risk.portfolio_model import DEFAULT_MODEL, PortfolioModel
from robo_trader.core.risk.protection import ProtectionPolicy
from robo_trader.core.strategies.event_strategy import EventStrategy
from robo_trader.core.strategies.strategy import Strategy


@dataclass(frozen=True, slots=True, kw_only=True)
class Sleeve:
    """The part of an account that one strategy trades."""

    name: str  # of its signals, and of what it holds and earns
    strategy: Strategy | EventStrategy
    sizer: Sizer
    stops: StopPolicy = NO_STOPS
    capital: float = 1.0  # fraction of the account's equity that it sizes by
    lot: int = 1  # shares: what it wants is a multiple of it

    @property
    def rule_strategy(self) -> Strategy:
        """The strategy, which must be a rule: what has asked cannot do with any other."""
        assert isinstance(self.strategy, Strategy), self.strategy
        return self.strategy

    def features_of(self, symbol: Symbol) -> tuple[Feature, ...]:
        """Return the features of a symbol's bars: strategy's, sizer's, stops', in this order. None: it is not traded.

        A strategy in event form may trade a symbol without reading a feature of its bars.
        """
        own = self.strategy.features(symbol)
        is_traded = bool(own) or isinstance(self.strategy, EventStrategy)
        return (*own, *self.sizer.features, *self.stops.features) if is_traded else ()


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineSettings:
    """What the stages are joined from."""

    symbols: tuple[Symbol, ...]  # the only ones that are traded or marked
    sleeves: tuple[Sleeve, ...]  # at least one; no two of one name
    limits: RiskLimits
    order_style: OrderStyle
    commissions: CommissionSchedule  # for what is reserved; what is charged comes with the fills
    signal_lifetime: int  # nanoseconds an entry may still be tried after its signal
    borrow_rate: Decimal = Decimal(0)  # fraction of a short position's value a year
    strategies: StrategiesPolicy = USUAL  # how several strategies live together
    actions_await_statement: bool = False  # whether only a statement lets a symbol trade again after a corporate action
    execution: ExecutionPolicy | None = None  # None: what is missing to a target is ordered at once
    protection: ProtectionPolicy | None = None  # None: no protective orders rest at the broker
    reconciliation: ReconciliationPolicy = DEFAULT_POLICY  # what follows where a broker's statement differs
    needs_arming: bool = False  # real money: no entry leaves unless a person has armed it
    portfolio_model: PortfolioModel = DEFAULT_MODEL  # for the limits of the whole portfolio

    def __post_init__(self) -> None:
        """Hold whoever joins them to names that tell the sleeves apart."""
        assert self.sleeves and len({sleeve.name for sleeve in self.sleeves}) == len(self.sleeves), self.sleeves
        forms = [isinstance(sleeve.strategy, EventStrategy) for sleeve in self.sleeves]
        assert all(sleeve.name != UNASSIGNED for sleeve in self.sleeves), "that is nobody's name"
        assert len(forms) == 1 or not any(forms), "a strategy in event form has the account to itself"

    @property
    def watches_stops(self) -> bool:
        """Whether any position is watched for a stop, or protected by one."""
        return self.protection is not None or any(sleeve.stops.is_on for sleeve in self.sleeves)

    @property
    def closes_kept(self) -> int:
        """Slices whose closes are remembered: one more than returns that are compared; 0 if none are."""
        length = max(sleeve.sizer.correlation_length for sleeve in self.sleeves)
        return length + 1 if length else 0

    def features_of(self, symbol: Symbol) -> tuple[Feature, ...]:
        """Return the features of a symbol, of one sleeve after the other. None: it is not traded."""
        return tuple(feature for sleeve in self.sleeves for feature in sleeve.features_of(symbol))
