"""Functions that numba compiles for one kind of arguments, once: it keeps what it has compiled beside the code, or
where it finds no room there in a folder of its own for each user.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import numba
from numba.core import types

from groupinf.errors import RunError

Function = TypeVar("Function", bound=Callable[..., Any])


def rows_of(data: Any) -> Any:
    """indptr, indices and data of CSR."""
    return types.Tuple((read(types.int64, 1), read(types.int32, 1), read(data, 1)))


def read(number: Any, axes: int) -> Any:
    """An array in C order that is read alone: one that may be written will do."""
    return types.Array(number, axes, "C", readonly=True)


def written(number: Any, axes: int) -> Any:
    """An array in C order that is written."""
    return types.Array(number, axes, "C")


def kernel(*arguments: Any) -> Callable[[Function], Function]:
    """What is called from outside, compiled where it is imported.

    Raises RunError where numba may not write to any of its folders.
    """

    def compiled(function: Function) -> Function:
        try:
            made: Function = numba.njit(types.void(*arguments), cache=True, error_model="numpy")(function)
        except RuntimeError as error:
            raise RunError(
                f"numba, which the extra groupinf[fast] installs, cannot keep what it compiles: {error}; set "
                "NUMBA_CACHE_DIR to a folder that can be written, or uninstall numba"
            ) from error
        return made

    return compiled


# what kernels are made of
helper: Callable[[Function], Function] = numba.njit(error_model="numpy")
