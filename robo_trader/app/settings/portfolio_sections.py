"""The limits of the whole portfolio, and how its risk is measured."""

from decimal import Decimal
from typing import Literal

from pydantic import Field

from robo_trader.app.settings.fields import (
    Fraction,
    OptionalFraction,
    OptionalMultiple,
    OptionalPath,
    OptionalSymbol,
    Sectors,
)
from robo_trader.app.settings.section import Section


class PortfolioLimits(Section):
    """Limits of `[risk]` on all positions together, and the file that tightens limits. Off if not set."""

    heat_fraction: OptionalFraction = Field(
        default=None,
        gt=0,
        le=1,
        description="Most that may be lost if every position and entry is left at its stop, as a fraction of equity; "
        "what has no stop counts whole. Off if not set; 0.06 is careful.",
    )
    sector_fraction: OptionalFraction = Field(
        default=None,
        gt=0,
        le=1,
        description="Largest value of one sector, as a fraction of equity (C08). Off if not set; 0.30 is careful.",
    )
    correlated_fraction: OptionalFraction = Field(
        default=None,
        gt=0,
        le=1,
        description="Largest value of symbols that move alike (portfolio.correlation_threshold), as a fraction of "
        "equity. Off if not set; 0.30 is careful.",
    )
    beta_max: OptionalMultiple = Field(
        default=None,
        gt=0,
        le=10,
        description="Most that may move with portfolio.benchmark, or against it: beta times value, as a fraction of "
        "equity, which may be above 1. Off if not set; 1 is careful.",
    )
    value_at_risk_fraction: OptionalFraction = Field(
        default=None,
        gt=0,
        le=1,
        description="Largest loss of a day that is not exceeded with portfolio.confidence, as a fraction of equity. "
        "Off if not set; 0.02 is careful.",
    )
    shortfall_fraction: OptionalFraction = Field(
        default=None,
        gt=0,
        le=1,
        description="Largest mean loss of the days beyond that, as a fraction of equity. Off if not set; 0.03 is "
        "careful.",
    )
    policy: OptionalPath = Field(
        default=None,
        description="File of a risk policy, TOML or YAML, that tightens these limits for the account, a strategy or a "
        "symbol; see docs/risk_policy.md. Relative to the working directory.",
    )


class PortfolioSettings(Section):
    """How the risk of the whole portfolio is measured, for the limits of `[risk]` that need it."""

    sessions: int = Field(default=60, ge=20, le=1_000, description="Daily returns that are looked back on, as a count.")
    correlation_threshold: Fraction = Field(
        default=Decimal("0.9"),
        gt=0,
        le=Decimal("0.99"),
        description="Correlation, or its opposite, above which two symbols count as one; 0.9 is 90 %.",
    )
    sectors: Sectors = Field(
        default=(), description="Sector of each symbol; all that are not named are one sector, `unknown`."
    )
    sector_file: OptionalPath = Field(
        default=None,
        description="CSV file with the columns symbol and group, for sectors of many symbols; `sectors` wins over it. "
        "Relative to the working directory.",
    )
    benchmark: OptionalSymbol = Field(
        default=None, description="Symbol that beta is measured against; it must be among data.symbols."
    )
    method: Literal["historical", "parametric", "monte_carlo"] = Field(
        default="historical",
        description="Days the loss is reckoned from: the last ones, a normal distribution, or days drawn from that.",
    )
    confidence: Fraction = Field(
        default=Decimal("0.95"),
        ge=Decimal("0.8"),
        le=Decimal("0.999"),
        description="Days on which the loss is not larger than the value at risk, as a fraction of all; 0.95 is 95 %.",
    )
    draws: int = Field(default=1_000, ge=100, le=100_000, description="Days that monte_carlo draws, as a count.")
    seed: int = Field(
        default=7,
        ge=0,
        le=2**32 - 1,
        description="Start of the random days of monte_carlo; the same seed draws the same.",
    )
