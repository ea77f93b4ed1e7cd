"""All features there are, by name."""

from difflib import get_close_matches

from robo_trader.core.domain.errors import InvalidConfig
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


def find_definition(name: str) -> Definition:
    """Return the definition called `name`. Raises InvalidConfig naming the nearest one."""
    found = DEFINITIONS.get(name)
    if found is not None:
        return found
    near = get_close_matches(name, DEFINITIONS, n=1)
    raise InvalidConfig(
        f"There is no feature called {name!r}",
        next_step=f"Did you mean {near[0]!r}?" if near else "See `robo-trader features list`.",
    )
