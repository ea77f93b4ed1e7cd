"""Features of a pair, the same numbers for both of its legs."""

from dataclasses import replace

from robo_trader.core.features.feature import Definition, Feature
from robo_trader.core.features.statistical import spread_half_life
from robo_trader.core.rules.pair_trading import half_life_or_never_state_size, half_life_or_never_update


def pair_feature(definition: Definition, first: str, second: str, *parameters: float) -> Feature:
    """Return a two-symbol feature as `first` has it beside `second`, for whichever symbol asks.

    A definition puts its own symbol first, so the second leg would see the pair the other way round. Both legs see
    the same values at the same slices, those in which both have a bar.
    """
    feature = definition(*parameters, other=second)
    inputs = tuple(name if "@" in name else f"{name}@{first}" for name in feature.inputs)
    return replace(feature, name=f"{feature.name}@{first}", inputs=inputs)


def half_life_or_never(first: str, second: str, length: int) -> Feature:
    """Return the half-life of the pair's spread in bars, NEVER where it does not come back."""
    feature = pair_feature(spread_half_life, first, second, length)
    return replace(
        feature,
        name=f"{feature.name}_or_never",
        rule=half_life_or_never_update,
        state_size=half_life_or_never_state_size(length),
    )
