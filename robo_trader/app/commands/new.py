"""`robo-trader new strategy`: a strategy that runs as it is written, and its test, to be changed at will."""

import keyword
import re
import sys
from pathlib import Path
from string import Template

import typer

from robo_trader.core.domain.errors import InvalidConfig

_STRATEGY = Template('''\
"""A first strategy, written by `robo-trader new strategy`. Change everything, and try it:

robo-trader backtest --strategy ${file}:${kind}
robo-trader backtest --strategy ${file}:${kind} --param length=50
robo-trader strategies show ${file}:${kind}
pytest test_${file}
"""

from dataclasses import dataclass
from typing import ClassVar

from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.features.feature import Feature
from robo_trader.core.features.statistical import zscore
from robo_trader.core.strategies.strategy import Strategy, bounded


@dataclass(frozen=True)
class ${kind}(Strategy):
    """Buys what has fallen far below its mean, and sells when it has come back."""

    # How many floats the rule remembers of each symbol. They are zeros at first.
    state_size: ClassVar[int] = 1

    # Parameters that must increase in this order: to sell before it bought would make no sense.
    ordered: ClassVar[tuple[str, ...]] = ("leave", "enter")

    # The parameters: default, smallest, largest, unit, meaning. A whole default takes whole numbers only.
    length: int = bounded(20, 2, 500, "bars", "how many closes the mean is taken of")
    leave: float = bounded(0.0, -1.0, 5.0, "standard deviations", "how far below the mean to sell")
    enter: float = bounded(2.0, 0.5, 5.0, "standard deviations", "how far below the mean to buy")

    def features(self, symbol: Symbol) -> tuple[Feature, ...]:
        """Return what the rule reads of a symbol, in its order. An empty tuple leaves the symbol alone."""
        return (zscore(self.length),)

    def rule_parameters(self, symbol: Symbol) -> tuple[float, ...]:
        """Return what the rule takes after the features. `length` is not among it: the feature has it."""
        return (self.leave, self.enter)

    @staticmethod
    def rule(state: list[float], z: float, leave: float, enter: float) -> float:
        """Return how much to hold at the close of a bar: 1 is a full position, 0 none, -1 a full short one.

        It is asked at every bar once its features are known. Plain arithmetic only, and everything it remembers in
        `state`: then research can compile it.
        """
        if z <= -enter:
            state[0] = 1.0
        elif z >= -leave:
            state[0] = 0.0
        return state[0]
''')

_TEST = Template('''\
"""${kind}, told one distance from the mean after another. Run it with `pytest test_${file}`.

Worked by hand: it buys 2 standard deviations below the mean, holds, and sells at the mean.
"""

import pytest

from ${module} import ${kind}
from robo_trader.core.domain.errors import InvalidConfig
from robo_trader.core.domain.instruments import Symbol

AAPL = Symbol("AAPL")


def strengths(strategy: ${kind}, *distances: float) -> list[float]:
    state = [0.0] * strategy.state_size
    return [strategy.rule(state, z, *strategy.rule_parameters(AAPL)) for z in distances]


def test_it_buys_far_below_the_mean_and_holds_until_it_is_back() -> None:
    assert strengths(${kind}(), 0.0, -1.9, -2.0, -1.0, -0.1, 0.0, -1.0) == [0, 0, 1, 1, 1, 0, 0]


def test_how_far_is_a_parameter() -> None:
    assert strengths(${kind}(enter=1.0, leave=0.5), -0.9, -1.0, -0.6, -0.5) == [0, 1, 1, 0]


def test_it_reads_the_distance_over_its_length() -> None:
    assert [feature.name for feature in ${kind}(length=50).features(AAPL)] == ["zscore_50"]


def test_what_makes_no_sense_is_refused() -> None:
    with pytest.raises(InvalidConfig, match="leave < enter"):
        ${kind}(enter=1.0, leave=1.0)
''')


def write_strategy(name: str, folder: Path) -> None:
    """Write NAME.py and test_NAME.py into `folder`, and tell how to go on.

    Raises InvalidConfig for a name that cannot be used, and where one of the files exists.
    """
    module, kind = names_of(name)
    words = {"file": f"{module}.py", "module": module, "kind": kind}
    files = {folder / f"{module}.py": _STRATEGY, folder / f"test_{module}.py": _TEST}
    for path in files:
        if path.exists():
            raise InvalidConfig(f"{path.name} exists and is left as it is", next_step="Choose another name.")
    for path, template in files.items():
        _write(path, template.substitute(words))
    typer.echo(f"Wrote {module}.py and test_{module}.py. Next:\n")
    typer.echo(f"  robo-trader backtest --strategy {module}.py:{kind}")
    typer.echo(f"  robo-trader strategies show {module}.py:{kind}")
    typer.echo(f"  pytest test_{module}.py")
    typer.echo(f"  robo-trader run --strategy {module}.py:{kind}")


def names_of(name: str) -> tuple[str, str]:
    """Return the names of module and class: my_reversal and MyReversal, whichever of them was given.

    Raises InvalidConfig for what can be neither.
    """
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]{0,59}", name):
        raise InvalidConfig(
            f"{name!r} cannot be the name of a strategy",
            next_step="Use letters, digits and underscores, and begin with a letter: my_reversal or MyReversal.",
        )
    words = re.findall(r"[A-Z]+(?![a-z])[0-9]*|[A-Z]?[a-z0-9]+|[0-9]+", name)
    module = "_".join(words).lower()
    if module in sys.stdlib_module_names or keyword.iskeyword(module) or module in {"robo_trader", "pytest"}:
        raise InvalidConfig(
            f"{module} is the name of something else in Python", next_step=f"Add a word to it, as in my_{module}."
        )
    return module, "".join(word[0].upper() + word[1:] for word in words)


def _write(path: Path, text: str) -> None:
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise InvalidConfig(
            f"{path.name} cannot be written: {error.strerror}", next_step="Choose a folder that you may write to."
        ) from error
