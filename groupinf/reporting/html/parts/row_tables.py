"""Single training rows in tables: those that matter most to a test point."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from groupinf.analysis.single_rows import Measure, strongest, telling
from groupinf.effects.methods.influence import Influence
from groupinf.effects.methods.newton import Newton
from groupinf.reporting.drawing.row_drawings import RowDrawings
from groupinf.reporting.html.parts.markup import Html, element, folded, joined
from groupinf.reporting.html.parts.row_cell import row_cell
from groupinf.reporting.html.parts.table import Cell, Column, Row, table
from groupinf.reporting.words.single_rows import (
    direction,
    is_good,
    label_words,
    listed_rows,
    row_name,
    rows_asked,
)
from groupinf.studies.group_effects.result import Run
from groupinf.wording import number

# of what goes against the label of the test point
_MOST_AGAINST = 5
_NUMBERS = {
    Influence.name: Influence.label,
    Newton.name: "By Newton",
    "actual": "Retrained",
    "loss": "Loss",
    "leverage": "Leverage",
    "distance": "Distance",
}


def row_tables(
    run: Run, drawings: RowDrawings | None, measure: Measure, rows: pd.DataFrame, labels: Mapping[int, Any]
) -> list[Html]:
    """The rows without which the evaluation falls and rises most; folded, those that go against their label."""
    evaluation, point = measure
    ways = sorted((True, False), key=lambda rises: direction(evaluation, rises) != "most helpful")
    found = [(rises, strongest(rows, listed_rows(run), rises)) for rises in ways]
    asked = rows_asked(run)
    some = f", of {asked}" if asked else ""
    shown = [
        _table(run, drawings, point, f"Training rows {direction(evaluation, rises)}{some}", best)
        for rises, best in found
        if not best.empty
    ]
    return [*shown, *_against(run, drawings, measure, rows, labels)]


def _against(
    run: Run, drawings: RowDrawings | None, measure: Measure, rows: pd.DataFrame, labels: Mapping[int, Any]
) -> list[Html]:
    """Rows of the same label that harm, and of another that help, which the strongest may leave out."""
    evaluation, point = measure
    if point not in labels or not run.manifest.classes or not is_good(evaluation):
        return []
    rows = telling(rows)  # of all rows: of a part the largest may itself be rounding
    same = (rows["label"] == labels[point]).to_numpy()
    parts = []
    for rises in (True, False):
        way = direction(evaluation, rises)
        own = rows[same] if way == "most harmful" else rows[~same]
        best = strongest(own, min(_MOST_AGAINST, listed_rows(run)), rises)
        whose = "the same label" if way == "most harmful" else "another label"
        if not best.empty:
            parts.append(_table(run, drawings, point, f"Of the rows with {whose} the {way}", best))
    return [folded("Harmful rows with the same label, helpful ones with another", joined(parts))] if parts else []


def _table(run: Run, drawings: RowDrawings | None, point: int, caption: str, rows: pd.DataFrame) -> Html:
    """What is known of no row of the table has no column."""
    shown = {name: words for name, words in _NUMBERS.items() if rows[name].notna().any()}
    columns = [*opening_columns(run, drawings), *(Column(words, numeric=True) for words in shown.values())]
    lines: Sequence[Row] = [
        [
            *opening_cells(run, drawings, row, point),
            *(Cell(_written(row, name), row[name]) for name in shown),
        ]
        for row in rows.to_dict("records")
    ]
    return table(caption, columns, lines)


def opening_columns(run: Run, drawings: RowDrawings | None) -> list[Column]:
    """Number, drawing, wide where it is entries, and label."""
    drawn = [] if drawings is None else [Column("What it is", words=bool(drawings.kind.order))]
    return [Column("Row"), *drawn, Column("Label" if run.manifest.classes else "Target")]


def opening_cells(run: Run, drawings: RowDrawings | None, row: Mapping[Any, Any], point: int) -> list[Cell]:
    """What stands below these."""
    label = label_words(row["label"])
    words = f"Training row {row_name(row)}, {'label' if run.manifest.classes else 'target'} {label}"
    drawn = None if drawings is None else drawings.of_training(int(row["row"]), point)
    return [
        Cell(row_name(row), float(row["row"])),
        *([] if drawings is None else [Cell(row_cell(drawn, words))]),
        Cell(label),
    ]


def _written(row: Mapping[Any, Any], name: str) -> Html | str:
    """A number, an actual effect with its error estimate."""
    text = number(row[name])
    if name != "actual" or math.isnan(row[name]):
        return text
    return joined([text, " ", element("span", {"class": "ends"}, f"± {number(row['error_estimate'], 1)}")])
