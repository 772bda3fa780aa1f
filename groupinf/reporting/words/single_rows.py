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
    SMALLEST,
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
    telling,
    told_from_chance,
)
from groupinf.effects.evaluations.registry import EVALUATIONS
from groupinf.effects.methods.influence import Influence
from groupinf.effects.methods.newton import Newton
from groupinf.reporting.words.formats import coefficient, one_line, percent, ratio, shorten
from groupinf.reporting.words.style import LONGEST_NAME, MOST_TEST_POINTS, evaluation_name, method_in_text, panel_name
from groupinf.reporting.words.summary import measure_name, test_point_names
from groupinf.studies.group_effects.result import Run
from groupinf.wording import counted, listed, number

# rows of each test point and direction that are told of, and listed where a run does not say how many
MOST = 10
# predictions that are off by no more than this share of the largest effect agree with it
AGREE = 0.01
# from so many times the largest effect on a share in per cent is none to read
_MANY_TIMES = 10.0
# test points that are named, of those on which no row has an influence
_MOST_NAMED = 3
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
            *left_out_line(name, rows),
        ]
    return [*lines, *suspects_line(run)]


def rows_asked(run: Run) -> str:
    """What the rows are that points are told of where they are some of all: "the 2 training rows asked for, of 240";
    empty where they are all.
    """
    told = 0 if run.points is None else int(run.points["row"].nunique())
    return f"the {counted(told, 'training row')} asked for, of {run.manifest.n:,}" if told < run.manifest.n else ""


def strongest_line(run: Run, evaluation: str, rows: pd.DataFrame) -> list[str]:
    """The row of the largest influence, on which test point, and what leaving it out really does."""
    found = largest_influence(rows)
    if found is None:
        return []
    line = found.to_dict()
    label = f" (label {label_words(line['label'])})" if run.manifest.classes else ""
    name = f"{one_line(row_name(line))}{label}"
    some = rows_asked(run)
    whose = f"Of {some}, row {name}" if some else f"Training row {name}"
    on = measure_name(evaluation, int(line["test_point"]), test_point_names(run))
    without = [f"by {name} {number(line[key])}" for key, name in _LEFT_OUT.items() if math.isfinite(line[key])]
    left_out = f"; leave-one-out {listed(without)}" if without else ""
    return [f"{whose} has the largest influence: {number(line[Influence.name])} on {on}{left_out}."]


# what of a slope of influence in the features of a row its two terms are, by their columns
TERMS = {"first": "through the residual", "second": "through the coefficients"}
_LEFT_OUT = {Newton.name: method_in_text(Newton.name), ACTUAL: "retraining"}


def label_line(run: Run, evaluation: str, rows: pd.DataFrame) -> list[str]:
    """How many of the rows that harm and help most have the label of their test point, over single test points."""
    if not run.manifest.classes or not is_good(evaluation):
        return []
    labels = label_of_test(run)
    points = [point for point in telling(rows)["test_point"].unique().tolist() if point in labels]
    counts: dict[str, tuple[int, int]] = {}
    for rises in (False, True):
        best = [strongest(of_measure(rows, (evaluation, point)), MOST, rises) for point in points]
        alike = sum(same_label(of, _repeated(labels[p], len(of))) for of, p in zip(best, points, strict=True))
        counts[direction(evaluation, rises)] = alike, sum(map(len, best))
    told = [_share_of(*counts[name], name) for name in sorted(counts) if counts[name][1]]
    if not told:
        return []
    whose = f"test point {points[0]}" if len(points) == 1 else f"their test point (at most {MOST} for each)"
    have = "has" if [total for _, total in counts.values() if total] == [1] else "have"
    some = f", of {rows_asked(run)}" if rows_asked(run) else ""
    return [f"{evaluation_name(evaluation)}: {listed(told)} {have} the label of {whose}{some}."]


def _share_of(count: int, total: int, name: str) -> str:
    """How many of the rows of a direction; of one row alone, whether it does.

    >>> _share_of(3, 10, "most harmful"), _share_of(1, 1, "most harmful"), _share_of(0, 1, "most helpful")
    ('3 of the 10 most harmful rows', 'the one harmful row', 'no helpful row (of one)')
    """
    if total == 1:
        row = f"{name.removeprefix('most ')} row"
        return f"the one {row}" if count else f"no {row} (of one)"
    return f"{_of(count, total)} {name} rows"


def _repeated(label: Any, times: int) -> NDArray[np.object_]:
    found = np.empty(times, dtype=object)
    found[:] = label
    return found


def _of(count: int, total: int) -> str:
    return f"all {total:,}" if count == total else f"{count:,} of the {total:,}" if count else f"none of the {total:,}"


def agreement_line(evaluation: str, rows: pd.DataFrame) -> list[str]:
    """Whether leave-one-out by Newton is what retraining gives, of rows that were retrained alone; or that their
    effects are too small to say so.
    """
    found = retrained(rows)
    if found is None or found.largest == found.error == 0.0:
        return []
    opening = f"over {counted(found.count, 'effect')} of rows retrained alone"
    if not found.largest > found.error:
        return [
            f"{evaluation_name(evaluation)}: {opening}, nothing is said of predictions: the largest, "
            f"{number(found.largest)}, is not above the error that it may have, {number(found.error)}."
        ]
    newton, influence = found.newton_off / found.largest, found.influence_off / found.largest
    if not found.newton_count:
        words = f"influence is off by {_off(influence, 'the largest')}; of none is Newton known"
        return [f"{evaluation_name(evaluation)}: {opening}, {words}."]
    missing = found.newton_count < found.count
    agree = f"Newton and retraining {'agree' if newton <= AGREE else 'differ'}{' where Newton is known' * missing}"
    known = f", known of {found.newton_count:,} of them," if missing else ""
    return [
        f"{evaluation_name(evaluation)}: {agree}: {opening}, leave-one-out by Newton{known} is off by "
        f"{_off(newton, 'the largest')}, influence by {_off(influence, 'it')}."
    ]


def _off(share: float, what: str) -> str:
    """How far predictions are off at most, as a share of an effect that ``what`` names.

    >>> _off(0.0312, "the largest"), _off(1e-6, "it"), _off(313.96, "it")
    ('up to 3.12 % of the largest', 'less than 0.01 % of it', 'up to 314 times it')
    """
    if share >= _MANY_TIMES:
        return f"up to {number(share)} times {what}"
    text = percent(share, 2)
    return f"less than {text[1:]} of {what}" if text.startswith("<") else f"up to {text} of {what}"


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
    found = [(nearness(own), len(own)) for _, own in telling(rows).groupby("test_point", sort=False)]
    known = [rho for rho, _ in found if math.isfinite(rho)]
    if not known:
        return []
    n = min(count for rho, count in found if math.isfinite(rho))
    rho = float(np.median(known))
    how = "nearer to" if rho < 0.0 else "farther from"
    says = f"{how} their test point than others are" if told_from_chance(rho, n) else "neither near nor far"
    median = f", in the median of {counted(len(known), 'test point')}" if len(known) > 1 else ""
    return [
        f"{evaluation_name(evaluation)}: rows that matter are {says}: Spearman's ρ of |influence| and distance is "
        f"{coefficient(rho)}{median}."
    ]


def left_out_line(evaluation: str, rows: pd.DataFrame) -> list[str]:
    """The test points on which no row has an influence, and how many influences on others are too small to be told."""
    known = rows[rows.influence.notna()]
    left = known.drop(telling(rows).index)
    if left.empty:
        return []
    points = known["test_point"].drop_duplicates().tolist()
    empty = [point for point in points if (left["test_point"] == point).sum() == (known["test_point"] == point).sum()]
    names = [panel_name(evaluation, point, {}) for point in empty]
    shown = [*names[:_MOST_NAMED], *([f"{len(names) - _MOST_NAMED:,} more"] if len(names) > _MOST_NAMED else [])]
    told = [f"on {listed(shown)} no row has an influence above rounding"] if names else []
    small = int((~left["test_point"].isin(empty)).sum())
    if small:
        others = f"{small:,} of {(~known['test_point'].isin(empty)).sum():,} influences"
        where, are = " on the other test points" if names else "", "is" if small == 1 else "are"
        told.append(
            f"{others}{where} {are} not above rounding, or {number(SMALLEST)} of the largest of their test point"
        )
    return [f"{evaluation_name(evaluation)}: {'; '.join(told)}: left out of what is said and listed of rows."]


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
    if rows_asked(run) and len(rows) < MOST:
        which = "asked for"
    elif rows_asked(run):
        which = f"{which}, of {rows_asked(run)},"
    if len(rows) == 1:
        return [
            f"The one row {which} {'gets' if wrong else 'does not get'} another class than its label from the fit "
            f"with it{look.replace('these', 'it')}."
        ]
    return [
        f"{_of(wrong, len(rows)).capitalize()} rows {which} get another class than their label from the fit with them"
        f"{look}."
    ]


_SUSPECTS = {
    "self_newton": "whose own loss rises most when they are left out (by Newton)",
    "loss": "of largest loss",
}


def largest_feature_line(row: int, features: pd.DataFrame) -> list[str]:
    """Which feature of a row moves its influence most, by a unit, how far those of other columns are behind, and which
    it is through the residual alone; ``features`` are those of one row and measure. Nothing where none moves it.
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
    which = "it is this one too" if same else f"it is {shorten(str(through['feature']), LONGEST_NAME)}"
    return [
        f"Training row {row}: of features, each moved by a unit of its own, "
        f"{shorten(str(line['feature']), LONGEST_NAME)} moves its influence most, by {number(line['perturbation'])}"
        f"{behind}; {TERMS['first']} alone, {which}."
    ]
