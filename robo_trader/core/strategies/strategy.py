"""What a strategy is: the features it reads, and a rule from their values to a strength.

The rule is a plain function of numbers, like every rule of `core/rules`: the engine runs it as it stands, and research
compiles the same source over whole histories. So it may use `math` and other rules, allocates nothing, and keeps what
it remembers in `state`, a flat vector of floats.

    @dataclass(frozen=True)
    class Reversal(Strategy):
        length: int = bounded(20, 2, 500)

        def features(self, symbol):
            return (zscore(self.length),)

        @staticmethod
        def rule(state, z):
            return -1.0 if z > 2.0 else 1.0 if z < -2.0 else 0.0
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from robo_trader.core.domain.errors import InvalidConfig, StrategyError
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.features.feature import Feature, Parameter

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def bounded(default: float, minimum: float, maximum: float, unit: str = "bars", about: str = "") -> Any:  # noqa: ANN401 - a field
    """Return a field of a strategy that is a parameter with bounds; an int default takes whole numbers only."""
    return field(default=default, metadata={"bounds": (minimum, maximum), "unit": unit, "about": about})


@dataclass(frozen=True)
class AnyStrategy(ABC):
    """What strategies of both forms have in common: a name, and parameters with bounds."""

    ordered: ClassVar[tuple[str, ...]] = ()  # names of parameters that must strictly increase

    def __post_init__(self) -> None:
        """Hold every parameter against its bounds. Raises InvalidConfig naming the first that is out of them."""
        for parameter in self.parameters():
            checked = parameter.check(getattr(self, parameter.name), self.name)
            object.__setattr__(self, parameter.name, checked)
        ranked = [getattr(self, name) for name in self.ordered]
        if ranked != sorted(set(ranked)):
            given = ", ".join(f"{name} {value:g}" for name, value in zip(self.ordered, ranked, strict=True))
            raise InvalidConfig(
                f"{self.name} needs {' < '.join(self.ordered)}, was {given}",
                next_step="Choose these parameters in that order.",
            )

    @property
    def name(self) -> str:
        """How configuration, journal and dashboard call it: the class name in snake case."""
        return strategy_name(type(self))

    @abstractmethod
    def features(self, symbol: Symbol) -> tuple[Feature, ...]:
        """Return the features of bars that are read of a symbol, in the order their values are handed over."""

    @classmethod
    def parameters(cls) -> tuple[Parameter, ...]:
        """Return the parameters there are, with bounds and defaults."""
        return tuple(
            Parameter(
                name=one.name, default=getattr(cls, one.name), minimum=one.metadata["bounds"][0],
                maximum=one.metadata["bounds"][1], unit=one.metadata["unit"],
            )
            for one in fields(cls) if "bounds" in one.metadata
        )  # fmt: skip


@dataclass(frozen=True)
class Strategy(AnyStrategy):
    """A view of each symbol, recomputed at every bar once all its features are warm."""

    rule: ClassVar[Callable[..., float]]  # (state, *feature values, *rule_parameters) -> strength in [-1, 1]
    state_size: ClassVar[int] = 0  # floats the rule remembers of a symbol, zeros at first
    price_state: ClassVar[tuple[int, ...]] = ()  # places among them that hold dollars a share: a split divides them

    @abstractmethod
    def features(self, symbol: Symbol) -> tuple[Feature, ...]:
        """Return the features the rule takes for a symbol, in this order. None at all: the symbol is not traded."""

    def rule_parameters(self, symbol: Symbol) -> tuple[float, ...]:  # noqa: ARG002 - a pair's legs differ by symbol
        """Return what the rule takes after the features' values: all parameters, in the order of the fields."""
        return tuple(getattr(self, parameter.name) for parameter in self.parameters())

    def reason(self, symbol: Symbol, values: tuple[float, ...]) -> str:
        """Return the feature values a view rests on, in words."""
        names = (feature.name for feature in self.features(symbol))
        return ", ".join(f"{name} {value:.6g}" for name, value in zip(names, values, strict=True))


def strategy_name(kind: type[AnyStrategy]) -> str:
    """Return the class name in snake case: SmaCrossover is sma_crossover."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", kind.__name__).lower()


def checked_strength(strength: object, strategy: str, symbol: str, ended_at: int) -> float:
    """Return a strength a strategy has answered with. Raises StrategyError naming symbol and time if it is none.

    ended_at: of the bar, in nanoseconds UTC.
    """
    if isinstance(strength, (int, float)) and -1 <= strength <= 1:  # NaN is not
        return float(strength)
    raise StrategyError(
        f"{strategy} answered {strength!r} for {symbol} at {moment_text(ended_at)}: a strength is a number in [-1, 1]",
        next_step="Correct the strategy's rule; nothing was decided on this bar.",
    )


def failed_rule(error: Exception, strategy: str, symbol: str, ended_at: int) -> StrategyError:
    """Return what to tell about an exception in a rule; `ended_at` as above."""
    return StrategyError(
        f"{strategy} failed for {symbol} at {moment_text(ended_at)}: {type(error).__name__}: {error}",
        next_step="Correct the strategy's rule; nothing was decided on this bar.",
    )


def moment_text(nanos: int) -> str:
    """Return a time in nanoseconds UTC as people read it, to the microsecond."""
    return (_EPOCH + timedelta(microseconds=nanos // 1000)).isoformat()
