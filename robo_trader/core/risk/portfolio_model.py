"""How the risk of a whole portfolio is measured: with which history, groups, and confidence."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from robo_trader.core.domain.instruments import Symbol

UNKNOWN_SECTOR = "unknown"  # of every symbol that no map names: they count as one sector


class LossMethod(Enum):
    """From what a day's loss is reckoned."""

    HISTORICAL = "historical"  # what the portfolio would have lost on each of the last days
    PARAMETRIC = "parametric"  # a normal distribution with the shrunk covariance
    MONTE_CARLO = "monte_carlo"  # days drawn from that distribution


@dataclass(frozen=True, slots=True, kw_only=True)
class PortfolioModel:
    """What makes two measurements of one portfolio agree."""

    sessions: int = 60  # daily returns that are looked back on
    correlation_threshold: float = 0.9  # above it, two symbols count as one
    sectors: Mapping[Symbol, str] = field(default_factory=dict)
    benchmark: Symbol | None = None  # what beta is measured against; one of the symbols of the run
    confidence: float = 0.95  # of value at risk and shortfall
    method: LossMethod = LossMethod.HISTORICAL
    draws: int = 1000  # days that MONTE_CARLO draws
    seed: int = 7  # of the draws

    def sector_of(self, symbol: Symbol) -> str:
        """Return the sector a symbol counts in."""
        return self.sectors.get(symbol, UNKNOWN_SECTOR)


DEFAULT_MODEL = PortfolioModel()
