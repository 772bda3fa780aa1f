"""Work on a Dask cluster that is running already.

joblib's Dask backend is not used: it waits for ever for a task whose worker died too often, and never cancels what it
has submitted.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import CancelledError
from dataclasses import dataclass
from itertools import islice
from typing import Any, TypeVar

from threadpoolctl import threadpool_limits

from groupinf.errors import RunError

# for the scheduler to answer and the first worker to be there
PATIENCE = 30
KEPT = "what was computed is kept; the same command again goes on from there"

Shared = TypeVar("Shared")
Task = TypeVar("Task")
Result = TypeVar("Result")


def require_dask() -> Any:
    """The module ``distributed``; raises RunError where the extra is not installed."""
    try:
        import distributed
    except ImportError as error:
        raise RunError(
            f"--backend dask needs the package {error.name}; python -m pip install 'groupinf[dask]' installs it"
        ) from error
    return distributed


def on_cluster(
    function: Callable[[Shared, Task], Result], shared: Shared, tasks: Iterable[Task], scheduler: str
) -> Generator[Result]:
    """``function(shared, task)`` of every task, as soon as it is there.

    ``shared`` goes to every worker once; two tasks wait for each thread of the cluster, the others are made as they
    are asked for. What workers that died had in hand is done by others.
    Raises RunError where the cluster cannot be reached, has no worker, or gave a task up.
    """
    distributed = require_dask()
    client = _client(distributed, scheduler)
    try:
        everywhere = client.scatter(_Aligned(shared), broadcast=True, hash=False)
        waiting, in_hand = iter(tasks), distributed.as_completed(loop=client.loop)
        in_hand.update(_submit(client, function, everywhere, islice(waiting, 2 * sum(client.ncores().values()))))
        for future in in_hand:
            result = _result(future, scheduler)
            in_hand.update(_submit(client, function, everywhere, islice(waiting, 1)))
            yield result
    finally:
        client.close()


@dataclass(frozen=True)
class _Aligned:
    """A value whose arrays begin, wherever it arrives, where NumPy would have put them.

    Dask leaves arrays where they lie in a message; from odd addresses NumPy sums in another order, and so to other
    last bits.
    """

    value: Any

    def __reduce__(self) -> tuple[Callable[[bytes], _Aligned], tuple[bytes]]:
        return _unpacked, (pickle.dumps(self.value, protocol=pickle.HIGHEST_PROTOCOL),)


def _unpacked(content: bytes) -> _Aligned:
    return _Aligned(pickle.loads(content))


def _client(distributed: Any, scheduler: str) -> Any:
    try:
        client = distributed.Client(scheduler, timeout=PATIENCE, set_as_default=False)
    except (OSError, ValueError) as error:
        raise RunError(f"--scheduler {scheduler}: no Dask scheduler answers ({error}); {KEPT}") from error
    try:
        client.wait_for_workers(1, timeout=PATIENCE)
    except TimeoutError as error:
        client.close()
        raise RunError(f"--scheduler {scheduler}: no worker within {PATIENCE} s; {KEPT}") from error
    return client


def _submit(client: Any, function: Callable[..., Any], everywhere: Any, tasks: Iterable[Any]) -> list[Any]:
    return [client.submit(_one_thread_for_good, function, everywhere, _Aligned(task), pure=False) for task in tasks]


def _one_thread_for_good(function: Callable[[Any, Any], Result], shared: _Aligned, task: _Aligned) -> Result:
    """The result for a task; the limit stays, as other threads of the same worker would lose it with this one."""
    threadpool_limits(limits=1)
    return function(shared.value, task.value)


def _result(future: Any, scheduler: str) -> Any:
    from distributed import KilledWorker

    try:
        return future.result()
    except KilledWorker as error:
        raise RunError(f"--scheduler {scheduler}: workers died again and again over one block; {KEPT}") from error
    except CancelledError as error:
        raise RunError(f"--scheduler {scheduler}: the cluster was lost; {KEPT}") from error
