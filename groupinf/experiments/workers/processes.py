"""Work spread over processes, each with one BLAS and one OpenMP thread, so that numbers do not depend on how many."""

from __future__ import annotations

import contextlib
import math
import threading
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import BrokenExecutor
from functools import partial
from typing import Any, TypeVar

from threadpoolctl import threadpool_limits

from groupinf.errors import RunError
from groupinf.experiments.workers.libraries import reserve_buffers
from groupinf.experiments.workers.memory import available_bytes
from groupinf.wording import memory_text

# workers whose parent was killed end after this time without work
IDLE_SECONDS = 20
# processor seconds of work below which workers are not worth their start: two of them take about half of it to load
# the libraries
WORTH_WORKERS = 4.0

Shared = TypeVar("Shared")
Task = TypeVar("Task")
Result = TypeVar("Result")


def one_thread(function: Callable[[Task], Result], task: Task) -> Result:
    """``function(task)`` with the numerical libraries held to one thread."""
    with threadpool_limits(limits=1):
        reserve_buffers()
        return function(task)


def start_workers(jobs: int, function: Callable[..., Any], seconds: float = math.inf) -> None:
    """Start the ``jobs`` workers and let them load what ``function`` needs, while this process goes on.

    ``each`` and ``as_they_come`` with the same ``jobs`` find them started. ``seconds`` is about how much work there
    will be; nothing is started where that is not worth workers. They end with this process, or without work.
    """
    if _worth_workers(jobs, seconds):
        threading.Thread(target=_load, args=(jobs, function), name="workers", daemon=True).start()


def each(
    function: Callable[[Task], Result], tasks: Iterable[Task], jobs: int, seconds: float = math.inf
) -> Iterator[Result]:
    """Results in the order of ``tasks``; in ``jobs`` of joblib's workers, or in this process, with the same bytes.

    ``seconds`` is about how much processor time all tasks take together, infinite where nobody knows: where starting
    workers would take as long, or with one job, they are done in this process. Workers are kept for the next tasks
    with as many ``jobs``. Large arrays among the tasks are written once to a memory map that all workers share.
    Raises RunError where a worker was killed.
    """
    return _spread(function, tasks, jobs, seconds, "generator")


def as_they_come(
    function: Callable[[Shared, Task], Result],
    shared: Shared,
    tasks: Iterable[Task],
    jobs: int,
    scheduler: str | None = None,
    seconds: float = math.inf,
) -> Generator[Result]:
    """``function(shared, task)`` of every task, as soon as it is there; at ``scheduler`` on the Dask cluster there.

    ``jobs`` and ``seconds`` are as for ``each``. Raises RunError where a worker was killed or the cluster is not to be
    had.
    """
    if scheduler is not None:
        from groupinf.experiments.workers.dask_cluster import on_cluster

        return on_cluster(function, shared, tasks, scheduler)
    return _spread(partial(function, shared), tasks, jobs, seconds, "generator_unordered")


def require_backend(scheduler: str | None) -> None:
    """Raise ConfigError, before anything is read or computed, where the cluster at ``scheduler`` cannot be used."""
    if scheduler is not None:
        from groupinf.experiments.workers.dask_cluster import require_cluster

        require_cluster(scheduler)


def _worth_workers(jobs: int, seconds: float) -> bool:
    return jobs > 1 and seconds > WORTH_WORKERS


def _spread(
    function: Callable[[Task], Result], tasks: Iterable[Task], jobs: int, seconds: float, order: str
) -> Generator[Result]:
    if not _worth_workers(jobs, seconds):
        for task in tasks:
            yield one_thread(function, task)
        return
    from joblib import delayed

    try:
        yield from _workers(jobs, order)(delayed(one_thread)(function, task) for task in tasks)
    except BrokenExecutor as error:
        there = available_bytes()
        left = "" if there is None else f" ({memory_text(there)} are to be had now)"
        raise RunError(
            f"a worker process was killed, perhaps for lack of memory{left}; fewer --jobs need less, and groupinf "
            "validate says how much each takes. What was computed is kept; the same command again goes on from there"
        ) from error


def _workers(jobs: int, order: str) -> Any:
    """joblib's reusable workers; what they are asked for in the same words is done by those that are there."""
    from joblib import Parallel, parallel_config

    with parallel_config("loky", inner_max_num_threads=1):
        return Parallel(
            n_jobs=jobs,
            return_as=order,
            pre_dispatch="2*n_jobs",
            max_nbytes="1M",
            idle_worker_timeout=IDLE_SECONDS,
        )


def _load(jobs: int, function: Callable[..., Any]) -> None:
    from joblib import delayed

    with contextlib.suppress(BrokenExecutor):  # whoever needs the workers will find and say it
        _workers(jobs, "list")(delayed(_loaded)(function) for _ in range(jobs))


def _loaded(function: Callable[..., Any]) -> None:
    """Nothing; to be called a worker has imported the module of the function, and then takes its buffers."""
    one_thread(lambda _: None, function)
