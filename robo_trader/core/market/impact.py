"""What it is assumed to cost to take shares from a market."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ImpactModel:
    """The numbers of the square-root law of `core.rules.slippage`."""

    half_spread_bps: float  # hundredths of a percent, where no quote tells
    coefficient: float  # impact of a day's volume, in daily volatilities
