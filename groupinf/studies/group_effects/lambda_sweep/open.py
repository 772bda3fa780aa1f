"""A sweep over λ/n, opened: its groups, drawn once at the reference, and the run at each value."""

from __future__ import annotations

from pathlib import Path

from groupinf.errors import ConvergenceError
from groupinf.experiments.driver import open_run, prepare_run, run_name
from groupinf.experiments.folder.manifest import SweepEntry
from groupinf.experiments.folder.provenance import provenance
from groupinf.experiments.folder.run_directory import RunDirectory
from groupinf.experiments.folder.store import require_prepared
from groupinf.experiments.sweep.kind import SweepKind
from groupinf.experiments.sweep.steps import OpenSweep, keep_manifest, require_own_folder
from groupinf.experiments.workers.progress import Progress
from groupinf.studies.group_effects.checks import load_checked
from groupinf.studies.group_effects.draw import Drawn, drawn_again
from groupinf.studies.group_effects.lambda_sweep.plan import GroupSweepPlan, steps_of, sweep_identity, sweep_name
from groupinf.studies.group_effects.manifest import GroupEffectsManifest, GroupSweepManifest
from groupinf.studies.group_effects.prepare import Retraining, retraining
from groupinf.studies.group_effects.schema import STUDY
from groupinf.studies.group_effects.stored_groups import groups_from
from groupinf.studies.group_effects.study import GROUP_EFFECTS
from groupinf.studies.linear.lambda_sweep import LAMBDA, plan_sweep

LambdaSweep = OpenSweep[GroupEffectsManifest, GroupSweepManifest]


def open_sweep(plan: GroupSweepPlan, out: Path, jobs: int, fresh: bool, progress: Progress) -> LambdaSweep:
    """Load the data, draw the groups at the reference or read back which they were, and write sweep.json.

    Raises ConfigError and DataError before anything runs, ConvergenceError where the reference does not fit.
    """
    progress.stage("data")
    dataset = load_checked(plan.reference)
    path, identity = out / sweep_name(plan, dataset), sweep_identity(plan, dataset)
    require_own_folder(path, identity, fresh)
    reference = retraining(plan.reference, dataset)
    drawn = None if plan.redraw else _drawn(reference, path, jobs, progress)
    steps = steps_of(plan, dataset, path, drawn)
    manifest = GroupSweepManifest(
        study=STUDY,
        name=plan.reference.config.name,
        identity=identity,
        parameter=LAMBDA,
        runs=tuple(SweepEntry(step.value, run_name(step.work)) for step in reversed(steps)),
        provenance=provenance(),
        dataset=dataset.name,
        task=dataset.task,
        n=dataset.n,
        d=dataset.d,
        redraw=plan.redraw,
        drawn_at_lam_over_n=None if drawn is None else drawn.at,
        reference_run=None if plan.redraw else run_name(reference),
    )
    keep_manifest(path, manifest)
    return OpenSweep(GROUP_EFFECTS, path, steps, manifest)


def _drawn(reference: Retraining, path: Path, jobs: int, progress: Progress) -> Drawn:
    """The groups and test points of the sweep: those of the run at the reference λ/n, which is prepared."""
    directory = RunDirectory(path / run_name(reference))
    opened = open_run(reference, directory.path)
    stored = directory.whole_manifest(GroupEffectsManifest)
    if stored is None or directory.read_prepared(stored) is None:
        try:
            stored = prepare_run(opened, jobs, progress).manifest
        except ConvergenceError as error:
            raise ConvergenceError(f"at the reference λ/n, where the groups of the sweep are drawn: {error}") from error
    groups = groups_from(require_prepared(directory, stored))
    return drawn_again(reference.loaded, reference.dataset, groups, stored)


def _folder(plan: GroupSweepPlan) -> str:
    return sweep_name(plan, load_checked(plan.reference))


GROUP_SWEEP = SweepKind(
    study=GROUP_EFFECTS, manifest=GroupSweepManifest, plan=plan_sweep, open=open_sweep, folder=_folder
)
