"""Writes the loops that carry a rule over an array: one program a shape, as compiled code takes no list of functions.

A written loop over one input and one parameter reads

    for t in range(begin, end):
        x0 = c0[t]
        out[t] = rule(memory, x0, p0) if x0 == x0 else nan

where `memory` is the state, or a copy in the loop's own memory where it is small.
"""

from functools import cache

from robo_trader.research.compiled.compiler import Compiled, Compiler

LOCAL_MAX = 24  # floats; a larger state is a window, whose places are found at run time and stay in memory anyway

_FEATURE = """
import math

from robo_trader.research.compiled.local_memory import local_floats


def run(begin, end, state, {columns}out{parameters}):
    {remember}
    for t in range(begin, end):
{takes}
        if {sound}:
            out[t] = rule(memory{inputs}{parameters})
        else:
            out[t] = math.nan
    {keep}
"""

_COMPARISON = """
def run(values, groups, out):
    for t in range(values.shape[0]):
        for symbol in range(values.shape[1]):
            out[t, symbol] = rule(values[t, symbol], groups[symbol], values[t], groups)
"""


def feature_loop(
    compiler: Compiler, rule: Compiled, inputs: int, parameters: int, state_size: int, *, may_miss: bool
) -> Compiled:
    """Return run(begin, end, state, *columns, out, *parameters): the rule over records begin to end.

    may_miss: whether an input may be NaN, which then gives NaN and leaves the state as it was.
    """
    source = _written(inputs, parameters, state_size, may_miss=may_miss)
    return compiler.compile_source(source, rule)


def comparison_loop(compiler: Compiler, rule: Compiled) -> Compiled:
    """Return run(values, groups, out): a comparing rule over (records, symbols) arrays, groups (symbols,)."""
    return compiler.compile_source(_COMPARISON, rule)


def is_local(state_size: int) -> bool:
    """Return whether a state of so many floats is kept in a loop's own memory. The size is then part of the loop."""
    return 0 < state_size <= LOCAL_MAX


@cache
def _written(inputs: int, parameters: int, state_size: int, *, may_miss: bool) -> str:
    columns = range(inputs)
    numbers = range(state_size) if is_local(state_size) else ()
    copies = (f"memory[{n}] = state[{n}]" for n in numbers)
    return _FEATURE.format(
        remember="; ".join([f"memory = local_floats({state_size})", *copies]) if numbers else "memory = state",
        keep="; ".join(f"state[{n}] = memory[{n}]" for n in numbers) or "pass",
        columns="".join(f"c{n}, " for n in columns),
        parameters="".join(f", p{n}" for n in range(parameters)),
        takes="\n".join(f"        x{n} = c{n}[t]" for n in columns) or "        pass",
        sound=(" and ".join(f"x{n} == x{n}" for n in columns) or "True") if may_miss else "True",
        inputs="".join(f", x{n}" for n in columns),
    )
