"""All features there are, by name."""

from robo_trader.core.features import (
    calendar,
    cross_sectional,
    microstructure,
    momentum,
    regime,
    statistical,
    trend,
    volatility,
    volume,
)
from robo_trader.core.features.feature import CrossDefinition, Definition

_MODULES = (trend, momentum, volatility, volume, statistical, microstructure, calendar, regime)

DEFINITIONS: dict[str, Definition] = {
    definition.name: definition for module in _MODULES for definition in module.DEFINITIONS
}
CROSS_DEFINITIONS: dict[str, CrossDefinition] = {
    definition.name: definition for definition in cross_sectional.DEFINITIONS
}
assert len(DEFINITIONS) == sum(len(module.DEFINITIONS) for module in _MODULES), "two definitions share a name"
