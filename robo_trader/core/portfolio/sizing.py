"""How many shares a signal is worth: the sizers there are, each around one rule of `core/rules/sizing.py`."""

from dataclasses import dataclass
from typing import ClassVar, Protocol

from robo_trader.core.features.feature import Feature
from robo_trader.core.features.volatility import atr
from robo_trader.core.rules.sizing import ATR_RISK, FIXED_FRACTION, FIXED_SHARES, sized_shares


class Sizer(Protocol):
    """Turns a strength into signed shares, by a rule, the feature it needs, and two numbers."""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class FixedShares:
    """A full signal holds this many shares."""

    quantity: float
    number: ClassVar[int] = FIXED_SHARES
    features: ClassVar[tuple[Feature, ...]] = ()

    @property
    def parameters(self) -> tuple[float, float]:
        """Shares; nothing."""
        return (self.quantity, 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class FixedFraction:
    """A full signal holds this fraction of equity."""

    fraction: float
    number: ClassVar[int] = FIXED_FRACTION
    features: ClassVar[tuple[Feature, ...]] = ()

    @property
    def parameters(self) -> tuple[float, float]:
        """Fraction of equity; nothing."""
        return (self.fraction, 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class AtrRisk:
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


def size(sizer: Sizer, strength: float, equity: float, price: float, values: tuple[float, ...]) -> float:
    """Return signed shares for a strength in [-1, 1], not rounded; equity and price in dollars, above 0.

    values: of the sizer's features. Unknown risk is never sized: while one is NaN or not above 0 the answer is 0.
    """
    risk = values[0] if values else 0.0
    return sized_shares(sizer.number, strength, equity, price, risk, *sizer.parameters)
