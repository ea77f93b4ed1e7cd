"""What a strategy may do, who changes it, and how the strategies of an account stand."""

from decimal import Decimal
from enum import Enum

from msgspec import Struct


class StrategyMode(Enum):
    """What a strategy may do."""

    ACTIVE = "ACTIVE"
    REDUCING = "REDUCING"  # only make what it holds smaller
    OFF = "OFF"  # nothing; what it held is left


class StrategyInstructed(Struct, frozen=True, kw_only=True, gc=False):
    """A person asks for a strategy to be enabled, reduced or disabled."""

    strategy: str
    mode: StrategyMode
    actor: str
    reason: str
    occurred_at: int


class StrategyModeChanged(Struct, frozen=True, kw_only=True, gc=False):
    """A strategy may do something else from now on. Nobody but a person gives back what was taken."""

    strategy: str
    before: StrategyMode
    after: StrategyMode
    actor: str  # "" where the engine did it by a limit
    reason: str
    occurred_at: int


class StrategyStanding(Struct, frozen=True, kw_only=True, gc=False):
    """How one strategy stands. Statistics are of daily returns on its capital; None where too few are known."""

    strategy: str
    capital: float  # the fraction of the account's equity that it sizes by
    equity: Decimal  # dollars: what it began with, and all that came since
    profit: Decimal  # dollars
    drawdown: float  # fraction lost from its highest equity
    volatility: float | None  # a day, fraction
    sharpe: float | None  # mean over standard deviation, times the root of 252
    risk_share: float | None  # of the variance of all strategies together


class StrategiesReviewed(Struct, frozen=True, kw_only=True, gc=False):
    """How the strategies stood after a session, best Sharpe ratio first, and what each sizes by from now on."""

    session: str
    standings: tuple[StrategyStanding, ...]
    occurred_at: int
