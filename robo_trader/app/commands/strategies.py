"""`robo-trader strategies list|show`."""

from dataclasses import asdict, dataclass, fields, replace

import typer

from robo_trader.app.console import print_json, print_pairs, print_rows
from robo_trader.app.event_strategies import form_of
from robo_trader.app.settings import DataSettings
from robo_trader.app.strategies import strategy_of
from robo_trader.app.strategy_parameters import parameter_text, settable
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.features.feature import Feature
from robo_trader.core.strategies.catalogue import ALL_STRATEGIES
from robo_trader.core.strategies.event_strategy import EventStrategy
from robo_trader.core.strategies.strategy import AnyStrategy


@dataclass(frozen=True, slots=True)
class ListedStrategy:
    """One line of `strategies list`."""

    name: str
    form: str
    summary: str
    parameters: str


@dataclass(frozen=True, slots=True)
class ShownParameter:
    """One parameter of `strategies show`."""

    name: str
    default: float | str
    minimum: float | str | None  # None for a name, which has no bounds
    maximum: float | str | None
    unit: str
    about: str


def list_strategies(*, as_json: bool) -> None:
    """Print every strategy of ours with its summary and parameters."""
    rows = [
        ListedStrategy(
            name,
            form_of(kind),
            summary_of(kind),
            ", ".join(f"{one.name} {_text(one.default)}" for one in _shown(kind)),
        )
        for name, kind in ALL_STRATEGIES.items()
    ]
    print_rows("Strategies", rows, columns=("name", "form", "summary", "parameters"), as_json=as_json)


def show_strategy(reference: str, *, as_json: bool) -> None:
    """Print what a strategy is, takes and reads. Raises InvalidConfig if there is none of this name."""
    kind = strategy_of(reference).kind
    strategy, parameters = kind(), _shown(kind)
    read = dict.fromkeys(feature.name for symbol in DataSettings().symbols for feature in _read(strategy, symbol))
    if as_json:
        print_json({
            "name": strategy.name, "form": form_of(kind),
            "summary": summary_of(kind), "parameters": [asdict(one) for one in parameters],
            "ordered": list(kind.ordered), "features": list(read),
        })  # fmt: skip
        return
    facts = {"does": summary_of(kind), "form": form_of(kind), "reads": ", ".join(read) or "nothing"}
    if kind.ordered:
        facts["needs"] = " < ".join(kind.ordered)
    print_pairs(strategy.name, facts)
    columns = ("name", "default", "minimum", "maximum", "unit", "about")
    told = [
        replace(one, default=_text(one.default), minimum=_text(one.minimum), maximum=_text(one.maximum))
        for one in parameters
    ]
    print_rows("Parameters", told, columns=columns, as_json=False)
    if parameters:
        example = next((one for one in parameters if one.name in vars(kind) and one.minimum is not None), parameters[0])
        option = f"--param {example.name}={_text(example.default)}"
        typer.echo(f"Set one with {option}, or in robo_trader.toml under [strategy.parameters].")


def summary_of(kind: type[AnyStrategy]) -> str:
    """Return the first line of the class's own docstring."""
    return (kind.__doc__ or "").strip().split("\n")[0]


def _read(strategy: AnyStrategy, symbol: Symbol) -> tuple[Feature, ...]:
    """Return the features of bars, and of quotes and prints where it is told of them."""
    if not isinstance(strategy, EventStrategy):
        return strategy.features(symbol)
    return (*strategy.features(symbol), *strategy.quote_features(symbol), *strategy.trade_features(symbol))


def _shown(kind: type[AnyStrategy]) -> list[ShownParameter]:
    about = {one.name: str(one.metadata.get("about", "")) for one in fields(kind)}
    numbers = {one.name: one for one in kind.parameters()}
    return [
        ShownParameter(name, one.default, one.minimum, one.maximum, one.unit, about[name])
        if (one := numbers.get(name))
        else ShownParameter(name, parameter_text(default), None, None, "name", about[name])
        for name, default in settable(kind).items()
    ]


def _text(value: float | str | None) -> str:
    return "-" if value is None or value == "" else parameter_text(value)
