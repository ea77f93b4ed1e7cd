"""`robo-trader features list|show`."""

from dataclasses import asdict, dataclass
from typing import Any

from robo_trader.app.console import print_json, print_pairs, print_rows
from robo_trader.app.feature_selection import find_any
from robo_trader.core.domain.errors import InvalidConfig
from robo_trader.core.features.catalogue import CROSS_DEFINITIONS, DEFINITIONS
from robo_trader.core.features.feature import CrossDefinition, Definition, Group


@dataclass(frozen=True, slots=True)
class ListedFeature:
    """One line of `features list`."""

    name: str
    group: str
    parameters: str
    unit: str
    summary: str


def list_features(group: str | None, *, as_json: bool) -> None:
    """Print all features, or those of a group. Raises InvalidConfig for a group that there is not."""
    wanted = None if group is None else _group(group)
    every: list[Definition | CrossDefinition] = [*DEFINITIONS.values(), *CROSS_DEFINITIONS.values()]
    rows = [
        ListedFeature(one.name, one.group.value, _parameters(one), one.unit, one.summary)
        for one in every
        if wanted in (None, one.group)
    ]
    print_rows(
        f"{len(rows)} features", rows, columns=("name", "group", "parameters", "unit", "summary"), as_json=as_json
    )


def show_feature(name: str, *, as_json: bool) -> None:
    """Print everything about a feature. Raises InvalidConfig naming the nearest one."""
    described = describe(find_any(name))
    if as_json:
        print_json(described)
        return
    parameters = described.pop("parameters")
    print_pairs(
        name, {key: ", ".join(value) if isinstance(value, list) else str(value) for key, value in described.items()}
    )
    rows = [ShownParameter(**one) for one in parameters]
    if rows:
        print_rows("Parameters", rows, columns=("name", "default", "minimum", "maximum", "unit"), as_json=False)


@dataclass(frozen=True, slots=True)
class ShownParameter:
    """One parameter of a feature."""

    name: str
    default: float
    minimum: float
    maximum: float
    unit: str


def describe(definition: Definition | CrossDefinition) -> dict[str, Any]:
    """Return everything about a feature as plain values."""
    facts: dict[str, Any] = {
        "name": definition.name,
        "group": definition.group.value,
        "summary": definition.summary,
        "source": definition.source,
        "unit": definition.unit,
        "undefined": definition.undefined,
        "rule": f"{definition.rule.__module__}.{definition.rule.__qualname__}",
    }
    if isinstance(definition, CrossDefinition):
        return {
            **facts,
            "computed_from": "another feature of all symbols",
            "warm_up": "as what is compared",
            "parameters": [],
        }
    defaults = definition.checked(())
    return {
        **facts,
        "computed_from": f"{definition.record.value}s",
        "inputs": list(definition.inputs),
        "warm_up": definition.warm_up(*defaults),
        "ordered": list(definition.ordered),
        "parameters": [
            asdict(ShownParameter(one.name, one.default, one.minimum, one.maximum, one.unit))
            for one in definition.parameters
        ],
    }


def _group(text: str) -> Group:
    for group in Group:
        if text.strip().lower().replace("_", "-") == group.value:
            return group
    known = ", ".join(group.value for group in Group)
    raise InvalidConfig(f"There is no group called {text!r}", next_step=f"The groups are {known}.")


def _parameters(definition: Definition | CrossDefinition) -> str:
    if isinstance(definition, CrossDefinition):
        return "(feature)"
    return ", ".join(f"{one.name} {one.default:g}" for one in definition.parameters)
