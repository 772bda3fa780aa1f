"""What memory there is, and a sentence where it does not suffice."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from groupinf.errors import OutOfMemoryError, lack_of_memory
from groupinf.wording import memory_text

ADVICE = "fewer --jobs, fewer rows or columns, or sparse features need less; else it takes a larger machine"
# what Python with numpy, scipy, scikit-learn, pandas and matplotlib loaded takes of the machine's memory
LIBRARIES_BYTES = 300 * 2**20
# what a small run takes of the limits of a process beside them: threads, and the drawings of its report
RUNNING_BYTES = 64 * 2**20
_MEMINFO = Path("/proc/meminfo")


def available_bytes() -> int | None:
    """Bytes that this process may still take: the least of its own limit, its control group's and the system's.

    None where none of them is known.
    """
    least = _least(*(limit.left() for limit in LIMITS), _of_control_groups(), _of_system())
    return None if least is None else max(0, least)


def require_memory(needed: int, place: str) -> None:
    """Raise OutOfMemoryError, before anything is read, where the data that ``place`` names take more than there is."""
    there = available_bytes()
    if there is not None and needed > there:
        raise OutOfMemoryError(
            f"{place}: its data take at least {memory_text(needed)} of memory, and "
            f"{memory_text(there)} are to be had; {ADVICE}"
        )


def shortage(work: int) -> str:
    """A sentence where a process whose data and computation take ``work`` bytes needs more than there is.

    The libraries count with what they take of each. Empty where there is enough, or that is not known.
    """
    left = _least(_of_control_groups(), _of_system())
    there = {} if left is None else {"": (LIBRARIES_BYTES, left + _resident())}
    for limit in LIMITS:
        if (size := limit.size()) is not None:
            there[f" of {limit.name}"] = (limit.libraries + RUNNING_BYTES, size)
    for what, (libraries, size) in there.items():
        if libraries + work > size:
            needed = memory_text(libraries + work)
            return f"a process needs about {needed}{what}, and {memory_text(size)} are to be had; {ADVICE}"
    return ""


def for_each_process(size: int) -> str:
    """What a process takes, for whoever plans a run.

    >>> for_each_process(1_234_567_890)
    'about 1.2 GB for each process, Python and its libraries included'
    """
    return f"about {memory_text(size)} for each process, Python and its libraries included"


@contextlib.contextmanager
def memory_in_words() -> Iterator[None]:
    """Turn an error for want of memory, also a worker's, into an OutOfMemoryError that says what there is."""
    try:
        yield
    except OutOfMemoryError:
        raise
    except Exception as error:
        says = lack_of_memory(error)
        if says is None:
            raise
        raise out_of_memory(says) from error


def out_of_memory(asked: str) -> OutOfMemoryError:
    """The error for an allocation that failed; ``asked`` is what it says of itself, of which the first line is told."""
    there, asked = available_bytes(), asked.strip().split("\n", 1)[0]
    left = "" if there is None else f"; {memory_text(there)} are to be had"
    what = f" ({asked[0].lower()}{asked[1:]})" if asked else ""
    return OutOfMemoryError(f"memory does not suffice{what}{left}. What a run has stored is kept; {ADVICE}")


def _resident() -> int:
    """Bytes that this process has already; 0 where that is not known."""
    return _of_statm(1)


@dataclass(frozen=True)
class Limit:
    """A limit that the process has of its own, as ``ulimit`` and batch systems set it.

    ``kind`` is its name in the module resource, ``field`` the one of /proc/self/statm that counts towards it, and
    ``libraries`` what Python takes of it with its libraries loaded, for one thread each.
    """

    name: str
    kind: str
    field: int
    libraries: int

    def size(self) -> int | None:
        """Bytes that the process may have in all; None where there is no such limit."""
        try:
            import resource
        except ImportError:  # not on Windows
            return None
        size = resource.getrlimit(getattr(resource, self.kind))[0]
        return None if size == resource.RLIM_INFINITY else size

    def left(self) -> int | None:
        """Bytes that it may still take."""
        size = self.size()
        return None if size is None else size - _of_statm(self.field)


# what the libraries take was measured with numpy 2.4, scipy 1.17, pandas 3.1 and pyarrow 26 on Linux
LIMITS = (
    Limit("address space", "RLIMIT_AS", 0, 640 * 2**20),
    Limit("data", "RLIMIT_DATA", 5, 320 * 2**20),
)


def _of_statm(field: int) -> int:
    """Bytes in a field of /proc/self/statm; 0 where that is not known."""
    with contextlib.suppress(ImportError, OSError, ValueError, IndexError):
        import resource

        return int(_text(Path("/proc/self/statm")).split()[field]) * resource.getpagesize()
    return 0


def _least(*sizes: int | None) -> int | None:
    return min((size for size in sizes if size is not None), default=None)


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
