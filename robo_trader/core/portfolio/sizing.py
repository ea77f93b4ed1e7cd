"""How many shares a signal is worth: the sizers there are, each around one rule of `core/rules/sizing.py`.

What a sizer goes by, beside equity and price, is the value of a feature, what the strategy's own trades speak for, or
how a symbol goes with what is held. docs/sizing.md says what each means for who trades.
"""

from dataclasses import dataclass, fields
from math import sqrt
from typing import ClassVar, Protocol

from robo_trader.core.features.cross_sectional import inverse_share_
from robo_trader.core.features.feature import Feature, Parameter
from robo_trader.core.features.statistical import realised_volatility
from robo_trader.core.features.volatility import atr
from robo_trader.core.market.bar_sizes import SESSIONS_A_YEAR
from robo_trader.core.rules.sizing import (
    ATR_RISK,
    CORRELATION_SCALED,
    FIXED_FRACTION,
    FIXED_SHARES,
    INVERSE_VOLATILITY,
    KELLY,
    OPTIMAL_F,
    VOLATILITY_TARGET,
    sized_shares,
)

_SMALL = 1e-6  # "above 0", for what is a fraction
_BOUNDS = {
    bound.name: bound
    for bound in (
        Parameter(name="volatility_annual", default=0.10, minimum=_SMALL, maximum=1.0),
        Parameter(name="exposure", default=1.0, minimum=_SMALL, maximum=10.0),
        Parameter(name="fraction", default=0.05, minimum=_SMALL, maximum=1.0),
        Parameter(name="fraction_max", default=0.20, minimum=_SMALL, maximum=1.0),
        Parameter(name="length", default=30, minimum=2, maximum=5000),
        Parameter(name="bars_a_year", default=SESSIONS_A_YEAR, minimum=1.0, maximum=1e6),
        Parameter(name="multiple", default=0.5, minimum=_SMALL, maximum=1.0),
        Parameter(name="trades_min", default=30, minimum=1, maximum=5000),
        Parameter(name="trades_max", default=100, minimum=1, maximum=5000),
        Parameter(name="fallback", default=0.02, minimum=0.0, maximum=1.0),
        Parameter(name="shrinkage", default=30.0, minimum=0.0, maximum=1e6),
    )
}


class Sizer(Protocol):
    """Turns a strength into signed shares, by a rule, what it goes by, and two numbers."""

    @property
    def number(self) -> int:
        """Which sizer this is, for the rule."""
        ...

    @property
    def features(self) -> tuple[Feature, ...]:
        """The feature that says how risky a share is; none if only the price is needed."""
        ...

    @property
    def parameters(self) -> tuple[float, float]:
        """The rule's two parameters."""
        ...

    @property
    def trade_parameters(self) -> tuple[float, ...]:
        """What `edge_fraction` takes after the kind of edge, for a sizer by the strategy's own trades; else nothing."""
        ...

    @property
    def correlation_length(self) -> int:
        """Returns over which the correlation with what is held is taken; 0 if it does not matter."""
        ...


class Plain:
    """What sizers have in common that go by price alone; those that go by more say so."""

    __slots__ = ()

    @property
    def features(self) -> tuple[Feature, ...]:
        """None."""
        return ()

    @property
    def trade_parameters(self) -> tuple[float, ...]:
        """None."""
        return ()

    @property
    def correlation_length(self) -> int:
        """None."""
        return 0


@dataclass(frozen=True, slots=True, kw_only=True)
class FixedShares(Plain):
    """A full signal holds this many shares."""

    quantity: float
    number: ClassVar[int] = FIXED_SHARES

    @property
    def parameters(self) -> tuple[float, float]:
        """Shares; nothing."""
        return (self.quantity, 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class FixedFraction(Plain):
    """A full signal holds this fraction of equity."""

    fraction: float
    number: ClassVar[int] = FIXED_FRACTION

    @property
    def parameters(self) -> tuple[float, float]:
        """Fraction of equity; nothing."""
        return (self.fraction, 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class AtrRisk(Plain):
    """A full signal loses `risk_fraction` of equity when the price moves `multiple` ATRs against it."""

    risk_fraction: float
    length: int
    multiple: float
    number: ClassVar[int] = ATR_RISK

    @property
    def features(self) -> tuple[Feature, ...]:
        """The average true range."""
        return (atr(self.length),)

    @property
    def parameters(self) -> tuple[float, float]:
        """Fraction of equity; multiple of the range."""
        return (self.risk_fraction, self.multiple)


@dataclass(frozen=True, slots=True, kw_only=True)
class VolatilityTarget(Plain):
    """A full signal holds the fraction of equity that moves by `volatility_annual` a year, at most `fraction_max`.

    Source: Moskowitz, Ooi and Pedersen (2012), "Time series momentum", Journal of Financial Economics 104(2).
    """

    volatility_annual: float = 0.10  # standard deviation of a year's return, as a fraction of equity
    length: int = 30  # bars over which volatility is realised
    fraction_max: float = 0.20
    bars_a_year: float = SESSIONS_A_YEAR
    number: ClassVar[int] = VOLATILITY_TARGET

    def __post_init__(self) -> None:
        """Raises InvalidConfig for what is out of bounds."""
        _check(self)

    @property
    def features(self) -> tuple[Feature, ...]:
        """The realised volatility of a bar."""
        return (realised_volatility(self.length),)

    @property
    def parameters(self) -> tuple[float, float]:
        """Volatility of a bar that is wanted; largest fraction of equity."""
        return (self.volatility_annual / sqrt(self.bars_a_year), self.fraction_max)


@dataclass(frozen=True, slots=True, kw_only=True)
class InverseVolatility(Plain):
    """Full signals of all symbols share `exposure` by 1 / volatility, each at most `fraction_max`: fractions of equity.

    A symbol's weight is its 1 / volatility over the sum of those of all symbols the strategy trades that have a bar in
    the slice and a volatility; whether they are wanted makes no difference.
    """

    exposure: float = 1.0
    length: int = 30  # bars over which volatility is realised
    fraction_max: float = 0.20
    number: ClassVar[int] = INVERSE_VOLATILITY

    def __post_init__(self) -> None:
        """Raises InvalidConfig for what is out of bounds."""
        _check(self)

    @property
    def features(self) -> tuple[Feature, ...]:
        """The symbol's weight."""
        return (inverse_share_(realised_volatility(self.length)),)

    @property
    def parameters(self) -> tuple[float, float]:
        """Fraction of equity of all symbols together; largest of one."""
        return (self.exposure, self.fraction_max)


@dataclass(frozen=True, slots=True, kw_only=True)
class ByTrades(Plain):
    """A full signal holds the fraction of equity that the strategy's own last trades speak for, never above a cap.

    It is `multiple` times the edge, times n / (n + shrinkage) of the n trades remembered; 0 where the edge is not above
    0. While there are fewer than `trades_min`, or none has lost, it is `fallback`. What a trade is, `core/rules/trades`
    says.
    """

    multiple: float = 0.5
    fraction_max: float = 0.20
    trades_min: int = 30
    trades_max: int = 100  # how many are remembered
    fallback: float = 0.02  # fraction of equity
    shrinkage: float = 30.0  # trades
    number: ClassVar[int]

    def __post_init__(self) -> None:
        """Raises InvalidConfig for what is out of bounds."""
        _check(self)
        most = _BOUNDS["trades_max"]
        Parameter(
            name=most.name, default=most.default, minimum=self.trades_min, maximum=most.maximum
        ).check(self.trades_max, type(self).__name__)  # fmt: skip

    @property
    def parameters(self) -> tuple[float, float]:
        """Nothing: all is said by the trades."""
        return (0.0, 0.0)

    @property
    def trade_parameters(self) -> tuple[float, ...]:
        """As the rule takes them."""
        return (self.multiple, self.fraction_max, self.trades_min, self.fallback, self.shrinkage, self.trades_max)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kelly(ByTrades):
    """By win rate and payoff ratio: Kelly's fraction, half of it unless `multiple` says otherwise."""

    number: ClassVar[int] = KELLY


@dataclass(frozen=True, slots=True, kw_only=True)
class OptimalF(ByTrades):
    """By all trades: the fraction that would have made most of them, Vince's optimal f over the largest loss."""

    number: ClassVar[int] = OPTIMAL_F


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrelationScaled(Plain):
    """A full signal holds `fraction` of equity times 1 - c: c is how the symbol goes with what the account holds.

    c is the mean of its correlations with all other symbols held, weighted by what they are worth; 0 if it is below, or
    nothing is held. A position on the other side counts with the opposite sign, an unknown correlation as 1.
    """

    fraction: float = 0.05
    length: int = 60  # slices over which returns are compared
    number: ClassVar[int] = CORRELATION_SCALED

    def __post_init__(self) -> None:
        """Raises InvalidConfig for what is out of bounds."""
        _check(self)

    @property
    def features(self) -> tuple[Feature, ...]:
        """The realised volatility: no view is taken before there are as many returns as are compared."""
        return (realised_volatility(self.length),)

    @property
    def parameters(self) -> tuple[float, float]:
        """Fraction of equity; nothing."""
        return (self.fraction, 0.0)

    @property
    def correlation_length(self) -> int:
        """Returns that are compared."""
        return self.length


def size(sizer: Sizer, strength: float, equity: float, price: float, values: tuple[float, ...]) -> float:
    """Return signed shares for a strength in [-1, 1], not rounded; equity and price in dollars, above 0.

    values: what the sizer goes by: the value of its feature, the fraction its trades speak for, or its correlation with
        what is held. Unknown risk is never sized: while one is NaN or not above 0 the answer is 0, but that a
        correlation may be below.
    """
    risk = values[0] if values else 0.0
    return sized_shares(sizer.number, strength, equity, price, risk, *sizer.parameters)


def _check(sizer: VolatilityTarget | InverseVolatility | ByTrades | CorrelationScaled) -> None:
    """Raise InvalidConfig for a number out of bounds, naming sizer and number."""
    for field in fields(sizer):
        _BOUNDS[field.name].check(getattr(sizer, field.name), type(sizer).__name__)
