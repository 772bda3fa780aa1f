"""Everything that is done once: λ, θ̂, test points, groups, scales. What follows only reads it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray

from groupinf.datasets.column_use import column_notes
from groupinf.datasets.dataset import Dataset
from groupinf.effects.blocks import block_width
from groupinf.effects.evaluations.registry import EVALUATIONS
from groupinf.effects.study import Study
from groupinf.experiments.folder.files import npz_arrays, npz_bytes, parquet_bytes
from groupinf.experiments.folder.outline import Outline, outline_from, stored_outline
from groupinf.experiments.folder.provenance import provenance
from groupinf.experiments.folder.run_directory import CROSS_VALIDATION, RunDirectory, groups_archive, groups_frame
from groupinf.experiments.folder.store import store_prepared
from groupinf.experiments.workers.processes import one_thread
from groupinf.experiments.workers.progress import Progress
from groupinf.groups.groups import Groups
from groupinf.numerics.fit import Fitted, fitted_at
from groupinf.numerics.losses.loss import Array
from groupinf.numerics.objective import Objective
from groupinf.numerics.predict import accuracy, mean_loss
from groupinf.studies.group_effects.checks import evaluations_of, test_objective, training_objective
from groupinf.studies.group_effects.draw import Drawn, draw, make_study, study_from
from groupinf.studies.group_effects.fit import Model, fit_model, scored_values
from groupinf.studies.group_effects.manifest import STUDY, EngineUsed, FitCertificate, GroupEffectsManifest
from groupinf.studies.group_effects.rows import ROWS, rows_frame
from groupinf.studies.group_effects.schema import LoadedStudy as LoadedConfig
from groupinf.studies.group_effects.schema import resolved
from groupinf.studies.group_effects.test_points import chosen_again


@dataclass(frozen=True)
class Given:
    """Test points and groups that are drawn already, and the parameters that the fit starts from.

    None stands for what a run does by itself: it draws, and it starts from zero.
    """

    drawn: Drawn | None
    start: Array | None


NOTHING = Given(None, None)


@dataclass(frozen=True)
class Prepared:
    """The frozen inputs of every block, and the outline of the run that they belong to."""

    study: Study
    outline: Outline


def prepare(
    loaded: LoadedConfig,
    dataset: Dataset,
    identity: Mapping[str, Any],
    directory: RunDirectory,
    jobs: int,
    progress: Progress,
    given: Given = NOTHING,
) -> Prepared:
    """Fit and draw, and store it; or read back what an earlier run of the same identity has stored.

    ``given`` replaces what would be drawn, and is where the fit starts: the runs of a sweep share it.
    """
    stored = directory.whole_manifest(GroupEffectsManifest)
    if stored is not None:
        restored = restore(loaded, dataset, directory, stored)
        if restored is not None:
            return restored
    progress.stage("fit")
    model = one_thread(partial(fit_model, loaded.config.regularization, loaded.config.seed, start=given.start), dataset)
    test = one_thread(partial(test_objective, dataset), model.fitted.objective.basis)
    progress.stage("groups")
    drawn = given.drawn or draw(loaded, dataset, model, test, jobs)
    study = one_thread(partial(make_study, model.fitted, test, drawn, evaluations_of(loaded, dataset)), loaded)
    description = _description(loaded, dataset, model, test, study, drawn, identity)
    contents = _contents(resolved(loaded, dataset.task), dataset, model, drawn.groups)
    manifest = store_prepared(directory, contents, description)
    return Prepared(study, outline_from(drawn.groups, manifest))


def _description(
    loaded: LoadedConfig,
    dataset: Dataset,
    model: Model,
    test: Objective,
    study: Study,
    drawn: Drawn,
    identity: Mapping[str, Any],
) -> GroupEffectsManifest:
    """The manifest of a run that has been prepared just now."""
    fitted, classifies = model.fitted, dataset.task == "classification"
    return GroupEffectsManifest(
        study=STUDY,
        name=loaded.config.name,
        identity=identity,
        sources=dict(dataset.sources),
        units=len(drawn.groups) - len(drawn.skipped),
        block_width=block_width(fitted.objective, study.engine),
        notes=(*column_notes(dataset.uses), *model.notes, *drawn.notes),
        provenance=provenance(),
        dataset=dataset.name,
        task=dataset.task,
        n=dataset.n,
        d=dataset.d,
        n_test=int(dataset.y_test.size),
        classes=tuple(str(label) for label in dataset.classes),
        columns=tuple(dataset.uses),
        seed=loaded.config.seed,
        lam=fitted.objective.lam,
        lam_over_n=model.lam_over_n,
        cross_validation=scored_values(model),
        train_accuracy=accuracy(fitted.objective, fitted.theta) if classifies else None,
        test_accuracy=accuracy(test, fitted.theta) if classifies else None,
        train_loss=mean_loss(fitted.objective, fitted.theta),
        test_loss=mean_loss(test, fitted.theta),
        fit=FitCertificate(fitted.gradient_norm, fitted.decrement, fitted.passes),
        test_points=study.test.labels,
        test_sets=drawn.tested.sets,
        test_keys=drawn.tested.keys,
        drawn_at_lam_over_n=drawn.at,
        evaluations=tuple(evaluation.name for evaluation in study.evaluations),
        methods=tuple(method.name for method in study.methods),
        scales=study.scales,
        gradient_norms=study.gradient_norms,
        n_groups=len(drawn.groups),
        skipped=drawn.skipped,
        notes_on_groups=drawn.notes,
        engine=EngineUsed(
            hessian=fitted.factor.name,
            influence=study.influence_solver.name,
            reduced=study.engine.way,
            preconditioner=study.engine.preconditioner,
        ),
    )


def _contents(config: Mapping[str, Any], dataset: Dataset, model: Model, groups: Groups) -> dict[str, bytes]:
    shown = yaml.safe_dump(config, sort_keys=False, allow_unicode=True)
    contents = {
        "config.yaml": shown.encode(),
        "theta.npz": theta_archive(model.fitted, dataset),
        ROWS: parquet_bytes(rows_frame(dataset)),
        "groups.npz": groups_archive(groups),
        "groups.parquet": parquet_bytes(groups_frame(groups)),
    }
    if model.cross_validation is not None:
        contents[CROSS_VALIDATION] = parquet_bytes(model.cross_validation)
    return contents


def restore(
    loaded: LoadedConfig, dataset: Dataset, directory: RunDirectory, manifest: GroupEffectsManifest
) -> Prepared | None:
    """What an earlier run has prepared; None where a file is missing or altered, so that it is made anew."""
    theta, outline = directory.read("theta.npz", manifest), stored_outline(directory, manifest)
    if theta is None or outline is None:
        return None
    arrays = npz_arrays(theta)
    return Prepared(one_thread(lambda found: _study(loaded, dataset, arrays, found), outline), outline)


def theta_archive(fitted: Fitted, dataset: Dataset) -> bytes:
    """θ̂ for ``theta.npz``, with names; and its ``coordinates`` where the fit has others than the features."""
    full = {"theta": fitted.objective.in_full(fitted.theta), "feature_names": np.array(dataset.feature_names)}
    return npz_bytes(full if fitted.objective.basis is None else full | {"coordinates": fitted.theta})


def fitted_from(dataset: Dataset, lam: float, archive: Mapping[str, NDArray[Any]]) -> Fitted:
    """The fit whose θ̂ ``theta_archive`` has stored."""
    return fitted_at(training_objective(dataset, lam), archive.get("coordinates", archive["theta"]))


def _study(loaded: LoadedConfig, dataset: Dataset, theta: Mapping[str, NDArray[Any]], outline: Outline) -> Study:
    manifest = outline.manifest
    fitted = fitted_from(dataset, manifest.lam, theta)
    return study_from(
        loaded,
        fitted,
        test_objective(dataset, fitted.objective.basis),
        chosen_again(loaded.config.test_points, dataset, manifest.test_points),
        [EVALUATIONS[name] for name in manifest.evaluations],
        outline.groups,
        manifest.scales,
        manifest.gradient_norms,
    )
