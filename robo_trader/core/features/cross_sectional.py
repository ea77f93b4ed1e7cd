"""How one symbol stands among all of them."""

from robo_trader.core.features.feature import CrossDefinition, Group
from robo_trader.core.rules.cross_section import (
    cross_percentile,
    cross_rank,
    inverse_share,
    sector_neutral_zscore,
    sector_residual,
)

_NO_VALUE = "NaN where the symbol itself has no value; those of others without one take no part."

rank = CrossDefinition(
    name="rank",
    group=Group.CROSS_SECTIONAL,
    summary="Place among all symbols of the slice, 1 for the lowest; equal values share the mean of their places.",
    source="Average ranks, as in scipy.stats.rankdata.",
    unit="place",
    rule=cross_rank,
    undefined=_NO_VALUE,
)

percentile = CrossDefinition(
    name="percentile",
    group=Group.CROSS_SECTIONAL,
    summary="Place among all symbols of the slice, from 0 for the lowest to 1 for the highest.",
    source="(rank - 1) / (symbols - 1), with average ranks.",
    unit="fraction",
    rule=cross_percentile,
    undefined=f"{_NO_VALUE} NaN with fewer than two values.",
)

sector_neutral_zscore_ = CrossDefinition(
    name="sector_neutral_zscore",
    group=Group.CROSS_SECTIONAL,
    summary="How many standard deviations the symbol is above the mean of its own sector.",
    source="Population standard deviation, as in scipy.stats.zscore.",
    unit="standard deviations",
    rule=sector_neutral_zscore,
    undefined=f"{_NO_VALUE} NaN with fewer than three values in the sector, or where they are all equal.",
)

sector_residual_ = CrossDefinition(
    name="sector_residual",
    group=Group.CROSS_SECTIONAL,
    summary="The symbol's value less the mean of its own sector, itself included.",
    source="Difference from the group's mean.",
    unit="unit of what is compared",
    rule=sector_residual,
    undefined=_NO_VALUE,
)

inverse_share_ = CrossDefinition(
    name="inverse_share",
    group=Group.CROSS_SECTIONAL,
    summary="Weight by 1 / value: the symbol's own over the sum of those of all symbols of the slice; they sum to 1.",
    source="Inverse-volatility weights, where volatilities are compared.",
    unit="fraction",
    rule=inverse_share,
    undefined=f"{_NO_VALUE} 0 where the symbol's own value is not above 0.",
)

DEFINITIONS = (rank, percentile, sector_neutral_zscore_, sector_residual_, inverse_share_)
