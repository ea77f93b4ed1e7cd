"""The strategies of a run: ours by their names, or the user's own from Python files; with their parameters."""

import inspect
import traceback
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import Field, dataclass
from decimal import Decimal
from difflib import get_close_matches
from pathlib import Path

from robo_trader.app.event_strategies import HOOKS, check_event_fit, refuse_to_share
from robo_trader.app.settings import Settings
from robo_trader.app.settings.fields import OWN_STRATEGY_GRAMMAR, split_references
from robo_trader.app.strategy_files import load_strategy_file
from robo_trader.app.strategy_parameters import (
    divide_capital,
    divide_parameters,
    parameter_text,
    parameters_of,
    read_parameters,
)
from robo_trader.core.domain.errors import InvalidConfig, RoboTraderError
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.features.feature import Feature
from robo_trader.core.market.columns import BAR_COLUMNS
from robo_trader.core.strategies.catalogue import find_strategy
from robo_trader.core.strategies.event_strategy import EventStrategy
from robo_trader.core.strategies.strategy import AnyStrategy, Strategy, strategy_name

BuiltStrategy = Strategy | EventStrategy
_FORMS = (AnyStrategy, Strategy, EventStrategy)


@dataclass(frozen=True, slots=True)
class FoundStrategy:
    """A strategy's class and where it is from."""

    kind: type[AnyStrategy]
    reference: str  # its name, or file and class; without the folder, so that a moved file is the same strategy
    content_hash: str  # of the user's own file, empty for one of ours


def strategy_of(reference: str) -> FoundStrategy:
    """Return the class that `reference` names: a known strategy, or `path/to/file.py:Name`.

    Raises InvalidConfig if there is none, or if it is no strategy.
    """
    own = OWN_STRATEGY_GRAMMAR.fullmatch(reference)
    if own is None:
        return FoundStrategy(find_strategy(reference), reference, "")
    file = Path(own["file"]).expanduser()
    loaded = load_strategy_file(file)
    kind = getattr(loaded.module, own["name"], None)
    if kind is None:
        near = get_close_matches(own["name"], _strategies_in(vars(loaded.module)), n=1, cutoff=0.0)
        raise InvalidConfig(
            f"{file} has no class {own['name']}",
            next_step=f"Did you mean {near[0]}?" if near else "Write one that is a Strategy, or name another file.",
        )
    _check_is_strategy(kind, f"{own['name']} in {file}")
    return FoundStrategy(kind, f"{file.name}:{own['name']}", loaded.content_hash)


@dataclass(frozen=True, slots=True)
class ChosenStrategy:
    """A strategy of a run, made, and its part of the account."""

    name: str  # its own, or the one that tells it from the others
    found: FoundStrategy
    strategy: BuiltStrategy
    capital: Decimal  # fraction of equity it sizes by

    @property
    def identity(self) -> dict[str, str]:
        """What tells it from any other: reference, every parameter that holds, and a user's own code."""
        values = parameters_of(self.strategy)
        identity = {"name": self.found.reference}
        identity |= {f"parameters.{name}": parameter_text(value) for name, value in values.items()}
        return {**identity, "content": self.found.content_hash} if self.found.content_hash else identity


def build_strategies(settings: Settings) -> tuple[ChosenStrategy, ...]:
    """Return the strategies that the settings describe, fit for their symbols.

    Raises InvalidConfig for an unknown parameter or one out of its bounds, where a rule and its inputs differ, where
    one would trade none of the symbols, and for parts of the account that belong to nobody or are more than the whole.
    """
    references = split_references(settings.strategy.name)
    founds = [(label, reference, strategy_of(reference)) for label, reference in references]
    names = [label or strategy_name(found.kind) for label, _, found in founds]
    if len(set(names)) < len(names):
        raise InvalidConfig(
            f"strategy.name: two strategies are called {max(names, key=names.count)}",
            next_step="Give each a name of its own, as in quick=sma_crossover.",
        )
    given = divide_parameters(settings.strategy.parameters, names)
    capital = divide_capital(settings.strategy.capital, names)
    chosen = []
    for name, (_, reference, found) in zip(names, founds, strict=True):
        # Which parameters there are is known at run time only; what was read has been held against them.
        parameters = read_parameters(found.kind, given[name])
        with _own_code(reference):
            strategy = found.kind(**parameters)
        assert isinstance(strategy, BuiltStrategy), strategy
        check_fit(strategy, settings.data.symbols)
        chosen.append(ChosenStrategy(name, found, strategy, capital[name]))
    refuse_to_share([one.strategy for one in chosen])
    return tuple(chosen)


def build_strategy(settings: Settings) -> BuiltStrategy:
    """Return the one strategy that the settings describe. Raises InvalidConfig where they describe several."""
    chosen = build_strategies(settings)
    if len(chosen) > 1:
        raise InvalidConfig("this takes one strategy at a time", next_step=f"Name one: {chosen[0].name}.")
    return chosen[0].strategy


def check_fit(strategy: BuiltStrategy, symbols: tuple[Symbol, ...]) -> None:
    """Raise InvalidConfig where the rule and its inputs differ, and where a strategy trades none of the symbols."""
    with _own_code(strategy.name):
        for symbol in symbols:
            _check_inputs(strategy, symbol, symbols)
        if isinstance(strategy, EventStrategy):
            check_event_fit(strategy, symbols)
            return
    if not any(strategy.features(symbol) for symbol in symbols):
        raise InvalidConfig(
            f"{strategy.name} trades none of {', '.join(symbols)}",
            next_step="Add the symbols that it names to data.symbols, or name others.",
        )


def strategy_identity(settings: Settings) -> dict[str, str]:
    """Return what tells these strategies from any others; of several, each under its name."""
    chosen = build_strategies(settings)
    if len(chosen) == 1:
        return chosen[0].identity
    identity = {f"{one.name}.{key}": value for one in chosen for key, value in one.identity.items()}
    return identity | {f"{one.name}.capital": f"{one.capital.normalize():f}" for one in chosen}


def _strategies_in(names: Mapping[str, object]) -> list[str]:
    return [
        name
        for name, kind in names.items()
        if isinstance(kind, type) and issubclass(kind, AnyStrategy) and kind not in _FORMS
    ]


def _check_is_strategy(kind: object, what: str) -> None:
    fault = _fault(kind)
    if fault is not None:
        reason, advice = fault
        raise InvalidConfig(f"{what} {reason}", next_step=advice)


def _fault(kind: object) -> tuple[str, str] | None:
    """Return what keeps `kind` from being a strategy, the plainest first, and what to do about it."""
    if not (isinstance(kind, type) and issubclass(kind, BuiltStrategy)):
        advice = "Write class Name(Strategy), with the Strategy of robo_trader.core.strategies.strategy."
        return "is no Strategy", advice
    if issubclass(kind, EventStrategy):
        return _event_fault(kind)
    if inspect.isabstract(kind):
        return "does not say which features it reads", "Give it a method features(self, symbol)."
    if not isinstance(inspect.getattr_static(kind, "rule", None), staticmethod):
        return "has no rule that is a static method", "Write @staticmethod above def rule(state, ...)."
    return _dataclass_fault(kind)


def _event_fault(kind: type[EventStrategy]) -> tuple[str, str] | None:
    if not any(map(kind.hears, HOOKS)):
        return "has no hook", f"Give it one of {', '.join(HOOKS)}."
    return _dataclass_fault(kind)


def _dataclass_fault(kind: type[AnyStrategy]) -> tuple[str, str] | None:
    if any(isinstance(value, Field) for value in vars(kind).values()):
        return "is no dataclass, so that its parameters are not seen", "Write @dataclass(frozen=True) above the class."
    return None


@contextmanager
def _own_code(what: str) -> Iterator[None]:
    """Turn whatever code of a user's raises into InvalidConfig, with the line; what is one already stays."""
    try:
        yield
    except RoboTraderError:
        raise
    except Exception as error:
        last = traceback.extract_tb(error.__traceback__)[-1]
        raise InvalidConfig(
            f"{what} failed in line {last.lineno} of {Path(last.filename).name}: {type(error).__name__}: {error}",
            next_step="Correct it; nothing was started.",
        ) from error


def _check_inputs(strategy: BuiltStrategy, symbol: Symbol, symbols: tuple[Symbol, ...]) -> None:
    """Hold what the rule takes against what it will be given, before the first bar does."""
    features: object = strategy.features(symbol)  # of a user's own making
    if not isinstance(features, tuple | list) or not all(isinstance(feature, Feature) for feature in features):
        raise InvalidConfig(
            f"{strategy.name}.features answered {features!r:.100} for {symbol}, which is no tuple of features",
            next_step="Return one as (sma(20), rsi(14)); a single one needs its comma, (sma(20),).",
        )
    if not features:
        return  # not traded: the rule is never asked
    for column in (name for feature in features for name in _inputs(feature)):
        name, _, other = column.partition("@")
        if name not in BAR_COLUMNS:
            raise InvalidConfig(
                f"{strategy.name} reads {name} of {symbol}, which bars do not have",
                next_step=f"Use features of {', '.join(BAR_COLUMNS)}.",
            )
        if other and other not in symbols:
            raise InvalidConfig(
                f"{strategy.name} reads {other}, which is not among data.symbols",
                next_step=f"Add {other} to the symbols; a strategy need not trade all of them.",
            )
    if isinstance(strategy, Strategy):
        _check_rule(strategy, symbol, features)


def _check_rule(strategy: Strategy, symbol: Symbol, features: Sequence[Feature]) -> None:
    parameters = strategy.rule_parameters(symbol)
    try:
        inspect.signature(strategy.rule).bind([], *features, *parameters)
    except TypeError as error:
        given = ", ".join(feature.name for feature in features)
        raise InvalidConfig(
            f"{strategy.name}.rule does not take what it is given for {symbol} ({error}): "
            f"state, {given}, and {len(parameters)} parameters",
            next_step="Let the rule take the state, each feature's value, and each parameter, in that order.",
        ) from error


def _inputs(feature: Feature) -> tuple[str, ...]:
    return feature.inputs if feature.base is None else feature.base.inputs
