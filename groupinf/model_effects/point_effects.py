"""What removing each training row of a fitted model does, alone and without retraining."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from functools import partial

import numpy as np
import pandas as pd

from groupinf.effects.changes.registry import REMOVE
from groupinf.effects.evaluations.evaluation import Evaluation
from groupinf.effects.evaluations.on_test_points import OnTestPoints
from groupinf.errors import ConfigError, DataError
from groupinf.experiments.workers.processes import one_thread
from groupinf.model_effects.asked import Entries, question, require_possible
from groupinf.model_effects.result import PointEffects
from groupinf.model_effects.taken import Taken, convention_of
from groupinf.model_effects.test_rows import SUM, chosen_rows
from groupinf.numerics.predict import predicted_classes
from groupinf.points.point_effects import PointEffects as Found
from groupinf.points.point_effects import RemovalEffects
from groupinf.points.point_effects import point_effects as effects_of_points
from groupinf.points.row_scores import RowScores
from groupinf.studies.group_effects.checks import parameter_names
from groupinf.studies.group_effects.points.section import MOST_ROWS
from groupinf.wording import counted, listed

WHERE = "point_effects"


def point_effects(of: Taken, *, evaluations: Entries | None, test_points: str | Sequence[int]) -> PointEffects:
    """What removing each row does, as ``groupinf.point_effects`` says."""
    asked = question(WHERE, evaluations=evaluations)
    require_possible(WHERE, asked, of)
    _require_slopes(asked.evaluations)
    points = chosen_rows(test_points, of.test_index).of(of.test)
    count = of.dataset.n * len(points.labels) * len(asked.evaluations)
    if count > MOST_ROWS:
        size = f"{of.dataset.n:,} training rows with {len(points.labels):,} test points each"
        raise DataError(
            f"{WHERE}: expected a table of at most {MOST_ROWS:,} rows, found {size}; take test_points={SUM!r}"
        )
    names = parameter_names(of.dataset, of.linear)
    quantities = [e.quantity(names) for e in asked.evaluations]
    on_points = [quantity for quantity in quantities if isinstance(quantity, OnTestPoints)]
    with of.terms.spoken():
        found = one_thread(partial(effects_of_points, of.fit.fitted, points), on_points)
    return PointEffects(
        rows=_rows(of, found),
        effects=_effects(found),
        told=of.told,
        convention=convention_of(of, REMOVE),
        summary=f"{of.dataset.n:,} rows of {of.name}, each removed alone; {counted(len(found.values), 'value')} each",
        notes=found.notes,
    )


def _require_slopes(evaluations: Sequence[Evaluation]) -> None:
    others = [e.name for e in evaluations if not (e.on_test_points() and e.differentiable)]
    if others:
        expected = "expected evaluations of test rows that have derivatives"
        raise ConfigError(f"{WHERE}: evaluations: {expected}, found {listed(others)}; group_effects takes any")


def _rows(of: Taken, found: Found) -> pd.DataFrame:
    dataset, fitted = of.dataset, of.fit.fitted
    classes = np.array(dataset.classes)
    codes = dataset.y_train.astype(np.int64)
    label = classes[codes] if dataset.classes else dataset.y_train
    predicted = {}
    if dataset.classes:
        predicted = {"predicted": classes[predicted_classes(fitted.objective, fitted.theta)]}
    scores = {field.name: getattr(found.scores, field.name) for field in fields(RowScores)}
    frame = pd.DataFrame(
        {"row": found.rows, "label": label, **predicted, "weight": dataset.sample_weight_train, **scores}
    )
    return frame.dropna(axis=1, how="all")  # the score of several outputs, and what was too dear


def _effects(found: Found) -> pd.DataFrame:
    evaluation, point = (np.array(part, dtype=object) for part in zip(*found.values, strict=True))
    told = {field.name: getattr(found.effects, field.name).T.ravel() for field in fields(RemovalEffects)}
    frame = pd.DataFrame(
        {
            "row": np.repeat(found.rows, len(found.values)),
            "evaluation": np.tile(evaluation, found.rows.size),
            "test_point": np.tile(point.astype(np.int64), found.rows.size),
        }
    )
    return frame.assign(**told)
