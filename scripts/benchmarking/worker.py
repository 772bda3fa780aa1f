"""One measurement in a process of its own, so that peak memory is its own: python -m benchmarking.worker TASK ..."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarking.processes import DONE
from benchmarking.shapes import OURS

# what the extra ``fast`` installs
COMPILER = "numba"


def told() -> Iterator[int]:
    """The turns that the parent gives, as long as it has not closed its end; it hears of each that is over."""
    print(DONE, flush=True)
    for number, _ in enumerate(sys.stdin):
        yield number
        print(DONE, flush=True)


if __name__ == "__main__":
    task, folder, name, amount = sys.argv[1:]
    if task == OURS:
        sys.modules[COMPILER] = None  # type: ignore[assignment]  # as where it is not installed
    from benchmarking.tasks import run_task

    run_task(task, Path(folder), name, amount, told())
