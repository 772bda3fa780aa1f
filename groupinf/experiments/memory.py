"""What memory there is, and a sentence where it does not suffice."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from groupinf.config.load import LoadedConfig
from groupinf.datasets.declared_size import declared_bytes
from groupinf.errors import OutOfMemoryError
from groupinf.wording import memory_text

ADVICE = "fewer --jobs, fewer rows or columns, or sparse features need less; else it takes a larger machine"


def available_bytes() -> int | None:
    """Bytes that this process may still take: the least of its own limit, its control group's and the system's.

    None where none of them is known.
    """
    known = [limit for limit in (_of_process(), _of_control_group(), _of_system()) if limit is not None]
    return max(0, min(known)) if known else None


def require_memory(loaded: LoadedConfig) -> None:
    """Raise OutOfMemoryError, before anything is read, where the features alone cannot fit by what a header says."""
    needed, there = declared_bytes(loaded.config.dataset, loaded.base), available_bytes()
    if there is not None and needed > there:
        place = loaded.error(("dataset",), "")
        raise OutOfMemoryError(
            f"{str(place).rstrip(': ')}: its features take {memory_text(needed)} of memory, and {memory_text(there)} "
            f"are to be had; {ADVICE}"
        )


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

        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
        return pages * resource.getpagesize()
    return 0


def _of_process() -> int | None:
    """What the limit on the address space leaves."""
    try:
        import resource
    except ImportError:  # not on Windows
        return None
    limit, _ = resource.getrlimit(resource.RLIMIT_AS)
    if limit == resource.RLIM_INFINITY:
        return None
    with contextlib.suppress(OSError, ValueError, IndexError):
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
        return limit - pages * resource.getpagesize()
    return limit


def _of_control_group() -> int | None:
    """What the limit of the control group leaves, version 2 or 1."""
    root = Path("/sys/fs/cgroup")
    for limit, used in (
        (root / "memory.max", root / "memory.current"),
        (root / "memory/memory.limit_in_bytes", root / "memory/memory.usage_in_bytes"),
    ):
        with contextlib.suppress(OSError, ValueError):  # no such file, or "max"
            return int(limit.read_text(encoding="ascii")) - int(used.read_text(encoding="ascii"))
    return None


def _of_system() -> int | None:
    """MemAvailable, where the kernel says it."""
    with contextlib.suppress(OSError, ValueError, StopIteration):
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
        return 1024 * int(next(line for line in lines if line.startswith("MemAvailable:")).split()[1])
    return None
