"""Cross-asset momentum: another asset's past return confirms, or denies, a symbol's own.

Source: Aleksi Pitkäjärvi, Matti Suominen and Lauri Vaittinen (2020), "Cross-asset signals and time series momentum",
Journal of Financial Economics 136(1): stocks after a year in which both stocks and bonds rose, none otherwise.
"""

from dataclasses import dataclass
from typing import ClassVar

from robo_trader.core.domain.errors import InvalidConfig
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.features.feature import Feature
from robo_trader.core.features.momentum import momentum_12_1
from robo_trader.core.rules.filters import filtered_view
from robo_trader.core.rules.past_returns import agreed_direction, long_or_short
from robo_trader.core.strategies.filtered import FilteredStrategy, elsewhere, shorts_allowed
from robo_trader.core.strategies.strategy import bounded


@dataclass(frozen=True)
class CrossAssetMomentum(FilteredStrategy):
    """Long what has gained while its leader has gained too; short where both have lost, if shorts are allowed.

    Entry: the returns of symbol and leader from `lookback` to `skip` bars ago are both above 0 (both below, for a
    short). With `opposed` 1 the leader must have gone the other way: so for an index of volatility.
    Exit: they no longer are, or the market turns wild.
    The leader is an index, bonds, volatility: name one of the symbols. It is read and not traded; in a slice without it
    no view is taken. The default, IBM, is one that the sample bars have; SPY or TLT would be usual.
    """

    state_size: ClassVar[int] = 1
    ordered: ClassVar[tuple[str, ...]] = ("skip", "lookback")

    leader: str = "IBM"
    lookback: int = bounded(252, 1, 5000, about="bars over which both returns are measured")
    skip: int = bounded(0, 0, 5000, about="latest bars that are left out")
    opposed: int = bounded(0, 0, 1, unit="0 or 1", about="1 where the leader's loss is a good sign")
    shorts: int = shorts_allowed(0)

    def __post_init__(self) -> None:
        """Raise InvalidConfig for a parameter out of bounds, or without a leader."""
        super().__post_init__()
        if not self.leader:
            raise InvalidConfig(f"{self.name} needs a leader", next_step="Name one of the symbols, e.g. SPY.")

    def watched(self, symbol: Symbol) -> tuple[Feature, ...]:
        """Return the past return, and the leader's; none for the leader itself."""
        past_return = momentum_12_1(self.lookback, self.skip)
        return () if symbol == self.leader else (past_return, elsewhere(past_return, self.leader))

    @staticmethod
    def rule(  # noqa: PLR0913, PLR0917 - a rule takes plain numbers
        state: list[float],
        past_return: float,
        leaders_return: float,
        turnover: float,
        volatility: float,
        leaders_sign: float,
        shorts: float,
        turnover_min: float,
        volatility_max: float,
    ) -> float:
        """Return 1, 0 or -1. state: the view before."""
        wanted = long_or_short(agreed_direction(past_return, leaders_sign * leaders_return), shorts)
        state[0] = filtered_view(wanted, state[0], turnover, volatility, turnover_min, volatility_max)
        return state[0]

    def rule_parameters(self, symbol: Symbol) -> tuple[float, ...]:  # noqa: ARG002
        """Return the leader's sign, whether shorts are allowed, and the filters' limits."""
        return (-1.0 if self.opposed else 1.0, float(self.shorts), *self.filter_parameters)
