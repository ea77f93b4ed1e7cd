"""How the strategies of one account live together."""

from dataclasses import dataclass, field

from robo_trader.core.portfolio.allocation import Allocation, AllocationPolicy
from robo_trader.core.portfolio.conflicts import Conflicts


@dataclass(frozen=True, slots=True, kw_only=True)
class StrategiesPolicy:
    """Conflicts, capital, and when a strategy is switched off by itself. 0 turns a limit off."""

    conflicts: Conflicts = Conflicts.NET
    allocation: AllocationPolicy = field(default_factory=AllocationPolicy)
    drawdown_max: float = 0.0  # fraction of its highest equity that a strategy may lose
    session_loss_max: float = 0.0  # fraction of its capital that it may lose in a session
    errors_max: int = 0  # answers that are no strength, in a session; 0 ends the run at the first

    @property
    def reviews(self) -> bool:
        """Whether strategies are looked at after each session."""
        return self.allocation.way is not Allocation.FIXED or self.drawdown_max > 0.0 or self.session_loss_max > 0.0

    @property
    def is_usual(self) -> bool:
        """Whether opposite wants are netted and capital and strategies stay as they were configured."""
        return self == StrategiesPolicy()


USUAL = StrategiesPolicy()
