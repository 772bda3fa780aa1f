"""A fit with what the configured change makes of its rows, as it is made now or from a run's folder."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from groupinf.datasets.dataset import Dataset
from groupinf.effects.changes.change import Change
from groupinf.effects.freeze import ChangedFit
from groupinf.groups.streams import builder_stream
from groupinf.numerics.change import RowChange, measuring, row_change
from groupinf.numerics.fit import Fitted
from groupinf.numerics.support_vectors import Machine, support_vector_machine
from groupinf.studies.group_effects.checks import change_of
from groupinf.studies.group_effects.schema import LoadedStudy
from groupinf.studies.linear.fit import linearised_at
from groupinf.studies.linear.linear_model import LinearModel
from groupinf.studies.linear.stored_fit import fit_from


def changed_fit(
    loaded: LoadedStudy,
    dataset: Dataset,
    model: LinearModel,
    fitted: Fitted,
    machine: Machine | None,
    linearised: Fitted | None,
) -> ChangedFit:
    """What has been fitted, with the configured change."""
    change = row_change_of(loaded, dataset, fitted)
    retrained = change if model.measured is None else measuring(change, fitted, model.measured)
    predicting = None if linearised is None else ChangedFit(linearised, row_change_of(loaded, dataset, linearised))
    return ChangedFit(fitted, retrained, machine, predicting)


def changed_fit_from(
    loaded: LoadedStudy, dataset: Dataset, model: LinearModel, lam: float, files: Mapping[str, bytes]
) -> ChangedFit:
    """The same, of the fit that a run's files tell."""
    fitted = fit_from(dataset, model, lam, files)
    machine = None if model.loss.smooth else support_vector_machine(fitted.objective)
    return changed_fit(loaded, dataset, model, fitted, machine, linearised_at(fitted, model))


def row_change_of(loaded: LoadedStudy, dataset: Dataset, fitted: Fitted) -> RowChange:
    """What the configured change makes of each row."""
    return change_of_rows(change_of(loaded), loaded.config.seed, dataset, fitted)


def change_of_rows(change: Change, seed: int, dataset: Dataset, fitted: Fitted) -> RowChange:
    """What a change makes of each row; labels that are drawn have a random stream of their own."""
    labels, pool = change.labels(fitted.objective.y, dataset.classes, builder_stream(seed, change.name)), dataset.pool
    weight = dataset.sample_weight_train
    own = weight if pool is None else np.concatenate([weight, pool.sample_weight])
    return row_change(fitted, change.times, own, labels)
