"""The section `strategy`: which strategies run, and how what they want is sized."""

from decimal import Decimal
from typing import Literal

from pydantic import Field, ValidationInfo, field_validator

from robo_trader.app.settings.fields import Capital, Fraction, Multiple, Parameters, StrategyReference, refusal
from robo_trader.app.settings.section import Section

Sizing = Literal[
    "fixed_fraction", "atr_risk", "fixed_shares", "volatility_target", "inverse_volatility", "kelly", "optimal_f",
    "correlation_scaled",
]  # fmt: skip


class StrategySettings(Section):
    """Which strategy runs, with which parameters, and how its signals are sized."""

    name: StrategyReference = Field(
        default="sma_crossover",
        description="Strategy: one of `robo-trader strategies list`, or your own as path/to/file.py:ClassName. "
        "Several, with commas between, share the account; `label=` before one names it, so that one can run twice.",
    )
    parameters: Parameters = Field(
        default={},
        description="Its parameters, each a key of the table [strategy.parameters]; `robo-trader strategies show NAME` "
        "lists them with bounds. What is left out keeps its default. Several strategies have a table each, as "
        "[strategy.parameters.momentum].",
    )
    capital: Capital = Field(
        default={},
        description="Fraction of equity that each of several strategies sizes by, a key for each in the table "
        "[strategy.capital]; equal parts if left out.",
    )
    sizing: Sizing = Field(
        default="fixed_fraction",
        description="How a signal becomes shares; docs/sizing.md says what each goes by and which of the keys below.",
    )
    lot: int = Field(
        default=1,
        ge=1,
        le=100_000,
        description="Positions are multiples of this count of shares, rounded towards zero.",
    )
    quantity: int = Field(
        default=100, ge=1, le=1_000_000, description="Position under fixed_shares, as a count of shares."
    )
    fraction: Fraction = Field(
        default=Decimal("0.05"),
        gt=0,
        le=1,
        description="Position under fixed_fraction, and the most under correlation_scaled, as a fraction of equity; "
        "0.05 is 5 %.",
    )
    risk_fraction: Fraction = Field(
        default=Decimal("0.01"),
        gt=0,
        le=Decimal("0.10"),
        description="Loss under atr_risk if price falls atr_multiple ATRs, as a fraction of equity; 0.01 is 1 %.",
    )
    atr_length: int = Field(default=14, ge=1, le=500, description="Length of the average true range, in bars.")
    atr_multiple: Multiple = Field(
        default=Decimal(2), gt=0, le=20, description="Distance to the assumed stop under atr_risk, in ATRs."
    )
    fraction_max: Fraction = Field(
        default=Decimal("0.20"),
        gt=0,
        le=1,
        description="Largest position under volatility_target, inverse_volatility, kelly and optimal_f, as a fraction "
        "of equity; 0.20 is 20 %.",
    )
    volatility_length: int = Field(
        default=30,
        ge=2,
        le=5_000,
        description="Length of the realised volatility of volatility_target and inverse_volatility, in bars.",
    )
    volatility_annual: Fraction = Field(
        default=Decimal("0.10"),
        gt=0,
        le=1,
        description="Volatility a year that one position may bring under volatility_target, as a fraction of equity.",
    )
    exposure: Fraction = Field(
        default=Decimal("1.0"),
        gt=0,
        le=10,
        description="What all symbols take together under inverse_volatility, at full strength: a fraction of equity.",
    )
    edge_multiple: Fraction = Field(
        default=Decimal("0.5"),
        gt=0,
        le=1,
        description="Part of the fraction that kelly or optimal_f finds that is held; 0.5 is half Kelly.",
    )
    trades_min: int = Field(
        default=30, ge=1, le=5_000, description="Trades before kelly and optimal_f go by them, as a count."
    )
    trades_max: int = Field(
        default=100, ge=1, le=5_000, description="Trades that kelly and optimal_f remember: the last ones, as a count."
    )
    trades_shrinkage: int = Field(
        default=30,
        ge=0,
        le=100_000,
        description="Count of trades after which kelly and optimal_f believe half of the edge: n count n / (n + this).",
    )
    fallback_fraction: Fraction = Field(
        default=Decimal("0.02"),
        ge=0,
        le=1,
        description="Position under kelly and optimal_f until their trades can tell, as a fraction of equity.",
    )
    correlation_length: int = Field(
        default=60, ge=2, le=5_000, description="Length over which correlation_scaled compares returns, in bars."
    )

    @field_validator("trades_max")
    @classmethod
    def _remembers_as_many_as_it_needs(cls, trades_max: int, info: ValidationInfo) -> int:
        if trades_max < info.data.get("trades_min", 1):
            raise refusal("remembers fewer trades than", field="trades_max", other="trades_min")
        return trades_max
