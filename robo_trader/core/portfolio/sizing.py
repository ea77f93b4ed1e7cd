"""How many shares a signal is worth: the sizers there are, each around one rule."""

import math
from dataclasses import dataclass
from typing import Protocol

from robo_trader.core.features.definitions import atr
from robo_trader.core.features.feature import Feature
from robo_trader.core.rules.sizing import atr_risk_shares, fixed_fraction_shares


class Sizer(Protocol):
    """Turns a strength into signed shares, not rounded."""

    @property
    def features(self) -> tuple[Feature, ...]:
        """The features `shares` takes, in this order."""
        ...

    def shares(self, strength: float, equity: float, price: float, *values: float) -> float:
        """Return signed shares for a strength in [-1, 1]; equity and price in dollars, above 0.

        Unknown risk is never sized: while a feature is NaN or not above 0 the answer is 0.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class FixedFraction:
    """A full signal holds this fraction of equity."""

    fraction: float

    @property
    def features(self) -> tuple[Feature, ...]:
        """None: only the price is needed."""
        return ()

    def shares(self, strength: float, equity: float, price: float, *values: float) -> float:
        """As Sizer.shares."""
        assert not values, values
        return fixed_fraction_shares(strength, equity, price, self.fraction)


@dataclass(frozen=True, slots=True, kw_only=True)
class AtrRisk:
    """A full signal loses `risk_fraction` of equity when the price moves `multiple` ATRs against it."""

    risk_fraction: float
    length: int
    multiple: float

    @property
    def features(self) -> tuple[Feature, ...]:
        """The average true range."""
        return (atr(self.length),)

    def shares(self, strength: float, equity: float, price: float, *values: float) -> float:  # noqa: ARG002
        """As Sizer.shares."""
        (range_,) = values
        if not (math.isfinite(range_) and range_ > 0):
            return 0.0
        return atr_risk_shares(strength, equity, range_, self.risk_fraction, self.multiple)
