"""A sweep over λ/n of a study that repairs labels, opened: the run at each value."""

from __future__ import annotations

from pathlib import Path

from groupinf.experiments.driver import run_name
from groupinf.experiments.folder.manifest import SweepEntry
from groupinf.experiments.folder.provenance import provenance
from groupinf.experiments.sweep.kind import SweepKind
from groupinf.experiments.sweep.steps import OpenSweep, Step, keep_manifest, require_own_folder
from groupinf.experiments.workers.progress import Progress
from groupinf.studies.linear.lambda_sweep import LAMBDA, at_value
from groupinf.studies.linear.manifest import LambdaSweepManifest
from groupinf.studies.repair_labels.checks import load_checked
from groupinf.studies.repair_labels.lambda_sweep.plan import (
    RepairSweepPlan,
    plan_repairs,
    sweep_identity,
    sweep_name,
)
from groupinf.studies.repair_labels.manifest import RepairManifest
from groupinf.studies.repair_labels.schema import STUDY
from groupinf.studies.repair_labels.study import REPAIR_LABELS
from groupinf.studies.repair_labels.work import repairing_on


def open_sweep(
    plan: RepairSweepPlan, out: Path, jobs: int, fresh: bool, progress: Progress
) -> OpenSweep[RepairManifest, LambdaSweepManifest]:
    """Load and check the data, and write sweep.json; the run at each value, from the largest down, is what it is alone.

    Raises ConfigError and DataError before anything runs.
    """
    progress.stage("data")
    dataset = load_checked(plan.reference)
    path, identity = out / sweep_name(plan, dataset), sweep_identity(plan, dataset)
    require_own_folder(path, identity, fresh)
    works = {value: repairing_on(at_value(plan.reference, value), dataset) for value in plan.grid}
    manifest = LambdaSweepManifest(
        study=STUDY,
        name=plan.reference.config.name,
        identity=identity,
        parameter=LAMBDA,
        runs=tuple(SweepEntry(value, run_name(work)) for value, work in works.items()),
        provenance=provenance(),
        dataset=dataset.name,
        task=dataset.task,
        n=dataset.n,
        d=dataset.d,
    )
    keep_manifest(path, manifest)
    steps = tuple(Step(value, works[value]) for value in reversed(plan.grid))
    return OpenSweep(REPAIR_LABELS, path, steps, manifest)


def _folder(plan: RepairSweepPlan) -> str:
    return sweep_name(plan, load_checked(plan.reference))


REPAIR_SWEEP = SweepKind(
    study=REPAIR_LABELS, manifest=LambdaSweepManifest, plan=plan_repairs, open=open_sweep, folder=_folder
)
