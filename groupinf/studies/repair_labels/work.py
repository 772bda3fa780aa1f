"""The work of a run that repairs labels: the fit to the labels as they are, once, and then one repeat after another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import ClassVar

from groupinf.datasets.choice.words import choice_notes
from groupinf.datasets.column_use import column_notes
from groupinf.datasets.dataset import Dataset
from groupinf.experiments.folder.files import npz_arrays
from groupinf.experiments.study import Blocks, Made
from groupinf.experiments.workers.processes import one_thread
from groupinf.experiments.workers.progress import Progress
from groupinf.numerics.losses.loss import Array
from groupinf.numerics.predict import accuracy, mean_loss
from groupinf.studies.linear.amount import rows_of
from groupinf.studies.linear.configured_model import model_of
from groupinf.studies.linear.fit import Model
from groupinf.studies.linear.identity import identity_of_kind
from groupinf.studies.linear.linear_model import test_objective, training_objective
from groupinf.studies.linear.memory import work_bytes
from groupinf.studies.linear.stored_fit import THETA
from groupinf.studies.linear.work import MAY_DIFFER, LinearWork
from groupinf.studies.repair_labels.checks import load_checked
from groupinf.studies.repair_labels.manifest import RepairManifest
from groupinf.studies.repair_labels.orders.registry import ORDERS
from groupinf.studies.repair_labels.repeat import Repairs, compute_repeat
from groupinf.studies.repair_labels.schema import STUDY, LoadedRepair, RepairConfig

# raised when a stage gives other numbers for the same configuration and data
STAGE_VERSIONS: dict[str, int] = {"prepare": 1, "compute": 1, "collect": 1}


@dataclass(frozen=True)
class Repairing(LinearWork[RepairConfig]):
    """Flip, fit, inspect, put right and refit, as configured."""

    study: ClassVar = STUDY
    manifest: type[RepairManifest] = RepairManifest
    stage: str = "repair"

    def make(self, jobs: int, progress: Progress) -> Made[RepairManifest]:
        """Fit to the labels as they are, which also chooses λ; before that say where memory is too little."""
        taken = work_bytes(self.dataset, model_of(self.loaded, self.dataset), None)
        clean = self.fit(taken, progress, jobs, made="orders score rows with")
        files = self.files(clean)
        about = one_thread(partial(_described, self), clean)
        return Made(self.restore(files, about), files, about, may_differ=MAY_DIFFER)

    def restore(self, files: Mapping[str, bytes], manifest: RepairManifest) -> Blocks[Repairs, range]:
        """The same from the stored fit."""
        theta = npz_arrays(files[THETA])["theta"]
        return Blocks(one_thread(partial(_repairs, self, manifest), theta), _units, compute_repeat)


def repairing(loaded: LoadedRepair) -> Repairing:
    """The work that a configuration describes; raises ConfigError where the data cannot give what it asks."""
    return repairing_on(loaded, load_checked(loaded))


def repairing_on(loaded: LoadedRepair, dataset: Dataset) -> Repairing:
    """The same on data that have been checked."""
    return Repairing(loaded, dataset, identity_of_kind(STUDY, loaded, dataset, STAGE_VERSIONS))


def _units(block: range) -> range:
    return block


def _repairs(work: Repairing, about: RepairManifest, start: Array) -> Repairs:
    dataset, model = work.dataset, about.model
    truth = training_objective(dataset, model, about.lam)
    return Repairs(
        truth=truth,
        test=test_objective(dataset, model, truth.basis),
        model=model,
        start=start,
        lam_over_n=about.lam_over_n,
        classes=about.classes,
        flips=about.flips,
        inspected=about.inspected,
        orders=tuple(ORDERS[order]() for order in about.orders),
        seed=about.seed,
    )


def _described(work: Repairing, clean: Model) -> RepairManifest:
    """The manifest of a run that has been prepared just now."""
    loaded, dataset, fitted = work.loaded, work.dataset, clean.fitted
    config, test = loaded.config, test_objective(dataset, model_of(loaded, dataset), fitted.objective.basis)
    of_lambda = "λ/n was chosen by cross-validation on the labels as they are in the data, before any was flipped"
    return RepairManifest(
        **work.described(clean),
        units=config.repeats,
        block_width=1,
        notes=(
            *choice_notes(dataset),
            *column_notes(dataset.uses),
            *clean.notes,
            *([] if clean.cross_validation is None else [of_lambda]),
        ),
        flips=rows_of(config.flip, dataset.n),
        inspected=config.inspect.rows(dataset.n),
        orders=config.orders,
        test_accuracy=accuracy(test, fitted.theta),
        test_loss=mean_loss(test, fitted.theta),
        hessian=fitted.factor.name,
    )
