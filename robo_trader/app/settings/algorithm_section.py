"""How orders are worked over time, and what trading is assumed to cost: a part of the section `execution`."""

from decimal import Decimal
from typing import Literal

from pydantic import Field

from robo_trader.app.settings.fields import BasisPoints, Fraction, Multiple
from robo_trader.app.settings.section import Section

AlgorithmName = Literal["at_once", "twap", "vwap", "pov", "pegged", "passive", "iceberg", "smart"]


class AlgorithmSettings(Section):
    """How what is missing to a target is ordered."""

    algorithm: AlgorithmName = Field(
        default="at_once",
        description="How what is missing to a target is ordered: at once, or worked over time; docs/execution.md.",
    )
    urgency: Literal["low", "normal", "high"] = Field(
        default="normal", description="How much the algorithm `smart` fears a delay more than the cost of haste."
    )
    window_minutes: int = Field(
        default=60, ge=1, le=390, description="Time an order may be worked, in minutes; never past its session."
    )
    interval_seconds: int = Field(
        default=60, ge=1, le=3600, description="Least time between two child orders, or moves of a limit, in seconds."
    )
    close_margin_minutes: int = Field(
        default=5, ge=1, le=60, description="Time before the close in which nothing is worked any more, in minutes."
    )
    child_shares_min: int = Field(
        default=1,
        ge=1,
        le=100_000,
        description="Least size of a child order, as a count of shares; the last may be smaller.",
    )
    pov_fraction: Fraction = Field(
        default=Decimal("0.05"),
        gt=0,
        le=Decimal("0.50"),
        description="What the algorithm `pov` orders of what trades, as a fraction; 0.05 is 5 %.",
    )
    display_shares: int = Field(
        default=100,
        ge=1,
        le=1_000_000,
        description="Most that the algorithm `iceberg` shows at a time, as a count of shares.",
    )
    patience_seconds: int = Field(
        default=300,
        ge=1,
        le=23_400,
        description="How long the algorithm `passive` waits before it crosses, in seconds.",
    )
    modifies_max: int = Field(
        default=10, ge=0, le=20, description="Moves of a limit by the algorithm `pegged`, at most, as a count (C24)."
    )
    peg: Literal["mid", "primary"] = Field(
        default="mid",
        description="What the algorithm `pegged` follows: the middle of the quote, or our side of it.",
    )
    window_end: Literal["cross", "cancel"] = Field(
        default="cross",
        description="What becomes of what is left of an entry when its time is up; of an exit it is always crossed.",
    )
    profile_sessions: int = Field(
        default=20,
        ge=1,
        le=250,
        description="Sessions that the usual volume of each minute is the mean of, as a count.",
    )
    slippage_model: Literal["fixed_bps", "square_root"] = Field(
        default="fixed_bps",
        description="How much worse than a bar the paper broker fills: by slippage_bps, or by the square-root law.",
    )
    half_spread_bps: BasisPoints = Field(
        default=Decimal(1),
        ge=0,
        le=100,
        description="Half the spread where no quote tells, in basis points; for the square-root law.",
    )
    impact_coefficient: Multiple = Field(
        default=Decimal("0.67"),
        ge=Decimal("0.1"),
        le=3,
        description="Impact of a day's volume, as a fraction of a day's volatility, for the square-root law.",
    )
