"""A sweep as one job, and as shards: what does not converge at one value keeps no other from its result."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import accumulate, pairwise
from typing import Any

from groupinf.errors import ConvergenceError
from groupinf.experiments.compute import compute_blocks
from groupinf.experiments.driver import TIMINGS, Opened, collect_run, complete, finished, prepare_run
from groupinf.experiments.folder.files import json_bytes
from groupinf.experiments.folder.manifest import RunManifest, SweepFailure
from groupinf.experiments.folder.run_directory import RunDirectory
from groupinf.experiments.folder.sweep_folder import write_sweep_manifest
from groupinf.experiments.stages import ShardDone
from groupinf.experiments.study import StudyKind
from groupinf.experiments.sweep.result import raise_failures
from groupinf.experiments.sweep.steps import OpenSweep, Within
from groupinf.experiments.workers.progress import Progress
from groupinf.experiments.workers.shards import Shard

Action = Callable[[Opened[Any], Progress], None]


def run_all(open_sweep: Callable[[], OpenSweep[Any, Any]], jobs: int, progress: Progress) -> OpenSweep[Any, Any]:
    """Run what is not done yet at every value; values that fail are listed in the manifest's ``failures``.

    Raises whatever ``open_sweep``, which opens it, raises before anything runs.
    """
    began = time.perf_counter()
    sweep = open_sweep()
    opening = time.perf_counter() - began
    failures = _walk(sweep, progress, lambda opened, within: _run(sweep.kind, opened, jobs, within))
    done = replace(sweep, manifest=replace(sweep.manifest, failures=tuple(failures)))
    write_sweep_manifest(sweep.path, done.manifest)
    seconds = {"open": round(opening, 3), "all": round(time.perf_counter() - began, 3)}
    RunDirectory(sweep.path).write(TIMINGS, json_bytes({"seconds": seconds, "jobs": jobs}))
    return done


def prepare_all(sweep: OpenSweep[Any, Any], jobs: int, progress: Progress) -> list[SweepFailure]:
    """Store all that shards read, at every value; where that failed."""

    def prepare(opened: Opened[Any], within: Progress) -> None:
        if not _is_prepared(opened.directory):
            prepare_run(opened, jobs, within)

    return _walk(sweep, progress, prepare)


def compute_shard(sweep: OpenSweep[Any, Any], jobs: int, shard: Shard, progress: Progress) -> ShardDone:
    """Compute a shard of the blocks of all runs, numbered through; what is not prepared is prepared first.

    Shards may run at the same time, in any order. Raises ConvergenceError naming every value where computing failed,
    after all others are done; where preparing failed there are no blocks.
    """
    prepare_all(sweep, jobs, progress)
    runs = [sweep.opened(step) for step in sweep.steps]
    ends = [0, *accumulate(_blocks(opened.directory) for opened in runs)]
    mine = shard.blocks(ends[-1])
    failures = []
    for step, opened, (start, end) in zip(sweep.steps, runs, pairwise(ends), strict=True):
        numbers = [block - start for block in mine if start <= block < end]
        try:
            _compute(opened, numbers, jobs, Within(progress, sweep.at(step.value), set()))
        except ConvergenceError as error:
            failures.append(SweepFailure(step.value, str(error)))
    raise_failures(sweep.manifest.parameter, failures)
    left = [start + b for opened, start in zip(runs, ends, strict=False) for b in _missing(opened.directory)]
    return ShardDone(sweep.path, shard, len(mine), tuple(left), ends[-1])


def _walk(sweep: OpenSweep[Any, Any], progress: Progress, action: Action) -> list[SweepFailure]:
    """``action`` on every step, in their order; the values that do not converge, and why."""
    failures = []
    told: set[str] = set()
    for step in sweep.steps:
        try:
            action(sweep.opened(step), Within(progress, sweep.at(step.value), told))
        except ConvergenceError as error:
            progress.note(f"{sweep.at(step.value)} is left out: {error}")
            failures.append(SweepFailure(step.value, str(error)))
    return failures


def _run(kind: StudyKind[Any, Any], opened: Opened[Any], jobs: int, progress: Progress) -> None:
    """What is not done yet of one run, as ``groupinf experiment`` does it; shards may have computed its blocks."""
    directory = opened.directory
    if finished(directory):
        return progress.note(f"{directory.path}: finished already")
    if _is_prepared(directory) and not _missing(directory):
        collect_run(kind, directory, progress)
        return None
    began = time.perf_counter()
    return complete(kind, prepare_run(opened, jobs, progress), began, jobs, progress)


def _compute(opened: Opened[Any], numbers: Sequence[int], jobs: int, progress: Progress) -> None:
    """The blocks ``numbers`` of a prepared run; where all are stored, it is not even read back."""
    if _not_whole(opened.directory, numbers):
        compute_blocks(prepare_run(opened, jobs, progress), numbers, jobs, progress)


def _is_prepared(directory: RunDirectory) -> bool:
    manifest = directory.whole_manifest(RunManifest)
    return manifest is not None and directory.read_prepared(manifest) is not None


def _blocks(directory: RunDirectory) -> int:
    """How many blocks a run has; none where preparing it failed."""
    return directory.require_manifest(RunManifest).n_blocks if _is_prepared(directory) else 0


def _missing(directory: RunDirectory) -> list[int]:
    return _not_whole(directory, range(_blocks(directory)))


def _not_whole(directory: RunDirectory, numbers: Sequence[int]) -> list[int]:
    files = directory.block_files()
    return [number for number in numbers if directory.whole_block(number, files) is None]
