"""The numerical libraries, loaded while there is memory for them, each with one thread."""

from __future__ import annotations

import contextlib
import functools
import os
import sys
from importlib import import_module

from groupinf.errors import OutOfMemoryError
from groupinf.experiments.workers.memory import LIMITS, Limit, available_bytes, out_of_memory
from groupinf.wording import memory_text

# Whatever decides a number runs with one thread in each process; more threads would only be in each other's way.
ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
# Arrow's usual one takes a gigabyte of address space at once
_ARROW_POOL = ("ARROW_DEFAULT_MEMORY_POOL", "system")
# what NumPy's and SciPy's BLAS take for one thread: 32 MiB and a page each
BUFFERS_BYTES = 65 * 2**20
# as malloc.h of glibc has it
_M_ARENA_MAX = -8
# what a run loads of its libraries, from its data to its report; each brings along the others that it needs
_OF_A_RUN = ("sklearn.cluster", "sklearn.datasets", "pandas", "pyarrow.parquet", "matplotlib.backends.backend_svg")
# rows of a matrix that no product or factorisation takes a short cut for
_LARGE_ENOUGH = 128


def prepare_libraries() -> None:
    """See to it that NumPy and SciPy, once they are loaded, have one thread each; nothing where they are already.

    Raises OutOfMemoryError, before anything is loaded, where a limit leaves less than the libraries of any command
    take: BLAS would ask for memory without end.
    """
    if "numpy" in sys.modules:
        return
    os.environ.update(ONE_THREAD)
    os.environ.setdefault(*_ARROW_POOL)
    limits = _limits()
    for limit, size in limits:
        if size < limit.libraries:
            raise OutOfMemoryError(
                f"memory does not suffice: Python with its numerical libraries takes about "
                f"{memory_text(limit.libraries)} of {limit.name}, and {memory_text(size)} are to be had; it takes a "
                "higher limit (ulimit, or the memory that a batch job asks for)"
            )
    if limits:
        _keep_one_heap()


@functools.cache
def load_libraries() -> None:
    """Where a limit is set, load all that a run needs, before its data are held against what is left of the limit.

    Once in a process. Without a limit each library is loaded where it is used.
    """
    if _limits():
        for name in _OF_A_RUN:
            import_module(name)


def _limits() -> list[tuple[Limit, int]]:
    return [(limit, size) for limit in LIMITS if (size := limit.size()) is not None]


def _keep_one_heap() -> None:
    """Give threads, here and in workers, no heap of their own: glibc takes 64 MiB of address space for each."""
    os.environ.setdefault("MALLOC_ARENA_MAX", "1")
    with contextlib.suppress(ImportError, OSError, AttributeError, TypeError):  # another C library
        import ctypes

        ctypes.CDLL(None).mallopt(_M_ARENA_MAX, 1)


@functools.cache
def reserve_buffers() -> None:
    """Let NumPy's and SciPy's BLAS take the memory that they work in, which they keep, while there is some.

    Once in a process. Later, where it is used up, the one would end the process and the other ask for it without end.
    Raises OutOfMemoryError where there is too little now.
    """
    there = available_bytes()
    if there is not None and there < BUFFERS_BYTES:
        raise out_of_memory(f"the numerical libraries need {memory_text(BUFFERS_BYTES)} to work in")
    import numpy as np
    from scipy.linalg import lapack

    identity = np.eye(_LARGE_ENOUGH)
    lapack.dpotrf(identity @ identity, lower=1)
