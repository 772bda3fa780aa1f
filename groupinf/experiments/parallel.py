"""Work spread over processes, each with one BLAS and one OpenMP thread, so that numbers do not depend on how many."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from joblib import Parallel, delayed
from threadpoolctl import threadpool_limits

# workers whose parent was killed end after this time without work
IDLE_SECONDS = 20

Task = TypeVar("Task")
Result = TypeVar("Result")


def one_thread(function: Callable[[Task], Result], task: Task) -> Result:
    """``function(task)`` with the numerical libraries held to one thread."""
    with threadpool_limits(limits=1):
        return function(task)


def each(function: Callable[[Task], Result], tasks: Iterable[Task], jobs: int) -> Iterator[Result]:
    """Results in the order of ``tasks``; with one job in this process, else in ``jobs`` of joblib's workers.

    Large arrays among the tasks are written once to a memory map that all workers share.
    """
    if jobs == 1:
        return (one_thread(function, task) for task in tasks)
    workers = Parallel(
        n_jobs=jobs,
        backend="loky",
        return_as="generator",
        pre_dispatch="2*n_jobs",
        max_nbytes="1M",
        idle_worker_timeout=IDLE_SECONDS,
    )
    results: Iterator[Result] = workers(delayed(one_thread)(function, task) for task in tasks)
    return results
