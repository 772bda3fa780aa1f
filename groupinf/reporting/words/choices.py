"""What was chosen for a run, and by what: its test points and its λ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from groupinf.effects.evaluations.registry import EVALUATIONS
from groupinf.reporting.words.formats import one_line
from groupinf.reporting.words.style import evaluation_in_text, point_name, test_point_heading, test_point_name
from groupinf.reporting.words.summary import test_point_names, test_set_names
from groupinf.studies.group_effects.result import Run
from groupinf.wording import counted, listed, number

# above this many test points the others are counted
_MOST_POINTS = 12
_MOST_IN_TITLE = 6


def point_choices(run: Run) -> dict[int, str]:
    """How each test point was chosen, in two words, where some are random and some those of highest loss."""
    wanted = run.config.get("test_points", {})
    if not wanted.get("highest_loss"):
        return {}
    points, random = run.manifest.test_points, wanted.get("random") or 0
    return {point: "random" if i < random else "highest loss" for i, point in enumerate(points)}


def test_points_line(run: Run) -> str:
    """Which test points the run is measured on and how they were chosen; empty where the configuration says nothing."""
    wanted = run.config.get("test_points")
    if not wanted:
        return ""
    rows = " (rows of the test set, from 0)" if min(run.manifest.test_points, default=0) >= 0 else ""
    return f"Test points{rows}: {_chosen_points(run, wanted)}."


def _chosen_points(run: Run, wanted: Mapping[str, Any]) -> str:
    if wanted.get("all"):
        return "summed over all of them"
    if wanted.get("column") is not None:
        sets = counted(len(test_set_names(run)), "value")
        return f"summed over those with the same value of column {one_line(str(wanted['column']))}, {sets}"
    names = test_point_names(run)
    points = [test_point_name(point, names) for point in run.manifest.test_points]
    if wanted.get("indices") is not None or wanted.get("keys") is not None:
        return f"{_rows(points)} as configured"
    at = f"λ/n = {number(run.manifest.drawn_at_lam_over_n)}"
    if wanted.get("percentile") is not None:
        low, high = wanted["percentile"]
        return f"{_rows(points)}, drawn from those with a loss between percentiles {low:g} and {high:g} at {at}"
    random = wanted.get("random") or 0
    parts = ((points[:random], "drawn at random"), (points[random:], f"of highest loss at {at}, the highest first"))
    return "; ".join(f"{_rows(some)} {how}" for some, how in parts if some)


def _rows(points: Sequence[str]) -> str:
    shown = points[:_MOST_POINTS]
    hidden = len(points) - len(shown)
    return listed([*shown, *([f"{hidden:,} more"] if hidden else [])])


def title_line(run: Run) -> str:
    """The run's name; of an evaluation also what it is measured on, which tells it from the run and from others."""
    name = one_line(run.manifest.name)
    if run.manifest.evaluated is None:
        return name
    measures = run.effects[["evaluation", "test_point"]].drop_duplicates()
    on_points = [EVALUATIONS[evaluation].on_test_points() for evaluation in measures["evaluation"]]
    tested, others = measures[on_points], measures[~np.array(on_points)]
    parts = [name]
    if len(tested):
        evaluations = listed([evaluation_in_text(e) for e in tested["evaluation"].unique()])
        parts.append(f"{evaluations} of {_title_points(tested['test_point'].unique(), test_point_names(run))}")
    return ", ".join([*parts, *(_title_values(run, others, str(e)) for e in others["evaluation"].unique())])


def _title_values(run: Run, measures: pd.DataFrame, evaluation: str) -> str:
    """An evaluation on no test points, with what its values are called where they have names."""
    points = measures.loc[measures["evaluation"] == evaluation, "test_point"]
    names = test_point_names(run)
    named = [point_name(evaluation, int(point), names) for point in points[: _MOST_IN_TITLE + 1]]
    hidden = len(points) - _MOST_IN_TITLE
    kept = [*named[:_MOST_IN_TITLE], *([f"{hidden:,} more"] if hidden > 0 else [])]
    words = evaluation_in_text(evaluation)
    return words if EVALUATIONS[evaluation].measured_on is not None else f"{words} of {listed(kept)}"


def _title_points(points: NDArray[np.int64], sets: Mapping[int, str]) -> str:
    single = bool((points >= 0).all())
    words = [test_point_name(int(p), sets) if single else test_point_heading(int(p), sets) for p in points]
    kept, hidden = words[:_MOST_IN_TITLE], len(words) - _MOST_IN_TITLE
    named = listed([*kept, *([f"{hidden:,} more"] if hidden > 0 else [])])
    if not single:
        return f"the {named}" if sets.keys().isdisjoint(map(int, points)) else named
    return f"test point{'s' if len(words) > 1 else ''} {named}"


def choice_line(run: Run, table: pd.DataFrame) -> str:
    """Which λ/n was chosen and by what, and what approximate leave-one-out would have chosen.

    ``table`` is the run's ``cross_validation``.
    """
    best = table[table["chosen"]].iloc[0]
    folds = table.filter(regex=r"^fold_\d+$").shape[1]
    wanted = _wanted(run)
    how = [word for word, key in (("shuffled", "shuffle"), ("stratified", "stratified")) if wanted.get(key)]
    kind = " ".join(how) or "contiguous"
    score = score_name(run)
    line = (
        f"Chosen: λ/n = {number(best['lam_over_n'])} of {counted(len(table), 'value')}, by cross-validation. "
        f"{score} on rows left out is {number(best['mean_score'], 4)}, the best mean score over {folds} {kind} folds, "
        "each scored under an exact fit to the other rows at the same λ; the first of ties. Higher scores are better."
    )
    left_out = table["approximate_leave_one_out"]
    if left_out.isna().all():
        return f"{line} Approximate leave-one-out: too costly for data of this size."
    other = table["lam_over_n"].iloc[int(np.argmax(left_out))]
    return (
        f"{line} Approximate leave-one-out, one Newton step away from the fit for each row, is best at "
        f"λ/n = {number(other)}."
    )


def choice_lines(run: Run) -> list[str]:
    """The :func:`choice_line` of a run whose λ was chosen by cross-validation; of any other, none."""
    return [] if run.cross_validation is None else [choice_line(run, run.cross_validation)]


def score_name(run: Run) -> str:
    """What cross-validation scored."""
    score = _wanted(run)["score"]
    if score == "log_loss":
        return "Minus the mean loss" if run.manifest.classes else "Minus half the squared error"
    return {"accuracy": "Accuracy", "f1": "F1 of class 1"}[score]


def _wanted(run: Run) -> Mapping[str, Any]:
    wanted: Mapping[str, Any] = run.config["regularization"]["cross_validation"]
    return wanted
