"""What a strategy may be told: numbers with bounds, and the names it needs, such as symbols and sectors."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from decimal import ROUND_DOWN, Decimal
from difflib import get_close_matches

from robo_trader.core.domain.errors import InvalidConfig
from robo_trader.core.strategies.strategy import AnyStrategy, strategy_name

Names = tuple[str | tuple[str, ...], ...]
ParameterValue = float | str | Names


def settable(kind: type[AnyStrategy]) -> dict[str, ParameterValue]:
    """Return every parameter with its default: numbers with bounds, and plain fields that hold names."""
    return {
        one.name: getattr(kind, one.name)
        for one in fields(kind)
        if "bounds" in one.metadata or isinstance(one.default, (str, tuple))
    }


def parameters_of(strategy: AnyStrategy) -> dict[str, ParameterValue]:
    """Return every parameter with the value that holds, defaults included."""
    return {name: getattr(strategy, name) for name in settable(type(strategy))}


def read_parameters(kind: type[AnyStrategy], given: Mapping[str, float | str]) -> dict[str, ParameterValue]:
    """Return what was given as the strategy takes it. Raises InvalidConfig for what it has not or cannot take."""
    known = settable(kind)
    read: dict[str, ParameterValue] = {}
    for name, value in given.items():
        if name not in known:
            raise _unknown(name, list(known), strategy_name(kind))
        read[name] = _read(value, known[name], f"strategy.parameters.{name}: {strategy_name(kind)}: {name}")
    return read


def divide_parameters(given: Mapping[str, float | str], names: Sequence[str]) -> dict[str, dict[str, float | str]]:
    """Return whose each parameter is. `momentum.lookback` is of the strategy called so; a plain name, of the only one.

    Raises InvalidConfig for one that is nobody's.
    """
    divided: dict[str, dict[str, float | str]] = {name: {} for name in names}
    for key, value in given.items():
        owner, dot, name = key.rpartition(".")
        if not dot and len(names) > 1:
            raise InvalidConfig(
                f"strategy.parameters.{key}: several strategies run, and it does not say whose it is",
                next_step=f"Write strategy.parameters.{names[0]}.{key}.",
            )
        divided[_owner(owner, names, f"strategy.parameters.{key}") if dot else names[0]][name] = value
    return divided


def divide_capital(given: Mapping[str, Decimal], names: Sequence[str]) -> dict[str, Decimal]:
    """Return the fraction of equity each strategy sizes by: equal parts if nothing is given.

    Raises InvalidConfig where some have one and others none, and where all together are more than the whole.
    """
    if not given:
        part = (Decimal(1) / len(names)).quantize(Decimal("0.000001"), ROUND_DOWN)
        return dict.fromkeys(names, part)
    capital = {_owner(name, names, f"strategy.capital.{name}"): part for name, part in given.items()}
    without = [name for name in names if name not in capital]
    if without:
        raise InvalidConfig(f"strategy.capital has no part for {without[0]}", next_step="Give each strategy one.")
    if sum(capital.values()) > 1:
        raise InvalidConfig("strategy.capital: the parts are more than the whole account", next_step="Make them 1.")
    return capital


def _owner(name: str, names: Sequence[str], key: str) -> str:
    if name in names:
        return name
    near = get_close_matches(name, names, n=1)
    raise InvalidConfig(
        f"{key}: no strategy is called {name}",
        next_step=f"Did you mean {near[0]}?" if near else f"They are {', '.join(names)}.",
    )


def parameter_text(value: ParameterValue) -> str:
    """Return a value as it is written in settings: 20, SPY, or AAPL:technology,XOM:energy."""
    if isinstance(value, tuple):
        return ",".join(item if isinstance(item, str) else ":".join(item) for item in value)
    return value if isinstance(value, str) else f"{value:.15g}"


def _read(value: float | str, default: ParameterValue, what: str) -> ParameterValue:
    if isinstance(default, (str, tuple)):
        if not isinstance(value, str):
            raise InvalidConfig(f"{what} must be text, was {value}", next_step='Write it in quotes, as in "SPY".')
        return value if isinstance(default, str) else _names(value)
    if isinstance(value, str):
        raise InvalidConfig(f"{what} must be a number, was {value!r}", next_step=f"{default:g} is the default.")
    return value


def _names(text: str) -> Names:
    """Read `AAPL, MSFT` as names, and `AAPL:technology, XOM:energy` as pairs of names."""
    items = [tuple(part.strip() for part in item.split(":")) for item in text.split(",")]
    return tuple(item[0] if len(item) == 1 else item for item in items)


def _unknown(name: str, names: list[str], strategy: str) -> InvalidConfig:
    near = get_close_matches(name, names, n=1)
    if near:
        advice = f"Did you mean strategy.parameters.{near[0]}?"
    else:
        advice = f"Its parameters are {', '.join(names)}." if names else "It takes no parameters."
    return InvalidConfig(f"strategy.parameters.{name}: {strategy} has no parameter {name}", next_step=advice)
