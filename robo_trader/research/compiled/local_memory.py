"""Memory that a compiled loop has to itself.

A rule's state is an array, and so are the loop's outputs; a compiler that cannot know them apart must write every
number of the state back at every step. Memory on the stack is known to be nobody else's, so a small state stays in
registers. That halves the cost of an exponential average.
"""

from typing import Any

from llvmlite import ir
from numba.core import cgutils, types
from numba.extending import intrinsic
from numba.np.arrayobj import make_array, populate_array


@intrinsic(prefer_literal=True)
def local_floats(typing_context: Any, count: Any) -> Any:  # noqa: ANN401, ARG001 - the compiler's own objects
    """Return an array of `count` floats, a number known when compiling, that lives as long as the call. Not zeroed."""
    array_type = types.Array(types.float64, 1, "C")

    def generate(context: Any, builder: Any, _signature: Any, _arguments: Any) -> Any:  # noqa: ANN401 - as above
        size = ir.Constant(ir.IntType(64), count.literal_value)
        array = make_array(array_type)(context, builder)
        populate_array(
            array,
            data=cgutils.alloca_once(builder, ir.DoubleType(), size=size),
            shape=[size],
            strides=[ir.Constant(ir.IntType(64), 8)],
            itemsize=ir.Constant(ir.IntType(64), 8),
            meminfo=None,
        )
        return array._getvalue()  # noqa: SLF001 - the only way there is

    return array_type(count), generate
