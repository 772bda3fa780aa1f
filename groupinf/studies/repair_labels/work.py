"""The work of a run that repairs labels: the fit to the labels as they are, once, and then one repeat after another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from groupinf.config.load import STUDY as STUDY_KEY
from groupinf.datasets.choice.words import choice_notes
from groupinf.datasets.column_use import column_notes
from groupinf.datasets.dataset import Dataset
from groupinf.datasets.registry import kind_of
from groupinf.experiments.folder.files import npz_arrays, parquet_bytes
from groupinf.experiments.folder.manifest import RunManifest
from groupinf.experiments.folder.provenance import provenance
from groupinf.experiments.study import Blocks, Made
from groupinf.experiments.workers.memory import shortage
from groupinf.experiments.workers.processes import one_thread
from groupinf.experiments.workers.progress import Progress
from groupinf.numerics.losses.loss import Array
from groupinf.numerics.predict import accuracy, mean_loss
from groupinf.studies.linear.configured_model import model_of, other_loss
from groupinf.studies.linear.fit import Model, fit_model, scored_values
from groupinf.studies.linear.identity import identifying_config, other_data
from groupinf.studies.linear.linear_model import test_objective, training_objective
from groupinf.studies.linear.manifest import FitCertificate, loss_used
from groupinf.studies.linear.memory import work_bytes
from groupinf.studies.linear.rows import ROWS, rows_frame
from groupinf.studies.linear.schema import resolved
from groupinf.studies.linear.stored_fit import CROSS_VALIDATION, THETA, config_file, fit_files
from groupinf.studies.repair_labels.checks import load_checked
from groupinf.studies.repair_labels.manifest import STUDY, RepairManifest
from groupinf.studies.repair_labels.orders.registry import ORDERS
from groupinf.studies.repair_labels.repeat import Repairs, compute_repeat
from groupinf.studies.repair_labels.schema import LoadedRepair, rows_of

# raised when a stage gives other numbers for the same configuration and data
STAGE_VERSIONS: dict[str, int] = {"prepare": 1, "compute": 1, "collect": 1}


@dataclass(frozen=True)
class Repairing:
    """Flip, fit, inspect, put right and refit, as configured."""

    loaded: LoadedRepair
    dataset: Dataset
    identity: Mapping[str, Any] = field(init=False)
    manifest: type[RepairManifest] = RepairManifest
    stage: str = "repair"

    def __post_init__(self) -> None:
        """The configuration, the data and the versions of what computes."""
        identity = {
            "study": STUDY,
            "config": identifying_config(self.loaded, self.dataset),
            "sources": sorted(self.dataset.sources.values()),
            **kind_of(self.loaded.config.dataset).identity(self.loaded.config.dataset, self.dataset),
            "stages": dict(STAGE_VERSIONS),
        }
        object.__setattr__(self, "identity", identity)

    @property
    def name(self) -> str:
        """What the configuration calls it."""
        return self.loaded.config.name

    def other_data(self, other: RunManifest) -> list[str]:
        """The files of the data that ``other`` has differently, where that is all that tells the two apart."""
        return other_data(self.identity, self.dataset.sources, other) if other.study == STUDY else []

    def make(self, jobs: int, progress: Progress) -> Made[RepairManifest]:
        """Fit to the labels as they are, which also chooses λ; before that say where memory is too little."""
        loaded, dataset = self.loaded, self.dataset
        model = model_of(loaded, dataset)
        for note in filter(None, [shortage(work_bytes(dataset, model, None))]):
            progress.note(note)
        progress.stage("fit")
        fit = partial(fit_model, loaded.config.regularization, loaded.config.seed, model, made="orders score rows with")
        clean = one_thread(fit, dataset)
        chosen = clean.cross_validation
        files = {
            **config_file({STUDY_KEY: STUDY, **resolved(loaded, dataset.task)}),
            **fit_files(clean.fitted, dataset),
            ROWS: parquet_bytes(rows_frame(dataset)),
            **({} if chosen is None else {CROSS_VALIDATION: parquet_bytes(chosen)}),
        }
        about = one_thread(partial(_described, self), clean)
        return Made(self.restore(files, about), files, about, may_differ=(*config_file({}), ROWS))

    def restore(self, files: Mapping[str, bytes], manifest: RepairManifest) -> Blocks[Repairs, range]:
        """The same from the stored fit."""
        theta = npz_arrays(files[THETA])["theta"]
        return Blocks(one_thread(partial(_repairs, self, manifest), theta), _units, compute_repeat)


def repairing(loaded: LoadedRepair) -> Repairing:
    """The work that a configuration describes; raises ConfigError where the data cannot give what it asks."""
    return Repairing(loaded, load_checked(loaded))


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
        study=STUDY,
        name=work.name,
        identity=work.identity,
        sources=dict(dataset.sources),
        units=config.repeats,
        block_width=1,
        notes=(
            *choice_notes(dataset),
            *column_notes(dataset.uses),
            *clean.notes,
            *([] if clean.cross_validation is None else [of_lambda]),
        ),
        provenance=provenance(),
        dataset=dataset.name,
        task=dataset.task,
        n=dataset.n,
        d=dataset.d,
        n_test=dataset.n_test,
        classes=tuple(str(label) for label in dataset.classes),
        loss_name=fitted.objective.loss.name,
        loss_options=config.model_or_default.options,
        linearised=loss_used(other_loss(loaded, dataset, "linearised")),
        measured=loss_used(other_loss(loaded, dataset, "measured")),
        intercept=fitted.objective.intercept,
        columns=tuple(dataset.uses),
        rows_left=dataset.rows_left,
        seed=config.seed,
        lam=fitted.objective.lam,
        lam_over_n=clean.lam_over_n,
        cross_validation=scored_values(clean),
        flips=rows_of(config.flip, dataset.n),
        inspected=config.inspect.rows(dataset.n),
        orders=config.orders,
        test_accuracy=accuracy(test, fitted.theta),
        test_loss=mean_loss(test, fitted.theta),
        fit=FitCertificate(
            fitted.gradient_norm,
            fitted.decrement,
            fitted.passes,
            None if clean.machine is None else clean.machine.gap,
        ),
        hessian=fitted.factor.name,
    )
