"""Settings from environment variables: ROBO_RISK__MAX_POSITION_FRACTION sets risk.max_position_fraction."""

from collections.abc import Mapping

from robo_trader.app.settings.keys import ENVIRONMENT_PREFIX, NESTING
from robo_trader.app.settings.layers import Layer, Setting, gather
from robo_trader.app.settings.problems import Origin, OriginKind, printable


def read_environment(environment: Mapping[str, str]) -> Layer:
    """Return the layer of all variables that begin with ROBO_, in any case: robo_risk__x is meant, not ignored."""
    names = sorted(name for name in environment if name.upper().startswith(ENVIRONMENT_PREFIX))
    return gather(_setting(name, environment[name]) for name in names)


def _setting(name: str, value: str) -> Setting:
    path = tuple(name[len(ENVIRONMENT_PREFIX) :].lower().split(NESTING))
    return Setting(path, value, Origin(OriginKind.ENVIRONMENT, printable(name)))
