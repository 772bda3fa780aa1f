"""A sweep's folder: its groups, drawn once at the reference λ/n, and sweep.json, which says what is where."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from groupinf.datasets.dataset import Dataset
from groupinf.errors import ConvergenceError, DataError
from groupinf.experiments.folder.identity import differing_fields
from groupinf.experiments.folder.manifest import OtherFormatError, SweepEntry
from groupinf.experiments.folder.outline import Outline, stored_outline
from groupinf.experiments.folder.provenance import provenance
from groupinf.experiments.folder.run_directory import RunDirectory
from groupinf.experiments.prepare import NOTHING, Given
from groupinf.experiments.run import Opened, open_run, prepare_run, run_name
from groupinf.experiments.sweep.plan import Step, SweepPlan, steps_of, sweep_identity, sweep_name
from groupinf.experiments.sweep.result import sweep_manifest, write_sweep_manifest
from groupinf.experiments.workers.progress import Progress
from groupinf.numerics.losses.loss import Array
from groupinf.studies.group_effects.checks import load_checked
from groupinf.studies.group_effects.draw import Drawn, drawn_again
from groupinf.studies.group_effects.manifest import STUDY, GroupEffectsManifest, LambdaSweepManifest
from groupinf.wording import number


@dataclass(frozen=True)
class OpenSweep:
    """A sweep whose groups are drawn: its steps, from the largest λ/n down, and what sweep.json says."""

    dataset: Dataset
    folder: RunDirectory
    drawn: Drawn | None
    steps: tuple[Step, ...]
    manifest: LambdaSweepManifest

    def opened(self, step: Step) -> Opened:
        """The run of one step; raises DataError where its folder holds another run."""
        return open_run(step.loaded, self.dataset, self.folder.path / step.name(self.dataset), False, step.given)

    def given(self, step: Step, before: Array | None) -> Given:
        """What a step does not do by itself, where ``before`` is θ̂ of the step above; nothing at the reference."""
        if self.drawn is None or not step.given:
            return Given(None, None if step.cold else before)
        note = f"groups and test points are those of λ/n = {number(self.drawn.at, 6)}, as in every run of the sweep"
        return Given(replace(self.drawn, notes=(*self.drawn.notes, note)), None if step.cold else before)


def open_sweep(plan: SweepPlan, out: Path, jobs: int, fresh: bool, progress: Progress) -> OpenSweep:
    """Load the data, draw the groups at the reference or read back which they were, and write sweep.json.

    Raises ConfigError and DataError before anything runs, ConvergenceError where the reference does not fit.
    """
    progress.stage("data")
    dataset = load_checked(plan.reference)
    folder = RunDirectory(out / sweep_name(plan, dataset))
    if fresh:
        folder.clear()
    identity = sweep_identity(plan, dataset)
    stored = _stored(folder, identity)
    outline = None if plan.redraw else _reference(plan, dataset, folder, jobs, progress)
    drawn_at = None if outline is None else outline.manifest.lam_over_n
    steps = steps_of(plan, drawn_at)
    manifest = LambdaSweepManifest(
        study=STUDY,
        name=plan.reference.config.name,
        identity=identity,
        parameter="λ/n",
        runs=tuple(SweepEntry(step.lam_over_n, step.name(dataset)) for step in reversed(steps)),
        provenance=provenance(),
        dataset=dataset.name,
        task=dataset.task,
        n=dataset.n,
        d=dataset.d,
        redraw=plan.redraw,
        drawn_at_lam_over_n=drawn_at,
        reference_run=None if plan.redraw else run_name(plan.reference, dataset),
    )
    if stored is None:
        folder.require_writable()
        write_sweep_manifest(folder, manifest)
    drawn = None if outline is None else drawn_again(plan.reference, dataset, outline)
    return OpenSweep(dataset, folder, drawn, steps, manifest)


def _stored(folder: RunDirectory, identity: Mapping[str, Any]) -> LambdaSweepManifest | None:
    """What sweep.json says, None where it is missing or damaged; raises DataError where it is another sweep's."""
    try:
        stored = sweep_manifest(folder.path, LambdaSweepManifest)
    except OtherFormatError:
        raise
    except DataError:
        return None
    fields = differing_fields(identity, stored.identity)
    if fields:
        raise DataError(f"{folder.path}: holds another sweep ({'; '.join(fields)}); choose another --out, or --fresh")
    return stored


def _reference(plan: SweepPlan, dataset: Dataset, folder: RunDirectory, jobs: int, progress: Progress) -> Outline:
    """The run at the reference λ/n, prepared: its groups are those of the sweep."""
    opened = open_run(plan.reference, dataset, folder.path / run_name(plan.reference, dataset), False)
    manifest = opened.directory.whole_manifest(GroupEffectsManifest)
    outline = None if manifest is None else stored_outline(opened.directory, manifest)
    if outline is not None:
        return outline
    try:
        return prepare_run(opened, jobs, progress, NOTHING).outline
    except ConvergenceError as error:
        raise ConvergenceError(f"at the reference λ/n, where the groups of the sweep are drawn: {error}") from error
