"""What memory there is, and a sentence where it does not suffice."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.linalg import lapack

from groupinf.errors import OutOfMemoryError
from groupinf.wording import memory_text

ADVICE = "fewer --jobs, fewer rows or columns, or sparse features need less; else it takes a larger machine"
# what NumPy's and SciPy's BLAS take for one thread: 32 MiB and a page each
BUFFERS_BYTES = 65 * 2**20
# rows of a matrix that no product or factorisation takes a short cut for
_LARGE_ENOUGH = 128
_MEMINFO = Path("/proc/meminfo")


def available_bytes() -> int | None:
    """Bytes that this process may still take: the least of its own limit, its control group's and the system's.

    None where none of them is known.
    """
    known = [limit for limit in (_of_process(), _of_control_groups(), _of_system()) if limit is not None]
    return max(0, min(known)) if known else None


def require_memory(needed: int, place: str) -> None:
    """Raise OutOfMemoryError, before anything is read, where the data that ``place`` names take more than there is."""
    there = available_bytes()
    if there is not None and needed > there:
        raise OutOfMemoryError(
            f"{place}: its data take at least {memory_text(needed)} of memory, and "
            f"{memory_text(there)} are to be had; {ADVICE}"
        )


@functools.cache
def reserve_buffers() -> None:
    """Let NumPy's and SciPy's BLAS take the memory that they work in, which they keep, while there is some.

    Once in a process. Later, where it is used up, the one would end the process and the other ask for it without end.
    Raises OutOfMemoryError where there is too little now.
    """
    there = available_bytes()
    if there is not None and there < BUFFERS_BYTES:
        raise out_of_memory(f"the numerical libraries need {memory_text(BUFFERS_BYTES)} to work in")
    identity = np.eye(_LARGE_ENOUGH)
    lapack.dpotrf(identity @ identity, lower=1)


def shortage(needed: int) -> str:
    """A sentence where a process needs more than there is; empty where it does not, or that is not known."""
    left = available_bytes()
    if left is None or needed <= (there := left + _resident()):
        return ""
    return f"a process needs about {memory_text(needed)}, and {memory_text(there)} are to be had; {ADVICE}"


@contextlib.contextmanager
def memory_in_words() -> Iterator[None]:
    """Turn a MemoryError, also a worker's, into an OutOfMemoryError that says what was asked for and what there is."""
    try:
        yield
    except MemoryError as error:
        raise out_of_memory(str(error)) from error


def out_of_memory(asked: str) -> OutOfMemoryError:
    """The error for an allocation that failed; ``asked`` is what it says of itself."""
    there = available_bytes()
    left = "" if there is None else f"; {memory_text(there)} are to be had"
    what = f" ({asked[0].lower()}{asked[1:]})" if asked else ""
    return OutOfMemoryError(f"memory does not suffice{what}{left}. What a run has stored is kept; {ADVICE}")


def _resident() -> int:
    """Bytes that this process has already; 0 where that is not known."""
    with contextlib.suppress(ImportError, OSError, ValueError, IndexError):
        import resource

        pages = int(_text(Path("/proc/self/statm")).split()[1])
        return pages * resource.getpagesize()
    return 0


def _of_process() -> int | None:
    """What the limits on the address space and on data leave."""
    try:
        import resource
    except ImportError:  # not on Windows
        return None
    used = [0] * 7
    with contextlib.suppress(OSError, ValueError):
        used = [int(pages) * resource.getpagesize() for pages in _text(Path("/proc/self/statm")).split()]
    limits = [
        (resource.getrlimit(kind)[0], used[i]) for kind, i in ((resource.RLIMIT_AS, 0), (resource.RLIMIT_DATA, 5))
    ]
    return min((limit - size for limit, size in limits if limit != resource.RLIM_INFINITY), default=None)


def _of_control_groups(process: Path = Path("/proc/self/cgroup"), root: Path = Path("/sys/fs/cgroup")) -> int | None:
    """The least that the limits of the control group, version 2 or 1, and of those around it leave."""
    left: list[int | None] = []
    with contextlib.suppress(OSError, ValueError):
        for line in _text(process).splitlines():
            _, controllers, path = line.split(":", 2)
            if controllers == "":
                left += [_of_control_group(root / group, _VERSION_2) for group in _around(path)]
            elif "memory" in controllers.split(","):
                left += [_of_control_group(root / "memory" / group, _VERSION_1) for group in _around(path)]
    return min((size for size in left if size is not None), default=None)


def _around(path: str) -> Sequence[Path]:
    """A control group and those around it; in a container the outermost may be all that is seen."""
    group = Path(path.lstrip("/"))
    return (group, *group.parents)


@dataclass(frozen=True)
class _ControlFiles:
    """The files of a control group in which limits and usage stand, of memory and of swap space."""

    memory: tuple[str, str]
    swap: tuple[str, str]
    # whether the figures of swap space are those of both together
    swap_counts_both: bool
    cached: tuple[str, str]


_VERSION_2 = _ControlFiles(
    memory=("memory.max", "memory.current"),
    swap=("memory.swap.max", "memory.swap.current"),
    swap_counts_both=False,
    cached=("active_file", "inactive_file"),
)
_VERSION_1 = _ControlFiles(
    memory=("memory.limit_in_bytes", "memory.usage_in_bytes"),
    swap=("memory.memsw.limit_in_bytes", "memory.memsw.usage_in_bytes"),
    swap_counts_both=True,
    cached=("total_active_file", "total_inactive_file"),
)


def _of_control_group(group: Path, files: _ControlFiles) -> int | None:
    """What the limits leave, swap space included, cached files not counted, which give way; None without a limit."""
    memory, swap, free = _left(group, files.memory), _left(group, files.swap), _of_meminfo("SwapFree") or 0
    if memory is None:
        return None
    swapped = free if swap is None else swap - memory if files.swap_counts_both else swap
    counts: dict[str, str] = {}
    with contextlib.suppress(OSError, ValueError):
        counts = dict(line.split() for line in _text(group / "memory.stat").splitlines())
    return memory + max(0, min(swapped, free)) + sum(int(counts.get(kind, 0)) for kind in files.cached)


def _left(group: Path, files: tuple[str, str]) -> int | None:
    with contextlib.suppress(OSError, ValueError):  # no such file, or "max"
        limit, usage = (int(_text(group / file)) for file in files)
        return limit - usage
    return None


def _of_system() -> int | None:
    """What the kernel says that there is, swap space included."""
    memory = _of_meminfo("MemAvailable")
    return None if memory is None else memory + (_of_meminfo("SwapFree") or 0)


def _of_meminfo(what: str) -> int | None:
    with contextlib.suppress(OSError, ValueError, StopIteration):
        lines = _text(_MEMINFO).splitlines()
        return 1024 * int(next(line for line in lines if line.startswith(f"{what}:")).split()[1])
    return None


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")
