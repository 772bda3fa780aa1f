"""Work spread over processes, each with one BLAS and one OpenMP thread, so that numbers do not depend on how many."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import BrokenExecutor
from functools import partial
from typing import TypeVar

from joblib import Parallel, delayed
from threadpoolctl import threadpool_limits

from groupinf.errors import RunError
from groupinf.experiments.workers.libraries import reserve_buffers
from groupinf.experiments.workers.memory import available_bytes
from groupinf.wording import memory_text

# workers whose parent was killed end after this time without work
IDLE_SECONDS = 20

Shared = TypeVar("Shared")
Task = TypeVar("Task")
Result = TypeVar("Result")


def one_thread(function: Callable[[Task], Result], task: Task) -> Result:
    """``function(task)`` with the numerical libraries held to one thread."""
    with threadpool_limits(limits=1):
        reserve_buffers()
        return function(task)


def each(function: Callable[[Task], Result], tasks: Iterable[Task], jobs: int) -> Iterator[Result]:
    """Results in the order of ``tasks``; with one job in this process, else in ``jobs`` of joblib's workers.

    Large arrays among the tasks are written once to a memory map that all workers share.
    Raises RunError where a worker was killed.
    """
    return _spread(function, tasks, jobs, "generator")


def as_they_come(
    function: Callable[[Shared, Task], Result],
    shared: Shared,
    tasks: Iterable[Task],
    jobs: int,
    scheduler: str | None = None,
) -> Generator[Result]:
    """``function(shared, task)`` of every task, as soon as it is there; at ``scheduler`` on the Dask cluster there.

    Raises RunError where a worker was killed or the cluster is not to be had.
    """
    if scheduler is not None:
        from groupinf.experiments.workers.dask_cluster import on_cluster

        return on_cluster(function, shared, tasks, scheduler)
    return _spread(partial(function, shared), tasks, jobs, "generator_unordered")


def require_backend(scheduler: str | None) -> None:
    """Raise ConfigError, before anything is read or computed, where the cluster at ``scheduler`` cannot be used."""
    if scheduler is not None:
        from groupinf.experiments.workers.dask_cluster import require_cluster

        require_cluster(scheduler)


def _spread(function: Callable[[Task], Result], tasks: Iterable[Task], jobs: int, order: str) -> Generator[Result]:
    if jobs == 1:
        for task in tasks:
            yield one_thread(function, task)
        return
    workers = Parallel(
        n_jobs=jobs,
        backend="loky",
        return_as=order,
        pre_dispatch="2*n_jobs",
        max_nbytes="1M",
        idle_worker_timeout=IDLE_SECONDS,
    )
    try:
        yield from workers(delayed(one_thread)(function, task) for task in tasks)
    except BrokenExecutor as error:
        there = available_bytes()
        left = "" if there is None else f" ({memory_text(there)} are to be had now)"
        raise RunError(
            f"a worker process was killed, perhaps for lack of memory{left}; fewer --jobs need less, and groupinf "
            "validate says how much each takes. What was computed is kept; the same command again goes on from there"
        ) from error
