"""Rows whose labels or targets may be wrong, as tables: by retraining, or by what is known without."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from groupinf.analysis.single_rows import suspects, suspicion
from groupinf.reporting.drawing.row_drawings import RowDrawings
from groupinf.reporting.html.parts.markup import Html, element
from groupinf.reporting.html.parts.row_tables import opening_cells, opening_columns
from groupinf.reporting.html.parts.table import Cell, Column, table
from groupinf.reporting.words.single_rows import label_words, listed_rows
from groupinf.reporting.words.suspects import MEANING, suspects_of
from groupinf.studies.group_effects.result import Run
from groupinf.test_point_labels import NO_TEST_POINT
from groupinf.wording import number

_RETRAINED = {
    "rise": "Rise",
    "self_influence": "Self-influence",
    "rank_by_self_influence": "Rank by it",
    "gap": "Gap",
    "loss": "Loss",
    "leave_one_out_loss": "Left out, by Newton",
    "leave_one_out_exact": "Left out, exact",
}
_PREDICTED = {
    "loss": "Loss",
    "leave_one_out_loss": "Loss without it",
    "self_newton": "Rise",
    "self_actual": "Retrained",
    "self_influence": "Self-influence",
    "leverage": "Leverage",
}
_MEANING = {
    "self_newton": "Their own loss rises most when they are left out, by one Newton step",
    "loss": "They have the largest loss",
}


def retrained_table(run: Run, drawings: RowDrawings | None) -> list[Html]:
    """All suspects of a run, the largest exact rise first, and what the columns mean."""
    return [_table(run, drawings, suspects_of(run), _RETRAINED), element("p", {"class": "quiet"}, MEANING)]


def predicted_table(run: Run, drawings: RowDrawings | None) -> list[Html]:
    """The rows that fit worst without themselves, or worst where that is not known; nothing where neither is."""
    assert run.points is not None
    found = suspects(run.points, listed_rows(run))
    if found.empty:
        return []
    labels = "labels" if run.manifest.classes else "targets"
    about = f"{_MEANING[suspicion(run.points)]}, whatever the test point: the rows to look at for wrong {labels}."
    return [element("p", {"class": "quiet"}, about), _table(run, drawings, found, _PREDICTED)]


def _table(run: Run, drawings: RowDrawings | None, found: pd.DataFrame, heads: Mapping[str, str]) -> Html:
    """What is known of no row has no column."""
    shown = {name: words for name, words in heads.items() if found[name].notna().any()}
    predicted = "predicted" in found
    columns = [
        *opening_columns(run, drawings),
        *([Column("Predicted")] if predicted else []),
        *(Column(words, numeric=True) for words in shown.values()),
    ]
    rows = [
        [
            *opening_cells(run, drawings, row, NO_TEST_POINT),
            *([Cell(label_words(row["predicted"]))] if predicted else []),
            *(Cell(number(row[name]), float(row[name])) for name in shown),
        ]
        for row in found.to_dict("records")
    ]
    return table("Suspects", columns, rows)
