"""What a run's folder tells of work in progress: who computes, which blocks failed, how many shards there are.

Nothing waits for a marker and no number depends on one, so that a process that dies holds nothing up.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import socket
import threading
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from groupinf.experiments.folder.files import json_bytes, write_atomically
from groupinf.experiments.workers.shards import Shard

RUNNING, FAILED, SHARDS = "running", "failed", "shards.json"
# of a run that was submitted: its scripts and logs, and the ids of the jobs
BATCH, JOBS = "batch", "jobs.json"
# a marker is touched at this interval, and believed for three of them
HEARTBEAT = 30.0


@dataclass(frozen=True)
class Worker:
    """A process that computes blocks: where it runs, since when (seconds of the epoch), and which blocks it took on."""

    host: str
    pid: int
    jobs: int
    began: float
    blocks: tuple[int, ...]


@contextlib.contextmanager
def at_work(run: Path, jobs: int, blocks: Sequence[int]) -> Iterator[None]:
    """Tell, for as long as the context lasts, that this process computes these blocks."""
    mine = Worker(socket.gethostname(), os.getpid(), jobs, time.time(), tuple(blocks))
    path, done = run / RUNNING / f"{uuid.uuid4().hex}.json", threading.Event()
    write_atomically(path, json_bytes(vars(mine)))
    beats = threading.Thread(target=_keep_fresh, args=(path, done), daemon=True)
    beats.start()
    try:
        yield
    finally:
        done.set()
        beats.join()
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)


def _keep_fresh(path: Path, done: threading.Event) -> None:
    while not done.wait(HEARTBEAT):
        with contextlib.suppress(OSError):  # the folder may have been cleared
            os.utime(path)


def workers_alive(run: Path) -> list[Worker]:
    """Processes that compute blocks of the run: those of this machine that live, those of others that were heard."""
    return [worker for path, worker in _markers(run) if _alive(path, worker)]


def _markers(run: Path) -> Iterator[tuple[Path, Worker]]:
    for path in sorted((run / RUNNING).glob("*.json")):
        found = _read(path)
        with contextlib.suppress(TypeError, KeyError):
            yield path, Worker(**{**found, "blocks": tuple(found["blocks"])})


def _alive(path: Path, worker: Worker) -> bool:
    """Heard lately, as its number may have gone to another process, and not known to be gone."""
    try:
        heard = time.time() - path.stat().st_mtime < 3 * HEARTBEAT
    except OSError:
        return False
    return heard and not (worker.host == socket.gethostname() and _gone(worker.pid))


def _gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False


def note_failure(run: Path, block: int, message: str) -> None:
    """Keep why a block failed, until it is computed."""
    write_atomically(_failure(run, block), json_bytes({"block": block, "message": message}))


def forget_failure(run: Path, block: int) -> None:
    """The block has been computed."""
    _failure(run, block).unlink(missing_ok=True)


def failures(run: Path) -> dict[int, str]:
    """Blocks that failed, and why: the message opens with the name of the group."""
    found = [_read(path) for path in sorted((run / FAILED).glob("*.json"))]
    return {entry["block"]: entry["message"] for entry in found if {"block", "message"} <= entry.keys()}


def _failure(run: Path, block: int) -> Path:
    return run / FAILED / f"{block:05d}.json"


def note_shards(run: Path, shard: Shard) -> None:
    """Keep how many shards the run is cut into, for what is said of missing blocks."""
    if shards_used(run) != shard.of:
        write_atomically(run / SHARDS, json_bytes({"shards": shard.of}))


def shards_used(run: Path) -> int | None:
    """How many shards the run was last cut into; None where it was not."""
    of = _read(run / SHARDS).get("shards")
    return of if isinstance(of, int) and of > 0 else None


def note_jobs(run: Path, jobs: Mapping[str, str]) -> None:
    """Keep the ids of the jobs that the run was last submitted as, by stage."""
    write_atomically(run / BATCH / JOBS, json_bytes(jobs))


def jobs_of(run: Path) -> dict[str, str]:
    """The ids that ``note_jobs`` kept; empty where there are none."""
    return {stage: job for stage, job in _read(run / BATCH / JOBS).items() if isinstance(job, str)}


def remove_markers(run: Path) -> None:
    """The run is complete: nothing is running, failed or left to shards."""
    for name in (RUNNING, FAILED):
        shutil.rmtree(run / name, ignore_errors=True)
    (run / SHARDS).unlink(missing_ok=True)


def _read(path: Path) -> dict[str, Any]:
    """A marker's content; empty where it is gone or not what was written, as nothing depends on it."""
    try:
        value = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}
