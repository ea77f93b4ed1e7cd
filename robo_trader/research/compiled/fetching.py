"""Asking for memory before it is needed: a loop that knows where it will read next need not wait for it there."""

from typing import Any

from llvmlite import ir
from numba.core import cgutils, types
from numba.extending import intrinsic
from numba.np.arrayobj import make_array

_READ, _KEEP, _DATA = 0, 3, 1  # arguments of LLVM's prefetch: to be read, soon and often, and no code


@intrinsic
def _fetch(typing_context: Any, array: Any, place: Any) -> Any:  # noqa: ANN401, ARG001 - the compiler's own objects
    """Have array[place] brought near. Nothing else happens, also where the place lies beyond the array."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:  # noqa: ANN401 - as above
        array_type, place_type = signature.args
        indices = cgutils.unpack_tuple(builder, arguments[1]) if array_type.ndim > 1 else [arguments[1]]
        kinds = list(place_type) if array_type.ndim > 1 else [place_type]
        indices = [context.cast(builder, index, kind, types.intp) for index, kind in zip(indices, kinds, strict=True)]
        whole = make_array(array_type)(context, builder, arguments[0])
        pointer = cgutils.get_item_pointer(context, builder, array_type, whole, indices)
        pointer = builder.bitcast(pointer, ir.IntType(8).as_pointer())
        number = ir.IntType(32)
        prefetch = cgutils.get_or_insert_function(
            builder.module,
            ir.FunctionType(ir.VoidType(), [pointer.type, number, number, number]),
            "llvm.prefetch.p0i8",
        )
        builder.call(prefetch, [pointer, *(ir.Constant(number, value) for value in (_READ, _KEEP, _DATA))])
        return context.get_dummy_value()

    return types.void(array, place), generate


fetch: Any = _fetch  # as loops call it: its type counts an argument that the compiler gives
