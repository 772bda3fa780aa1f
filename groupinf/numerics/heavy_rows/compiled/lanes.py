"""Numbers of LANES groups side by side, for what numba compiles: one vector of a processor, or a few, in LLVM's words.

Compilers do not keep sums over stored numbers in registers, as arrays could overlap, and unroll loops over lanes into
single numbers. What is written with ``load``, ``store``, ``broadcast``, ``product`` and ``fused`` stays as it is. All
lanes are computed alike, so that no group's numbers depend on those beside it.

numba looks at the file of a compiled function alone for what has changed: whoever changes this one, or ``function``,
empties the ``__pycache__`` of this folder.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from llvmlite import ir
from numba.core import types
from numba.extending import intrinsic, models, register_model

# in single precision a register of AVX-512, or two of AVX2
LANES = 16
# a·b + c is rounded once where the processor can
_ONCE = ("contract",)
_INDEX = ir.IntType(64)

_in_words_of_llvm: Callable[[Callable[..., Any]], Callable[..., Any]] = intrinsic


class Lanes(types.Type):  # type: ignore[misc]
    """LANES numbers of one precision, as what is compiled knows them."""

    def __init__(self, dtype: Any) -> None:
        super().__init__(name=f"Lanes({dtype})")
        self.dtype = dtype


def _vector(dtype: Any) -> Any:
    number = ir.FloatType() if dtype == types.float32 else ir.DoubleType()
    return ir.VectorType(number, LANES)


@register_model(Lanes)
class _LanesModel(models.PrimitiveModel):  # type: ignore[misc]
    def __init__(self, manager: Any, lanes: Any) -> None:
        super().__init__(manager, lanes, _vector(lanes.dtype))


@_in_words_of_llvm
def load(typing: Any, array: Any, row: Any) -> Any:
    """Row ``row`` of an array (m, LANES), or of all lanes from there on where it is longer."""

    def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        value = builder.load(_row(context, builder, signature.args[0], *args))
        value.align = array.dtype.bitwidth // 8
        return value

    return Lanes(array.dtype)(array, types.int64), code


@_in_words_of_llvm
def store(typing: Any, array: Any, row: Any, value: Any) -> Any:
    """``array`` (m, LANES) has ``value`` as its row."""

    def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        to = _row(context, builder, signature.args[0], args[0], args[1])
        builder.store(args[2], to).align = array.dtype.bitwidth // 8
        return context.get_dummy_value()

    return types.void(array, types.int64, value), code


@_in_words_of_llvm
def broadcast(typing: Any, number: Any) -> Any:
    """One number in all lanes."""

    def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        undefined, lane = ir.Constant(_vector(number), ir.Undefined), ir.IntType(32)
        first = builder.insert_element(undefined, args[0], ir.Constant(lane, 0))
        return builder.shuffle_vector(first, undefined, ir.Constant(ir.VectorType(lane, LANES), [0] * LANES))

    return Lanes(number)(number), code


@_in_words_of_llvm
def product(typing: Any, a: Any, b: Any) -> Any:
    """ab, lane by lane."""

    def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.fmul(*args, flags=_ONCE)

    return a(a, b), code


@_in_words_of_llvm
def fused(typing: Any, a: Any, b: Any, c: Any) -> Any:
    """ab + c, lane by lane."""

    def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.fadd(builder.fmul(args[0], args[1], flags=_ONCE), args[2], flags=_ONCE)

    return a(a, b, c), code


def _row(context: Any, builder: Any, array: Any, value: Any, row: Any) -> Any:
    start = context.make_array(array)(context, builder, value).data
    first = builder.gep(start, [builder.mul(row, ir.Constant(_INDEX, LANES))])
    return builder.bitcast(first, _vector(array.dtype).as_pointer())
