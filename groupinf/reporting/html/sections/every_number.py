"""Every number of the Spearman table, in tables that sort."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from groupinf.reporting.html.parts.agreement_tables import RUN, evaluations_of, first_values, run_cell
from groupinf.reporting.html.parts.markup import Html, element, joined
from groupinf.reporting.html.parts.table import Cell, Column, table
from groupinf.reporting.html.section import Answer, Material, Section
from groupinf.reporting.tables.spearman import STATISTIC_HEADERS, key_headers
from groupinf.reporting.words.entries import Entry
from groupinf.reporting.words.formats import coefficient, interval, percent, ratio
from groupinf.reporting.words.style import evaluation_name, kind_name, method_name, point_name


def _answer(material: Material) -> Answer:
    """A table for each evaluation, folded."""
    parts, entries = [], material.entries
    for evaluation in evaluations_of(entries):
        name = evaluation_name(evaluation)
        content = _table(f"{name}: every statistic", evaluation, entries)
        parts.append(element("details", {}, element("summary", {}, f"{name}: every statistic, by kind"), content))
    return Answer(joined(parts))


def _table(caption: str, evaluation: str, entries: Sequence[Entry]) -> Html:
    several = len(entries) > 1
    keys = [Column(heading) for heading in key_headers(evaluation)]
    columns = [*([RUN] if several else []), *keys, *(Column(h, numeric=True) for h in STATISTIC_HEADERS)]
    rows = []
    others = ""
    for entry in entries:
        spearman = entry.run.spearman
        found, others = first_values(spearman[spearman["evaluation"] == evaluation], evaluation)
        for row in found.to_dict("records"):
            rows.append([*([run_cell(entry)] if several else []), *_cells(row, entry.sets)])
    return table(f"{caption}{others}", columns, rows)


def _cells(row: Mapping[Any, Any], sets: Mapping[int, str]) -> list[Cell]:
    point = row["test_point"]
    width = row["spearman_high"] - row["spearman_low"]
    return [
        Cell(point_name(row["evaluation"], point, sets), None if point < 0 else float(point)),
        Cell(kind_name(row["kind"])),
        Cell(method_name(row["method"])),
        Cell(f"{row['n_groups']:,}", float(row["n_groups"])),
        Cell(coefficient(row["spearman"]), row["spearman"]),
        Cell(interval(row["spearman_low"], row["spearman_high"]), width),
        Cell(coefficient(row["pearson"]), row["pearson"]),
        Cell(ratio(row["slope"]), row["slope"]),
        Cell(percent(row["same_sign"]), row["same_sign"]),
        Cell(percent(row["underestimated"]), row["underestimated"]),
        Cell(percent(row["median_relative_error"]), row["median_relative_error"]),
    ]


EVERY_NUMBER = Section("numbers", "Every number", "Every number", _answer)
