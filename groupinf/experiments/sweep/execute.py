"""A sweep over λ/n as one job: the same groups at every value, and each value a run of its own."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import accumulate, pairwise
from pathlib import Path

from groupinf.errors import ConvergenceError
from groupinf.experiments.collect import collect
from groupinf.experiments.compute import compute
from groupinf.experiments.folder.files import json_bytes, npz_arrays
from groupinf.experiments.folder.manifest import SweepFailure
from groupinf.experiments.folder.outline import Outline, stored_outline
from groupinf.experiments.folder.run_directory import RunDirectory
from groupinf.experiments.prepare import Given
from groupinf.experiments.run import TIMINGS, Opened, complete, finished, prepare_run
from groupinf.experiments.stages import ShardDone
from groupinf.experiments.sweep.open import OpenSweep, open_sweep
from groupinf.experiments.sweep.plan import Step, SweepPlan
from groupinf.experiments.sweep.result import Sweep, load_sweep, write_sweep_manifest
from groupinf.experiments.workers.progress import Progress
from groupinf.experiments.workers.shards import Shard
from groupinf.numerics.losses.loss import Array
from groupinf.studies.group_effects.manifest import GroupEffectsManifest
from groupinf.wording import number


def execute_sweep(plan: SweepPlan, out: Path, jobs: int, fresh: bool, progress: Progress) -> Sweep:
    """Run what is not done yet in ``out``/<name>-sweep-<hash>, from the largest λ/n down.

    A value that does not converge is listed in the manifest's ``failures``, and the others are run all the same.
    Raises ConfigError and DataError before anything runs; ConvergenceError where the reference itself does not fit.
    """
    began = time.perf_counter()
    sweep = open_sweep(plan, out, jobs, fresh, progress)
    drawing = time.perf_counter() - began
    failures = _walk(sweep, progress, lambda opened, given, within: _run(opened, given, jobs, within))
    write_sweep_manifest(sweep.folder, replace(sweep.manifest, failures=tuple(failures)))
    seconds = {"open": round(drawing, 3), "all": round(time.perf_counter() - began, 3)}
    sweep.folder.write(TIMINGS, json_bytes({"seconds": seconds, "jobs": jobs}))
    return load_sweep(sweep.folder.path)


def prepare_sweep(
    plan: SweepPlan, out: Path, jobs: int, fresh: bool, progress: Progress
) -> tuple[OpenSweep, list[SweepFailure]]:
    """Fit at every λ/n, draw the groups and store all that shards read; the sweep, and where the fit failed."""
    sweep = open_sweep(plan, out, jobs, fresh, progress)
    return sweep, _walk(sweep, progress, lambda opened, given, within: _prepare(opened, given, jobs, within))


def compute_shard(plan: SweepPlan, out: Path, jobs: int, shard: Shard, progress: Progress) -> ShardDone:
    """Compute a shard of the blocks of all runs, numbered through; what is not prepared is prepared first.

    Shards may run at the same time, in any order. Raises ConvergenceError naming every λ/n where retraining failed,
    after all others are done; where the fit failed there are no blocks.
    """
    sweep, _ = prepare_sweep(plan, out, jobs, False, progress)
    runs = [sweep.opened(step) for step in sweep.steps]
    ends = [0, *accumulate(_blocks(opened.directory) for opened in runs)]
    mine = shard.blocks(ends[-1])
    failures = []
    for step, opened, (start, end) in zip(sweep.steps, runs, pairwise(ends), strict=True):
        numbers = [block - start for block in mine if start <= block < end]
        try:
            _compute(opened, numbers, jobs, _Within(progress, step))
        except ConvergenceError as error:
            failures.append(SweepFailure(step.lam_over_n, str(error)))
    _raise(failures)
    left = [start + b for opened, start in zip(runs, ends, strict=False) for b in _missing(opened.directory)]
    return ShardDone(sweep.folder.path, shard, len(mine), tuple(left), ends[-1])


def raise_failures(sweep: Sweep) -> None:
    """Raise one ConvergenceError that names every λ/n without a result; nothing where all have one."""
    _raise(sweep.manifest.failures)


def _raise(failures: Sequence[SweepFailure]) -> None:
    if failures:
        reasons = "\n".join(f"λ/n = {number(failure.value, 6)}: {failure.reason}" for failure in failures)
        raise ConvergenceError(f"{reasons}\nThe other values of λ/n are kept")


def _walk(
    sweep: OpenSweep, progress: Progress, action: Callable[[Opened, Given, Progress], None]
) -> list[SweepFailure]:
    """``action`` on every step from the largest λ/n down; θ̂ of one, as it is stored, is where the next fit starts."""
    failures = []
    theta: Array | None = None
    told: set[str] = set()
    for step in sweep.steps:
        opened = sweep.opened(step)
        try:
            action(opened, sweep.given(step, theta), _Within(progress, step, told))
        except ConvergenceError as error:
            progress.note(f"λ/n = {number(step.lam_over_n, 6)} is left out: {error}")
            failures.append(SweepFailure(step.lam_over_n, str(error)))
        theta = _theta(opened.directory, theta)
    return failures


def _run(opened: Opened, given: Given, jobs: int, progress: Progress) -> None:
    """What is not done yet of one run, as ``groupinf experiment`` does it; shards may have computed its blocks."""
    directory = opened.directory
    if finished(directory):
        return progress.note(f"{directory.path}: finished already")
    outline = _outline(directory)
    if outline is not None and not _missing(directory):
        collect(outline, directory.path.name, directory, progress)
        return None
    began = time.perf_counter()
    complete(prepare_run(opened, jobs, progress, given), began, directory, jobs, progress)
    return None


def _prepare(opened: Opened, given: Given, jobs: int, progress: Progress) -> None:
    if _outline(opened.directory) is None:
        prepare_run(opened, jobs, progress, given)


def _compute(opened: Opened, numbers: Sequence[int], jobs: int, progress: Progress) -> None:
    """The blocks ``numbers`` of a prepared run; where all are stored, not even H is factored."""
    if any(opened.directory.read_block(number) is None for number in numbers):
        compute(prepare_run(opened, jobs, progress), opened.directory, jobs, progress, numbers)


def _outline(directory: RunDirectory) -> Outline | None:
    manifest = directory.whole_manifest(GroupEffectsManifest)
    return None if manifest is None else stored_outline(directory, manifest)


def _blocks(directory: RunDirectory) -> int:
    """How many blocks a run has; none where its fit failed."""
    outline = _outline(directory)
    return 0 if outline is None else len(outline.blocks)


def _missing(directory: RunDirectory) -> list[int]:
    return [block for block in range(_blocks(directory)) if directory.read_block(block) is None]


def _theta(directory: RunDirectory, before: Array | None) -> Array | None:
    """θ̂ as it is stored; where a fit failed there is none, and the one before stands."""
    manifest = directory.whole_manifest(GroupEffectsManifest)
    content = None if manifest is None else directory.read("theta.npz", manifest)
    return before if content is None else npz_arrays(content)["theta"]


class _Within:
    """Progress of one step: stages say which λ/n they belong to, and what was told for another is not told again."""

    def __init__(self, progress: Progress, step: Step, told: set[str] | None = None) -> None:
        self._progress = progress
        self._at = f"λ/n = {number(step.lam_over_n, 6)}"
        self._told = set() if told is None else told

    def stage(self, name: str, total: int | None = None) -> None:
        self._progress.stage(f"{self._at}: {name}", total)

    def advance(self, units: int) -> None:
        self._progress.advance(units)

    def note(self, text: str) -> None:
        if text not in self._told:
            self._told.add(text)
            self._progress.note(f"{self._at}: {text}")
