"""Features that are kept together, and the hash that tells one such set from any other."""

import ast
import hashlib
import importlib
import inspect
import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from types import ModuleType
from typing import Any

from robo_trader.core.domain.errors import InvalidConfig
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.features.feature import Feature, Rule
from robo_trader.core.market import columns
from robo_trader.core.market.columns import BAR_COLUMNS

RULES = "robo_trader.core.rules"
_HASH_DIGITS = 24


@dataclass(frozen=True)
class FeatureSet:
    """Features of bars, by name.

    universe: the symbols that comparing features compare, in any order; empty if there are none of those.
    """

    features: tuple[Feature, ...]
    universe: tuple[Symbol, ...] = ()

    def __post_init__(self) -> None:
        """Raise InvalidConfig for a set that could not be kept."""
        names = [feature.name for feature in self.features]
        if not names:
            raise InvalidConfig("A feature set needs a feature", next_step="Name one: `robo-trader features list`.")
        for name in names:
            if names.count(name) > 1:
                raise InvalidConfig(f"{name} stands twice in the feature set", next_step="Leave one of them out.")
        for feature in self.features:
            _check_inputs(computed(feature))
        if self.compares and not self.universe:
            raise InvalidConfig("A feature that compares symbols needs their universe", next_step="Name the symbols.")

    @property
    def names(self) -> tuple[str, ...]:
        """The features' names, in the set's order."""
        return tuple(feature.name for feature in self.features)

    @property
    def compares(self) -> bool:
        """Whether a feature's value depends on all symbols of the universe."""
        return any(feature.base is not None for feature in self.features)

    @property
    def bases(self) -> tuple[Feature, ...]:
        """What is compared, each once."""
        return tuple(
            {feature.base.name: feature.base for feature in self.features if feature.base is not None}.values()
        )

    @property
    def others(self) -> tuple[Symbol, ...]:
        """The second symbols that features read, each once, in order."""
        inputs = {name for feature in self.features for name in computed(feature).inputs}
        return tuple(sorted(Symbol(name.partition("@")[2]) for name in inputs if "@" in name))

    @cached_property
    def content_hash(self) -> str:
        """Hexadecimal digits that change with any definition, parameter, warm-up or line of a rule's code.

        The order of the features does not matter.
        """
        described = sorted((_description(feature) for feature in self.features), key=lambda one: str(one["name"]))
        sources = {module.__name__: inspect.getsource(module) for module in self._modules()}
        content = {
            "features": described,
            "universe": sorted(self.universe) if self.compares else [],
            "sources": dict(sorted(sources.items())),
        }
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:_HASH_DIGITS]

    def _modules(self) -> Iterator[ModuleType]:
        """Yield the modules whose code decides a value: the rules', what they import of rules, and the columns'."""
        yield columns
        seen: dict[str, ModuleType] = {}
        for feature in (*self.features, *self.bases):
            _gather(feature.rule.__module__, seen)
        yield from seen.values()


def computed(feature: Feature) -> Feature:
    """Return the feature that is computed from columns: what is compared, for a feature that compares."""
    return feature if feature.base is None else feature.base


def rule_modules(rule: Rule) -> tuple[str, ...]:
    """Return the names of the module of a rule and of every rule module it uses, sorted."""
    seen: dict[str, ModuleType] = {}
    _gather(rule.__module__, seen)
    return tuple(sorted(seen))


def _check_inputs(feature: Feature) -> None:
    for name in feature.inputs:
        if name.partition("@")[0] not in BAR_COLUMNS:
            raise InvalidConfig(
                f"{feature.name} reads {name} of quotes or trades, and the store keeps features of bars",
                next_step="See `robo-trader features list` for what each feature is computed from.",
            )


def _description(feature: Feature) -> dict[str, Any]:
    return {
        "name": feature.name,
        "inputs": feature.inputs,
        "parameters": [float(value).hex() for value in feature.parameters],
        "warm_up": feature.warm_up,
        "state_size": feature.state_size,
        "rule": f"{feature.rule.__module__}.{feature.rule.__qualname__}",
        "groups": sorted(feature.groups.items()),
        "base": None if feature.base is None else _description(feature.base),
    }


def _gather(name: str, seen: dict[str, ModuleType]) -> None:
    if name in seen:
        return
    seen[name] = importlib.import_module(name)
    for imported in _imports(ast.parse(inspect.getsource(seen[name]))):
        if imported.startswith(f"{RULES}."):
            _gather(imported, seen)


def _imports(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            module = node.module or ""
            yield module
            if module == RULES:
                yield from (f"{RULES}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
