"""Writes the loop from bars to the changes of views: features and strategy in one pass over the inputs.

A written loop of a strategy that takes the average of the close reads, gaps and memories left out,

    for place in places:
        strength = 0.0
        for t in range(slices):
            x0 = c0[place, t]
            v0 = f0(m0, x0, q0_0)
            if v0 == v0:
                view = rule(memory, v0, p0)
                if view != strength:
                    changes[count] = t, place, view

No value is kept. A strategy's value may also be a column that was computed before; then the loop reads it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from robo_trader.research.compiled.compiler import Compiled, Compiler, is_ours
from robo_trader.research.compiled.loops import is_local

# Floats that a loop has for the memory of a feature: as many or more than it remembers, so that not every length of a
# window is another loop. A larger memory is an array that is handed over.
_LOCAL_SIZES = (2, 4, 8, 16, 32, 64, 128, 256)

_VIEWS = """
import math

from robo_trader.research.compiled.local_memory import local_floats


def run(places, slices, changes, close, state{arguments}):
    {remember}
    count = 0
    for place in places:
        strength = 0.0
{forget}
        for t in range(slices):
            if {missing}:
                continue
{takes}
            if {warm}:
                view = rule(memory{values}{parameters})
                if view != strength:
                    if count == len(changes):
                        return -1
                    changes[count, 0] = t
                    changes[count, 1] = place
                    changes[count, 2] = view
                    count += 1
                    if not (-1.0 <= view <= 1.0):
                        return -1 - count
                    strength = view
    {keep}
    return count
"""


@dataclass(frozen=True, slots=True)
class Computed:
    """A value the loop computes."""

    rule: int  # its place among the features' rules
    columns: tuple[int, ...]  # what the rule takes
    parameters: int
    local_size: int  # floats the rule remembers, kept in the loop's own memory; 0: in an array that is handed over
    may_miss: bool  # an input may be NaN, which gives NaN and leaves the memory as it was


@dataclass(frozen=True, slots=True)
class Shape:
    """What distinguishes one loop from another."""

    values: tuple[Computed | int, ...]  # what the strategy's rule takes; a number is that of a column
    waits_for: tuple[int, ...]  # columns the rule does not take, without which there is no view
    by_symbol: tuple[bool, ...]  # of each column, whether it is (symbols, slices) or (slices,), the same for all
    parameters: int
    state_size: int
    has_gaps: bool


def view_loop(compiler: Compiler, shape: Shape, rule: Compiled, features: tuple[Compiled, ...]) -> Compiled:
    """Return run(places, slices, changes, close, state, *columns, *rest) -> how many rows of `changes` it filled.

    rest: for each computed value its memory and its parameters, then the strategy's parameters.

    A row is a slice, a place and a strength; they come by place, then slice. The answer is -1 if the table is full, and
    -1 - n if the n-th row holds what is no strength. `state` is left as it is after the last symbol.
    """
    return compiler.compile_source(_written(shape), rule, *features)


def local_size(rule: Compiled, state_size: int) -> int:
    """Return how many floats a loop has of its own for a feature that remembers so many.

    A rule of a user's own is held to the very number it states.
    """
    if not is_ours(rule.__module__):
        return 0
    return next((size for size in _LOCAL_SIZES if size >= state_size), 0) if state_size else 0


@cache
def _written(shape: Shape) -> str:
    computed = {n: value for n, value in enumerate(shape.values) if isinstance(value, Computed)}
    warm = [*(f"v{n}" for n in range(len(shape.values))), *(f"c{n}_" for n in shape.waits_for)]
    rest = [name for n, value in computed.items() for name in (f"s{n}", *_numbered(f"q{n}_", value.parameters))]
    own = is_local(shape.state_size)
    memories = {"memory": f"local_floats({shape.state_size})" if own else "state"}
    memories |= {f"m{n}": f"local_floats({v.local_size})" if v.local_size else f"s{n}" for n, v in computed.items()}
    keep = [f"state[{n}] = memory[{n}]" for n in range(shape.state_size)] if own else []
    return _VIEWS.format(
        arguments="".join(f", {name}" for name in (
            *_numbered("c", len(shape.by_symbol)), *rest, *_numbered("p", shape.parameters),
        )),
        remember="; ".join(f"{name} = {memory}" for name, memory in memories.items()),
        forget="\n".join(f"        for n in range(len({name})):\n            {name}[n] = 0.0" for name in memories),
        missing="close[place, t] != close[place, t]" if shape.has_gaps else "False",
        takes="\n".join(f"            {line}" for line in _taken(shape)) or "            pass",
        warm=" and ".join(f"{name} == {name}" for name in warm) or "True",
        values="".join(f", v{n}" for n in range(len(shape.values))),
        parameters="".join(f", {name}" for name in _numbered("p", shape.parameters)),
        keep="; ".join(keep) or "pass",
    )  # fmt: skip


def _taken(shape: Shape) -> Iterator[str]:
    """Yield what gives each value of a record its name."""
    for number, by_symbol in enumerate(shape.by_symbol):
        yield f"c{number}_ = c{number}[place, t]" if by_symbol else f"c{number}_ = c{number}[t]"
    for number, value in enumerate(shape.values):
        if isinstance(value, int):
            yield f"v{number} = c{value}_"
            continue
        inputs = [f"c{column}_" for column in value.columns]
        call = f"f{value.rule}({', '.join([f'm{number}', *inputs, *_numbered(f'q{number}_', value.parameters)])})"
        sound = " and ".join(f"{name} == {name}" for name in inputs) if value.may_miss else ""
        yield f"v{number} = {call}" + (f" if {sound} else math.nan" if sound else "")


def _numbered(name: str, count: int) -> list[str]:
    return [f"{name}{number}" for number in range(count)]
