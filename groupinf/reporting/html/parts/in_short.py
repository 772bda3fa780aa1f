"""The first answers in one small table: ρ, slope and the share underestimated."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from groupinf.analysis.extent import extents
from groupinf.effects.evaluations.registry import EVALUATIONS
from groupinf.reporting.html.parts.agreement_tables import (
    IN_SHORT,
    RHO,
    RUN,
    SLOPE,
    UNDER,
    evaluation_cell,
    evaluations_of,
    extent_cell,
    in_short_words,
    median_cells,
    method_columns,
    named_symbol,
    run_cell,
)
from groupinf.reporting.html.parts.markup import Html, joined
from groupinf.reporting.html.parts.table import Cell, Column, Row, table
from groupinf.reporting.words.entries import Entry, Look, Looks
from groupinf.reporting.words.style import each_value, evaluation_name

_COLUMNS = (
    Column("Evaluation"),
    Column("Prediction"),
    Column("Spearman's ρ", numeric=True),
    Column("Slope", numeric=True),
    Column("Underestimated", numeric=True),
    Column("Test points", numeric=True),
)


def in_short(entries: Sequence[Entry], looks: Looks) -> Html:
    """Of one run a row per evaluation and prediction; of several a row per evaluation and run. No table has one row."""
    if len(entries) > 1:
        return _of_several(entries, looks)
    run, pairs = entries[0].run, entries[0].pairs
    rows = [_cells(row, looks.methods[row["method"]]) for row in extents(run.spearman).to_dict("records")]
    if len(rows) < 2:
        return joined([])
    several = len(pairs.measures) > len({evaluation for evaluation, _ in pairs.measures})
    reach = f", from the lowest to the highest {each_value(pairs.measures)}" if several else ""
    return table(f"In short: all groups{reach}", _COLUMNS, rows)


def _cells(row: Mapping[Any, Any], look: Look) -> list[Cell]:
    method = named_symbol(look, look.style.name)
    points = f"{row['test_points']:,}" if EVALUATIONS[row["evaluation"]].on_test_points() else "–"
    return [
        Cell(evaluation_name(row["evaluation"])),
        Cell(method),
        *(extent_cell(row, statistic) for statistic in (RHO, SLOPE, UNDER)),
        Cell(points, float(row["test_points"])),
    ]


def _of_several(entries: Sequence[Entry], looks: Looks) -> Html:
    found = [(position, entry, entry.extents.to_dict("records")) for position, entry in enumerate(entries)]
    rows: list[Row] = []
    for evaluation in evaluations_of(entries):
        for position, entry, records in found:
            by_method = {row["method"]: row for row in records if row["evaluation"] == evaluation}
            if by_method:
                first = [evaluation_cell(evaluation), run_cell(entry, position)]
                rows.append([*first, *median_cells(by_method, looks.methods, IN_SHORT)])
    columns = [Column("Evaluation"), RUN, *method_columns(looks.methods, IN_SHORT)]
    return table(f"In short: all groups, {in_short_words(entries)}", columns, rows)
