"""All training rows of a measure as dots: influence against distance, and against what retraining gave."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from groupinf.analysis.single_rows import Measure, strongest
from groupinf.effects.methods.influence import Influence
from groupinf.reporting.html.parts.dots import Dots, Scatter, Singled, scatter, thinned
from groupinf.reporting.html.parts.markup import Html, element
from groupinf.reporting.words.single_rows import label_words, listed_rows, row_name
from groupinf.reporting.words.style import evaluation_in_text, method_in_text
from groupinf.studies.group_effects.result import Run
from groupinf.wording import number

# dots of a drawing, so that a page of many test points of large data stays small
MOST_DOTS = 2_000
# with fewer rows retrained alone there is nothing to compare
_FEWEST_RETRAINED = 3
SAME, OTHER, ROW, NEWTON = "same-label", "other-label", "one-row", "by-newton"


def row_scatters(run: Run, measure: Measure, rows: pd.DataFrame, labels: Mapping[int, Any]) -> list[Html]:
    """Influence of the rows against their distance to the test point, or against leverage where it is a sum, by label;
    and against actual effects where a few rows were retrained.
    """
    found = [*_against_distance(run, measure, rows, labels), *_against_actual(measure, rows)]
    return found


def _against_distance(run: Run, measure: Measure, rows: pd.DataFrame, labels: Mapping[int, Any]) -> list[Html]:
    column, x_label = next(((name, words) for name, words in _ACROSS.items() if rows[name].notna().any()), (None, ""))
    known = rows if column is None else rows[rows[column].notna() & rows.influence.notna()]
    if column is None or known.empty:
        return []
    evaluation, point = measure
    chosen = known.iloc[thinned(known.influence.to_numpy(), MOST_DOTS)]
    css = _looks(run, chosen, labels.get(point))
    x, y = chosen[column].to_numpy(dtype=np.float64), chosen.influence.to_numpy()
    named = {SAME: "same label", OTHER: "another label", ROW: "training row"}
    dots = [Dots(named[look], look, x[css == look], y[css == look], look == OTHER) for look in named if look in css]
    singled = _strongest_of(known, column, run, labels.get(point))
    words = f"Influence on {evaluation_in_text(evaluation)} against {x_label}, of {len(known):,} training rows"
    drawn = scatter(Scatter(dots, singled, x_label, method_in_text(Influence.name)), words)
    return [element("div", {"class": "drawn-rows"}, drawn, *_left_out(known, chosen))]


_ACROSS = {"distance": "distance to the test row", "leverage": "leverage"}


def _left_out(known: pd.DataFrame, chosen: pd.DataFrame) -> list[Html]:
    """A sentence on rows that are not drawn, where there are any."""
    if len(chosen) == len(known):
        return []
    words = f"{len(chosen):,} of {len(known):,} rows are drawn: half of them those of the largest influence."
    return [element("p", {"class": "quiet"}, words)]


def _looks(run: Run, rows: pd.DataFrame, label: Any) -> NDArray[np.object_]:
    """The look of each row by whether it has the label, where there are classes and one label."""
    if label is None or not run.manifest.classes:
        return np.full(len(rows), ROW, dtype=object)
    return np.where((rows["label"] == label).to_numpy(), SAME, OTHER).astype(object)


def _strongest_of(rows: pd.DataFrame, column: str, run: Run, label: Any) -> list[Singled]:
    """The rows that the tables list, which say what they are."""
    best = pd.concat([strongest(rows, listed_rows(run), rises) for rises in (True, False)])
    return [
        Singled(
            float(row[column]),
            float(row[Influence.name]),
            str(look),
            f"row {row_name(row)}, label {label_words(row['label'])}: influence {number(row[Influence.name])}",
        )
        for row, look in zip(best.to_dict("records"), _looks(run, best, label), strict=True)
    ]


def _against_actual(measure: Measure, rows: pd.DataFrame) -> list[Html]:
    own = rows[rows["actual"].notna()]
    if len(own) < _FEWEST_RETRAINED:
        return []
    actual = own["actual"].to_numpy()
    found = [
        (method_in_text(Influence.name), ROW, own.influence.to_numpy()),
        ("by Newton", NEWTON, own.newton.to_numpy()),
    ]
    dots = [
        Dots(name, css, actual[np.isfinite(y)], y[np.isfinite(y)], css == NEWTON)
        for name, css, y in found
        if np.isfinite(y).any()
    ]
    words = (
        f"Predicted against actual effects on {evaluation_in_text(measure[0])}, of {len(own):,} rows retrained alone"
    )
    drawn = scatter(Scatter(dots, (), "actual effect (retrained)", "predicted effect", diagonal=True), words)
    return [element("div", {"class": "drawn-rows"}, drawn)]
