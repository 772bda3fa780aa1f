"""Which single training rows matter, in sentences; and what such rows are called."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from groupinf.analysis.pairs import ACTUAL
from groupinf.analysis.single_rows import (
    FEWEST,
    Measure,
    by_leverage,
    largest_influence,
    measures_in,
    nearness,
    of_measure,
    retrained,
    same_label,
    strongest,
    suspects,
    suspicion,
    told_from_chance,
)
from groupinf.effects.evaluations.registry import EVALUATIONS
from groupinf.effects.methods.influence import Influence
from groupinf.effects.methods.newton import Newton
from groupinf.reporting.words.formats import coefficient, one_line, percent, ratio, shorten
from groupinf.reporting.words.style import LONGEST_NAME, MOST_TEST_POINTS, evaluation_name, method_in_text
from groupinf.reporting.words.summary import measure_name, test_point_names
from groupinf.studies.group_effects.result import Run
from groupinf.wording import counted, listed, number

# rows of each test point and direction that are told of, and listed where a run does not say how many
MOST = 10
# predictions that are off by no more than this share of the largest effect agree with it
AGREE = 0.01
# a median of Newton ÷ influence that is no farther above 1 is of no account
UNDER = 0.02


def is_good(evaluation: str) -> bool:
    """Whether more or less of what is measured is better, so that rows help or harm."""
    return EVALUATIONS[evaluation].better != 0


def direction(evaluation: str, rises: bool) -> str:
    """What rows are without which the evaluation rises, or falls.

    >>> direction("test_loss", True), direction("test_margin", True), direction("test_prediction", False)
    ('most helpful', 'most harmful', 'that it falls most without')
    """
    better = EVALUATIONS[evaluation].better
    if not better:
        return f"that it {'rises' if rises else 'falls'} most without"
    return "most helpful" if rises == (better < 0) else "most harmful"


def listed_measures(run: Run) -> list[Measure]:
    """What the rows of a run are listed on: evaluations of which more or less is better first, of each at most
    MOST_TEST_POINTS test points. Empty of a run without points.
    """
    if run.points is None:
        return []
    by_evaluation: dict[str, list[Measure]] = {}
    for evaluation, point in measures_in(run.points):
        by_evaluation.setdefault(evaluation, []).append((evaluation, point))
    ordered = sorted(by_evaluation, key=lambda name: not is_good(name))
    return [measure for name in ordered for measure in by_evaluation[name][:MOST_TEST_POINTS]]


def listed_rows(run: Run) -> int:
    """How many rows of each test point and direction are listed: as many as have their features kept."""
    return int((run.config.get("points") or {}).get("show", MOST))


def told_evaluations(run: Run) -> list[str]:
    """Those of which more or less is better; the first where there is none, as the others order rows alike."""
    names = list(dict.fromkeys(name for name, _ in listed_measures(run)))
    return [name for name in names if is_good(name)] or names[:1]


def label_of_test(run: Run) -> dict[int, Any]:
    """The labels of the test rows, by their numbers."""
    if run.rows is None:
        return {}
    own = run.rows[run.rows["split"] == "test"]
    return dict(zip(own["row"].tolist(), own["label"].tolist(), strict=True))


def label_words(label: Any) -> str:
    """A class or a target.

    >>> label_words(3), label_words("spam"), label_words(0.123456)
    ('3', 'spam', '0.123')
    """
    return number(label) if isinstance(label, float) else shorten(str(label), LONGEST_NAME)


def row_name(row: Mapping[Any, Any]) -> str:
    """A training row of the table by its number, with its key where the data have keys.

    >>> row_name({"row": 1200}), row_name({"row": 3, "key": "p7"})
    ('1200', '3 (p7)')
    """
    key = row.get("key")
    return f"{row['row']} ({shorten(key, LONGEST_NAME)})" if isinstance(key, str) else f"{row['row']}"


def single_row_lines(run: Run) -> list[str]:
    """Every sentence on the points of a run, on the evaluations that are told of; empty of a run without points."""
    if run.points is None:
        return []
    lines = []
    for name in told_evaluations(run):
        rows = run.points[run.points["evaluation"] == name]
        lines += [
            *strongest_line(run, name, rows),
            *label_line(run, name, rows),
            *agreement_line(name, rows),
            *leverage_line(name, rows),
            *nearness_line(name, rows),
        ]
    return [*lines, *suspects_line(run)]


def strongest_line(run: Run, evaluation: str, rows: pd.DataFrame) -> list[str]:
    """The row of the largest influence, on which test point, and what leaving it out really does."""
    found = largest_influence(rows)
    if found is None:
        return []
    line = found.to_dict()
    label = f" (label {label_words(line['label'])})" if run.manifest.classes else ""
    on = measure_name(evaluation, int(line["test_point"]), test_point_names(run))
    without = [f"by {name} {number(line[key])}" for key, name in _LEFT_OUT.items() if math.isfinite(line[key])]
    left_out = f"; leave-one-out {listed(without)}" if without else ""
    return [
        f"Training row {one_line(row_name(line))}{label} has the largest influence: {number(line[Influence.name])} on "
        f"{on}{left_out}."
    ]


_LEFT_OUT = {Newton.name: method_in_text(Newton.name), ACTUAL: "retraining"}


def label_line(run: Run, evaluation: str, rows: pd.DataFrame) -> list[str]:
    """How many of the rows that harm and help most have the label of their test point, over single test points."""
    if not run.manifest.classes or not is_good(evaluation):
        return []
    labels = label_of_test(run)
    points = [point for point in rows["test_point"].unique().tolist() if point in labels]
    counts: dict[str, tuple[int, int]] = {}
    for rises in (False, True):
        best = [strongest(of_measure(rows, (evaluation, point)), MOST, rises) for point in points]
        alike = sum(same_label(of, _repeated(labels[p], len(of))) for of, p in zip(best, points, strict=True))
        counts[direction(evaluation, rises)] = alike, sum(map(len, best))
    told = [f"{_of(*counts[name])} {name} rows" for name in sorted(counts) if counts[name][1]]
    if not told:
        return []
    whose = f"test point {points[0]}" if len(points) == 1 else f"their test point (at most {MOST} for each)"
    return [f"{evaluation_name(evaluation)}: {listed(told)} have the label of {whose}."]


def _repeated(label: Any, times: int) -> NDArray[np.object_]:
    found = np.empty(times, dtype=object)
    found[:] = label
    return found


def _of(count: int, total: int) -> str:
    return f"all {total:,}" if count == total else f"{count:,} of the {total:,}" if count else f"none of the {total:,}"


def agreement_line(evaluation: str, rows: pd.DataFrame) -> list[str]:
    """Whether leave-one-out by Newton is what retraining gives, of rows that were retrained alone."""
    found = retrained(rows)
    if found is None or found.largest == 0.0:
        return []
    influence = percent(found.influence_off / found.largest, 2)
    opening = f"over {counted(found.count, 'effect')} of rows retrained alone"
    if math.isnan(found.newton_off):
        return [f"{evaluation_name(evaluation)}: {opening}, influence is off by up to {influence} of the largest."]
    newton = found.newton_off / found.largest
    agree = "Newton and retraining agree" if newton <= AGREE else "Newton and retraining differ"
    return [
        f"{evaluation_name(evaluation)}: {agree}: {opening}, leave-one-out by Newton is off by up to "
        f"{percent(newton, 2)} of the largest, influence by up to {influence}."
    ]


def leverage_line(evaluation: str, rows: pd.DataFrame) -> list[str]:
    """Whether influence is too small for rows of high leverage, by what Newton says of them."""
    found = by_leverage(rows)
    if found is None:
        return []
    under = found.high - 1.0 > UNDER and found.high > found.others
    says = "underestimates" if under else "does not underestimate"
    return [
        f"{evaluation_name(evaluation)}: influence {says} rows of high leverage: leave-one-out by Newton ÷ influence "
        f"is {ratio(found.high)} in the median of the {counted(found.count, 'row')} with the largest leverage (from "
        f"{number(found.least)}), {ratio(found.others)} in that of the others."
    ]


def nearness_line(evaluation: str, rows: pd.DataFrame) -> list[str]:
    """Whether the rows that matter are near their test point: the median ρ over single test points."""
    found = [nearness(own) for _, own in rows.groupby("test_point", sort=False)]
    known = [rho for rho in found if math.isfinite(rho)]
    n = int(rows["row"].nunique())
    if not known or n < FEWEST:
        return []
    rho = float(np.median(known))
    how = "nearer to" if rho < 0.0 else "farther from"
    says = f"{how} their test point than others are" if told_from_chance(rho, n) else "neither near nor far"
    median = f", in the median of {counted(len(known), 'test point')}" if len(known) > 1 else ""
    return [
        f"{evaluation_name(evaluation)}: rows that matter are {says}: Spearman's ρ of |influence| and distance is "
        f"{coefficient(rho)}{median}."
    ]


def suspects_line(run: Run) -> list[str]:
    """How many of the rows that fit worst without themselves the model gives another class than their label."""
    if run.points is None or "predicted" not in run.points or not run.manifest.classes:
        return []
    rows = suspects(run.points, MOST)
    if rows.empty:
        return []
    wrong = int((rows["predicted"].to_numpy(dtype=object) != rows["label"].to_numpy(dtype=object)).sum())
    look = ": look at these first for wrong labels" if wrong else ""
    which = _SUSPECTS[suspicion(run.points)]
    return [
        f"{_of(wrong, len(rows)).capitalize()} rows {which} get another class than their label from the fit with them"
        f"{look}."
    ]


_SUSPECTS = {
    "self_newton": "whose own loss rises most when they are left out (by Newton)",
    "loss": "of largest loss",
}


def largest_feature_line(row: int, features: pd.DataFrame) -> list[str]:
    """Which feature of a row moves its influence most, how far those of other columns are behind, and which it is
    through the test point alone; ``features`` are those of one row and measure. Nothing where none moves it.
    """
    sizes = features["perturbation"].abs()
    largest = sizes.groupby(features["column"], sort=False).max().sort_values(ascending=False, kind="stable")
    if largest.empty or not largest.iloc[0] > 0.0:
        return []
    line, through = (features.iloc[int(np.argmax(of.to_numpy()))] for of in (sizes, features["first"].abs()))
    behind = ""
    if len(largest) > 1 and largest.iloc[1] > 0.0:
        times = ratio(float(largest.iloc[0] / largest.iloc[1]))
        behind = f", {times} times as much as any feature of another column"
    same = through["feature"] == line["feature"]
    alone = "so it does" if same else f"{shorten(str(through['feature']), LONGEST_NAME)} does"
    return [
        f"Training row {row}: a unit of {shorten(str(line['feature']), LONGEST_NAME)} moves its influence most, by "
        f"{number(line['perturbation'])}{behind}; through the test point alone {alone}."
    ]
