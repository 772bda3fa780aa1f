"""What a run tells of single training rows, as files that are made before anything is retrained."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from groupinf.datasets.dataset import Dataset
from groupinf.effects.evaluations.on_test_points import OnTestPoints
from groupinf.effects.study import Study
from groupinf.effects.test_rows import TestRows
from groupinf.experiments.folder.files import npz_bytes, parquet_bytes
from groupinf.numerics.fit import Fitted
from groupinf.numerics.losses.loss import Array
from groupinf.numerics.objective import Rows, design
from groupinf.numerics.predict import predicted_classes
from groupinf.numerics.products import dense
from groupinf.points.distances import distances
from groupinf.points.perturbation import Perturbation, perturbation
from groupinf.points.point_effects import PointEffects, gradients, point_effects
from groupinf.points.shown_rows import ShownRows, strongest_rows, telling_rows
from groupinf.studies.group_effects.points.section import PerturbationConfig, PointsConfig
from groupinf.studies.group_effects.test_points import ChosenPoints

POINT_ARRAYS, PERTURBATION, SHOWN = "points.npz", "perturbation.parquet", "shown.npz"
POINT_FILES = (POINT_ARRAYS, PERTURBATION, SHOWN)


def point_files(
    asked: PointsConfig | None, dataset: Dataset, study: Study, tested: ChosenPoints
) -> tuple[dict[str, bytes], tuple[str, ...]]:
    """The files, and notes on what they leave out; none where points are not ``asked`` for."""
    if asked is None:
        return {}, ()
    fitted, evaluations = predicting(study), on_test_points(study)
    rows = np.arange(dataset.n) if asked.rows is None else np.array(asked.rows, dtype=np.int64)
    effects = point_effects(fitted, study.test, evaluations, rows)
    files = {POINT_ARRAYS: npz_bytes(_arrays(effects, dataset, fitted, study.test))}
    moved = np.empty(0, dtype=np.int64)
    if asked.perturbation is not None:
        moved = _moved(asked.perturbation, effects)
        features = design(dataset.X_test[tested.rows], fitted.objective.intercept)
        slopes = gradients(fitted, study.test, evaluations), gradients(fitted, study.test, evaluations, features)
        found = perturbation(fitted, *slopes, moved)
        files[PERTURBATION] = parquet_bytes(_perturbation_frame(found, effects, dataset, moved))
    telling = telling_rows(effects, _own_label(effects, dataset, study.test), asked.show)
    files[SHOWN] = npz_bytes(_shown(dataset, study.test, np.union1d(telling, moved)).arrays())
    return files, effects.notes


def predicting(study: Study) -> Fitted:
    """The fit that predictions are made with."""
    return study.fitted if study.linearised is None else study.linearised.fitted


def on_test_points(study: Study) -> list[OnTestPoints]:
    """The evaluations that points are told of."""
    return [of for of in study.evaluations if isinstance(of, OnTestPoints) and of.differentiable]


def _arrays(effects: PointEffects, dataset: Dataset, fitted: Fitted, test: TestRows) -> dict[str, NDArray[Any]]:
    """By the names of columns: of rows (m,), and of values and rows (V, m)."""
    points = len(test.labels)
    distance = np.full((points, effects.rows.size), np.nan)
    if not test.sums:
        train, others, _ = dataset.known_by
        distance = distances(train[effects.rows], others[np.array(test.labels)])
    told = {
        "rows": effects.rows,
        **vars(effects.scores),
        **vars(effects.effects),
        "distance": np.tile(distance, (len(effects.values) // points, 1)),
    }
    if dataset.classes:
        told["predicted"] = predicted_classes(fitted.objective.at(effects.rows), fitted.theta)
    return told


def _own_label(effects: PointEffects, dataset: Dataset, test: TestRows) -> NDArray[np.bool_]:
    """Which rows have the label of each value's test point; all where there are no classes, or the point is a sum."""
    if test.sums or not dataset.classes:
        return np.ones((len(effects.values), effects.rows.size), dtype=bool)
    own = test.points.y[:, None] == dataset.y_train[effects.rows]
    return np.tile(own, (len(effects.values) // len(test.labels), 1))


def _moved(asked: PerturbationConfig, effects: PointEffects) -> Rows:
    """The rows whose perturbation is told."""
    if asked.rows is not None:
        return np.array(asked.rows, dtype=np.int64)
    assert asked.strongest is not None  # the schema wants one of the two
    return strongest_rows(effects, asked.strongest)


def _perturbation_frame(found: Perturbation, effects: PointEffects, dataset: Dataset, rows: Rows) -> pd.DataFrame:
    """A row for each of ``rows``, value and feature; of standardised features in their plain unit."""
    d, values = dataset.d, len(effects.values)
    unit = np.ones(d) if dataset.feature_scale is None else dataset.feature_scale.sd
    first, second = (part.transpose(1, 0, 2) / unit for part in (found.first, found.second))
    names = np.array(dataset.feature_names, dtype=object)
    columns = np.array(dataset.feature_columns, dtype=object) if dataset.feature_columns else names
    evaluation, point = (np.array(part, dtype=object) for part in zip(*effects.values, strict=True))
    return pd.DataFrame(
        {
            "row": np.repeat(rows, values * d),
            "evaluation": np.tile(np.repeat(evaluation, d), rows.size),
            "test_point": np.tile(np.repeat(point.astype(np.int64), d), rows.size),
            "feature": np.tile(names, rows.size * values),
            "column": np.tile(columns, rows.size * values),
            "value": np.repeat(_plain_values(dataset, rows)[:, None], values, axis=1).ravel(),
            "first": first.ravel(),
            "second": second.ravel(),
            "perturbation": (first + second).ravel(),
        }
    )


def _plain_values(dataset: Dataset, rows: Rows) -> Array:
    """x_ij in its plain unit: (m, d)."""
    if dataset.plain_train is not None and dataset.plain_names == dataset.feature_names:
        return dense(dataset.plain_train[rows])
    X, scale = dense(dataset.X_train[rows]), dataset.feature_scale
    return X if scale is None else X * scale.sd + scale.mean


def _shown(dataset: Dataset, test: TestRows, rows: Rows) -> ShownRows:
    train, others, names = dataset.known_by
    tested = np.unique(np.array([] if test.sums else test.labels, dtype=np.int64))
    if names != dataset.feature_names:  # of other features no columns are known
        return ShownRows(rows, train[rows], tested, others[tested], names)
    columns, left_out = dataset.feature_columns, dataset.left_out_values
    return ShownRows(rows, train[rows], tested, others[tested], names, columns, left_out)
