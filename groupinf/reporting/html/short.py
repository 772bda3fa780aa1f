"""The first answers in one small table: how far ρ, slope and the share underestimated reach over the test points."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from groupinf.analysis.extent import extents
from groupinf.reporting.html.agreement_tables import RHO, SLOPE, UNDER, extent_cell, named_symbol
from groupinf.reporting.html.entries import Entry, Look, Looks
from groupinf.reporting.html.markup import Html
from groupinf.reporting.html.table import Cell, Column, table
from groupinf.reporting.style import evaluation_name

_COLUMNS = (
    Column("Evaluation"),
    Column("Prediction"),
    Column("Spearman's ρ", numeric=True),
    Column("Slope", numeric=True),
    Column("Underestimated", numeric=True),
    Column("Test points", numeric=True),
)


def in_short(entry: Entry, looks: Looks) -> Html:
    """A row per evaluation and prediction of one run."""
    rows = [_cells(row, looks.methods[row["method"]]) for row in extents(entry.run.spearman).to_dict("records")]
    return table("In short: all groups, from the lowest to the highest test point", _COLUMNS, rows)


def _cells(row: Mapping[Any, Any], look: Look) -> list[Cell]:
    method = named_symbol(look, look.style.name)
    points = "–" if row["evaluation"] == "self_loss" else f"{row['test_points']:,}"
    return [
        Cell(evaluation_name(row["evaluation"])),
        Cell(method),
        *(extent_cell(row, statistic) for statistic in (RHO, SLOPE, UNDER)),
        Cell(points, float(row["test_points"])),
    ]
