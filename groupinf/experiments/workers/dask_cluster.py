"""Work on a Dask cluster that is running already.

joblib's Dask backend is not used: it waits for ever for a task whose worker died too often, and never cancels what it
has submitted.
"""

from __future__ import annotations

import logging
import pickle
import socket
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import CancelledError
from dataclasses import dataclass
from itertools import islice
from typing import Any, TypeVar
from urllib.parse import urlsplit

from threadpoolctl import threadpool_limits

from groupinf.errors import ConfigError, RunError
from groupinf.experiments.workers.libraries import reserve_buffers

# seconds for the scheduler to answer, and for the first worker to be there
PATIENCE = 5
# what the bytes of a block depend on, besides the processor
DECIDING = ("groupinf", "python", "numpy", "scipy", "numba")
KEPT = "what was computed is kept; the same command again goes on from there"

Shared = TypeVar("Shared")
Task = TypeVar("Task")
Result = TypeVar("Result")


def require_dask() -> Any:
    """The module ``distributed``; raises ConfigError where the extra is not installed."""
    try:
        import distributed
    except ImportError as error:
        raise ConfigError(
            f"--backend dask needs the package {error.name}; in the checkout, python -m pip install '.[dask]' "
            "installs it"
        ) from error
    return distributed


def require_cluster(scheduler: str) -> None:
    """Try the cluster, before anything is computed.

    Raises ConfigError where no scheduler answers, it has no worker, or a worker has other versions than are here.
    """
    _client(require_dask(), scheduler).close()


def on_cluster(
    function: Callable[[Shared, Task], Result], shared: Shared, tasks: Iterable[Task], scheduler: str
) -> Generator[Result]:
    """``function(shared, task)`` of every task, as soon as it is there.

    ``shared`` goes to every worker once; two tasks wait for each thread of the cluster, the others are made as they
    are asked for. What workers that died had in hand is done by others.
    Raises RunError where the cluster cannot be reached, has no worker, or gave a task up.
    """
    distributed = require_dask()
    try:
        client = _client(distributed, scheduler)
    except ConfigError as error:  # it was there before the groups were drawn
        raise RunError(f"{error}; {KEPT}") from error
    logger = logging.getLogger("distributed.client")
    try:
        logger.disabled = True  # of a lost cluster it logs a traceback; what is to be said is in the RunError
        everywhere = _scattered(client, shared, scheduler)
        waiting, in_hand = iter(tasks), distributed.as_completed(loop=client.loop)
        in_hand.update(_submit(client, function, everywhere, islice(waiting, 2 * sum(client.ncores().values()))))
        for future in in_hand:
            result = _result(future, scheduler)
            in_hand.update(_submit(client, function, everywhere, islice(waiting, 1)))
            yield result
    finally:
        client.close()
        logger.disabled = False


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
        why = _unknown_host(scheduler) or error
        raise ConfigError(
            f"--scheduler {scheduler}: no Dask scheduler answers within {PATIENCE} s ({why})"
            "; check that it runs (dask scheduler), that this is the address that it printed, and that it can be "
            "reached from here"
        ) from error
    try:
        _require_workers(client, scheduler)
    except ConfigError:
        client.close()
        raise
    return client


def _unknown_host(scheduler: str) -> str | None:
    """That the host has no address, which Dask takes for a scheduler that is slow; None where it has one."""
    host = urlsplit(scheduler).hostname
    try:
        socket.getaddrinfo(host, None)
    except (OSError, UnicodeError):
        return f"there is no host {host}, as far as is known here"
    return None


def _require_workers(client: Any, scheduler: str) -> None:
    try:
        client.wait_for_workers(1, timeout=PATIENCE)
    except TimeoutError as error:
        raise ConfigError(
            f"--scheduler {scheduler}: the scheduler has no worker within {PATIENCE} s; start some: "
            f"dask worker {scheduler}"
        ) from error
    versions = client.get_versions(packages=list(DECIDING))
    here = versions["client"]["packages"]
    for worker, there in sorted(versions["workers"].items()):
        differ = [name for name in DECIDING if there["packages"].get(name) != here[name]]
        if differ:
            expected, found = (
                ", ".join(f"{name} {packages.get(name) or 'not at all'}" for name in differ)
                for packages in (here, there["packages"])
            )
            raise ConfigError(
                f"--scheduler {scheduler}: expected {expected} on the "
                f"worker {worker}, as here, found {found}; install the same versions there, and restart the worker"
            )


def _scattered(client: Any, shared: Any, scheduler: str) -> Any:
    try:
        return client.scatter(_Aligned(shared), broadcast=True, hash=False)
    except OSError as error:  # a TimeoutError where the workers have gone
        raise _lost(scheduler) from error


def _lost(scheduler: str) -> RunError:
    return RunError(f"--scheduler {scheduler}: the cluster was lost, or all its workers; {KEPT}")


def _submit(client: Any, function: Callable[..., Any], everywhere: Any, tasks: Iterable[Any]) -> list[Any]:
    return [client.submit(_one_thread_for_good, function, everywhere, _Aligned(task), pure=False) for task in tasks]


def _one_thread_for_good(function: Callable[[Any, Any], Result], shared: _Aligned, task: _Aligned) -> Result:
    """The result for a task; the limit stays, as other threads of the same worker would lose it with this one."""
    threadpool_limits(limits=1)
    reserve_buffers()
    return function(shared.value, task.value)


def _result(future: Any, scheduler: str) -> Any:
    from distributed import KilledWorker

    try:
        return future.result()
    except KilledWorker as error:
        raise RunError(
            f"--scheduler {scheduler}: workers died again and again over one block, perhaps for lack of memory, of "
            "which groupinf validate says how much each takes; fewer workers for each machine, with a larger "
            f"--memory-limit each, may do; {KEPT}"
        ) from error
    except CancelledError as error:
        raise _lost(scheduler) from error
