"""How far a run is, read from its folder."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from groupinf.experiments.folder.in_progress import BATCH, Worker, failures, jobs_of, workers_alive
from groupinf.experiments.folder.kinds import is_sweep, makes_again, sweep_of
from groupinf.experiments.folder.manifest import RunManifest
from groupinf.experiments.folder.run_directory import RunDirectory
from groupinf.experiments.folder.sweep_folder import runs_of
from groupinf.experiments.workers.shards import ranges_text
from groupinf.wording import counted, number


@dataclass(frozen=True)
class Status:
    """How far a prepared run is, whose ``blocks`` hold so many units, each called a ``unit``.

    ``done`` blocks are stored, which is judged by their names: ``verify`` reads them. ``running`` is how many are being
    computed by ``workers``; ``failed`` says why a block failed when it was last tried. ``units_per_second`` is None
    where nothing is running or nothing came of it yet.
    """

    path: Path
    unit: str
    blocks: tuple[int, ...]
    done: frozenset[int]
    workers: tuple[Worker, ...]
    failed: Mapping[int, str]
    units_per_second: float | None
    collected: bool

    @property
    def left(self) -> list[int]:
        """Blocks that are not stored."""
        return [b for b in range(len(self.blocks)) if b not in self.done]

    @property
    def running(self) -> int:
        """Blocks that are being computed: no process has more in hand than its jobs."""
        return sum(min(worker.jobs, len(set(worker.blocks) - self.done)) for worker in self.workers)

    @property
    def seconds_left(self) -> float | None:
        """At the present speed; None where there is none."""
        units = sum(self.blocks[b] for b in self.left)
        return None if self.units_per_second is None else units / self.units_per_second


def status_of(path: Path) -> Status:
    """How far the run in ``path`` is; raises DataError where it has not been prepared."""
    directory = RunDirectory(path)
    manifest = directory.require_manifest(RunManifest)
    blocks, workers = manifest.block_sizes, tuple(workers_alive(path))
    stored = {b: file for b, file in directory.stored_blocks().items() if b < len(blocks)}
    return Status(
        path=path,
        unit=manifest.unit,
        blocks=blocks,
        done=frozenset(stored),
        workers=workers,
        failed={b: why for b, why in failures(path).items() if b not in stored},
        units_per_second=_speed(workers, blocks, stored, time.time()),
        collected=manifest.collected,
    )


def _speed(workers: Sequence[Worker], blocks: Sequence[int], stored: Mapping[int, Path], now: float) -> float | None:
    """Units per second of the processes that are at work, since each began."""
    speed = 0.0
    for worker in workers:
        since = (b for b in worker.blocks if b in stored and stored[b].stat().st_mtime >= worker.began)
        speed += sum(blocks[b] for b in since) / max(now - worker.began, 1e-3)
    return speed or None


def status_text(status: Status) -> str:
    """A line for each thing that is known of a prepared run."""
    blocks, units, unit = len(status.blocks), sum(status.blocks), status.unit
    done = sum(status.blocks[b] for b in status.done)
    rows = [
        ("prepared", f"{counted(units, unit)} in {counted(blocks, 'block')}"),
        ("done", f"{counted(len(status.done), 'block')}, {counted(done, unit)} ({done / units:.0%})"),
        ("running", f"{counted(status.running, 'block')}, {counted(len(status.workers), 'process', 'processes')}"),
        *(("", f"{worker.host}, process {worker.pid}") for worker in status.workers),
        ("failed", f"{counted(len(status.failed), 'block')}"),
        *(("", f"block {b}: {why}") for b, why in status.failed.items()),
        ("left", _left_text(status)),
    ]
    if status.units_per_second is not None and status.seconds_left is not None:
        rows.append(("speed", f"{number(status.units_per_second)} {unit}s/s, about {status.seconds_left:,.0f} s left"))
    rows.append(("collected", _collected_text(status)))
    return _told(status.path, [*_submitted(status.path), *rows])


def folder_text(path: Path) -> str:
    """What is known of the run in the folder, or of each run of the sweep there, prepared or not.

    Raises DataError where the folder was neither prepared nor submitted.
    """
    jobs = _submitted(path)
    if not is_sweep(path):
        return _not_prepared(path) if jobs and not _is_prepared(path) else status_text(status_of(path))
    runs = [status_text(status_of(run)) if _is_prepared(run) else _not_prepared(run) for run in runs_of(path)]
    return "\n".join([*([_told(path, jobs)] if jobs else []), *runs])


def _is_prepared(path: Path) -> bool:
    return RunDirectory(path).manifest_path.exists()


def _not_prepared(path: Path) -> str:
    return _told(path, [*_submitted(path), ("prepared", "not yet")])


def _submitted(path: Path) -> list[tuple[str, str]]:
    """The jobs of a run, or of a sweep; empty where it was not submitted."""
    if not (path / BATCH).is_dir():
        return []
    jobs = jobs_of(path)
    known = ", ".join(f"{stage} {job}" for stage, job in jobs.items()) or "by jobs that are not known"
    asked = f"; squeue --jobs={','.join(jobs.values())} lists them" if jobs else ""
    return [("submitted", f"{known}{asked}; their logs are in {path / BATCH}")]


def _told(path: Path, rows: Sequence[tuple[str, str]]) -> str:
    return "\n".join([str(path), *(f"  {name:<11}{text}" for name, text in rows)])


def _left_text(status: Status) -> str:
    if not status.left:
        joined = f"nothing; groupinf collect {sweep_of(status.path) or status.path} joins the blocks"
        return "nothing" if status.collected else joined
    return f"blocks {ranges_text(status.left)}"


def _collected_text(status: Status) -> str:
    if not status.collected:
        return "no"
    if not status.left:
        return "yes"
    return f"yes, but blocks were lost since: {makes_again(status.path)} makes them again"
