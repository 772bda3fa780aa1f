"""Which kinds of groups, and which sizes, break the prediction?"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from groupinf.analysis.agreement import ALL_KINDS
from groupinf.analysis.breakdown import size_bands
from groupinf.analysis.extent import extents_by
from groupinf.analysis.intervals import FEWEST_GROUPS
from groupinf.reporting.html.parts.agreement_tables import (
    IN_SHORT,
    RHO,
    RUN,
    SLOPE,
    Statistic,
    evaluation_cell,
    evaluations_of,
    first_values,
    in_short_words,
    mark_of,
    measures_of,
    median_cells,
    method_columns,
    named_symbol,
    overall,
    run_cell,
)
from groupinf.reporting.html.parts.marks import Mark, Scale, drawing
from groupinf.reporting.html.parts.markup import Html, answers, element, folded, joined
from groupinf.reporting.html.parts.scales import SLOPE_SCALE, rho_scale, slope_scale
from groupinf.reporting.html.parts.table import Cell, Column, Row, table
from groupinf.reporting.html.section import Answer, Material, Section
from groupinf.reporting.words.entries import Entry, Look
from groupinf.reporting.words.formats import size_words
from groupinf.reporting.words.screening import shown_lines
from groupinf.reporting.words.style import (
    MOST_NAMED_VALUES,
    KindStyle,
    each_value,
    each_values,
    evaluation_name,
    kind_name,
    method_name,
    point_name,
)
from groupinf.reporting.words.worst import worst_lines
from groupinf.wording import number

_SIZE_LOOK = Look(KindStyle("Size", "#8c8c8c", "o"), "plain")


@dataclass(frozen=True)
class _Part:
    """Some groups of a run, with their rows of statistics by every method: a row of the drawings."""

    entry: Entry
    position: int
    name: Cell
    rows: pd.DataFrame
    look: Look


def _answer(material: Material) -> Answer:
    """What ranks worst, then for every kind of group and every band of sizes ρ and slope, drawn; folded, in numbers.

    Drawn is one mark per test point for the prediction that the page singles out: what lies apart from the others is
    what breaks. The numbers are medians over test points, for every prediction.
    """
    entries, looks = material.entries, material.looks
    divisions = _divisions(material)
    drawn = [content for by, parts in divisions for content in _drawings(by, parts, entries)]
    numbers = [_numbers(by, parts, entries, looks.methods) for by, parts in divisions]
    worst = answers(worst_lines(entries))
    words = " ".join([*shown_lines(entries), _words(entries)])
    return Answer(joined([worst, *drawn, element("p", {"class": "quiet"}, words), *numbers]))


def _divisions(material: Material) -> list[tuple[str, list[_Part]]]:
    """By what groups are told apart, with the parts of all runs, where two parts have groups enough to compare."""
    entries, looks = material.entries, material.looks
    kinds = [part for i, entry in enumerate(entries) for part in _kinds(entry, i, looks.kinds)]
    divisions = [("kind of group", _together(kinds))] if _has_kinds(entries) else []
    if _has_sizes(entries):
        sizes = [part for i, entry in enumerate(entries) for part in _sizes(entry, i)]
        divisions.append(("size of group", _together(sizes)))
    return divisions


def _has_kinds(entries: Sequence[Entry]) -> bool:
    """Whether two kinds have groups enough to be compared."""
    counts = (Counter(entry.pairs.kinds) for entry in entries)
    return len({kind for count in counts for kind, groups in count.items() if groups >= FEWEST_GROUPS}) > 1


def _has_sizes(entries: Sequence[Entry]) -> bool:
    """Whether two ranges of sizes have, in some run."""
    counts = (np.bincount(size_bands(entry.sizes)) for entry in entries)
    return any(int(np.count_nonzero(count >= FEWEST_GROUPS)) > 1 for count in counts)


def _applies(material: Material) -> bool:
    return _has_kinds(material.entries) or _has_sizes(material.entries)


def _words(entries: Sequence[Entry]) -> str:
    shared = dict.fromkeys(method_name(entry.method) for entry in entries)
    each = each_value(measures_of(entries))
    cut = [name for e in entries for name in evaluations_of([e]) if first_values(overall(e, name), name)[1]]
    many = each_values(measure for measure in measures_of(entries) if measure[0] in cut)
    most = f" Of {many} the first {MOST_NAMED_VALUES} have a mark." if cut else ""
    return (
        f"Drawn: {', '.join(shared)}, one mark per {each}; undefined values are left out. The dashed line is at 1: for "
        f"ρ, the same order as the actual effects. {SLOPE_SCALE} Within a kind, or a range of sizes, effects differ "
        f"less than over all groups, which alone can lower ρ.{most}"
    )


def _together(parts: Sequence[_Part]) -> list[_Part]:
    """The parts by their order, so that equal ones of several runs adjoin."""
    return sorted(parts, key=lambda part: part.name.order or 0.0)


def _kinds(entry: Entry, position: int, looks: Mapping[str, Look]) -> list[_Part]:
    spearman = entry.run.spearman
    order = {kind: i for i, kind in enumerate(looks)}
    present = sorted((kind for kind in spearman["kind"].unique() if kind != ALL_KINDS), key=order.__getitem__)
    parts = []
    for kind in present:
        look = looks[kind]
        name = Cell(named_symbol(look, kind_name(kind)), float(order[kind]))
        parts.append(_Part(entry, position, name, spearman[spearman["kind"] == kind], look))
    return parts


def _sizes(entry: Entry, position: int) -> list[_Part]:
    by_size = entry.agreement_by_size
    parts = []
    for smallest in by_size["smallest"].unique():
        rows = by_size[by_size["smallest"] == smallest]
        words = size_words(int(smallest), int(rows["largest"].iloc[0]))
        name = Cell(element("span", {"class": "named"}, words), float(smallest))
        parts.append(_Part(entry, position, name, rows, _SIZE_LOOK))
    return parts


def _drawings(by: str, parts: Sequence[_Part], entries: Sequence[Entry]) -> list[Html]:
    """A table for each statistic that some part has."""
    return [
        _drawing_table(f"{statistic.title} by {by}", by, parts, statistic, entries)
        for statistic in (RHO, SLOPE)
        if any(
            part.rows.loc[part.rows["method"] == part.entry.method, statistic.column].notna().any() for part in parts
        )
    ]


def _drawing_table(
    caption: str, by: str, parts: Sequence[_Part], statistic: Statistic, entries: Sequence[Entry]
) -> Html:
    """A row for each part; each evaluation has a column, with a scale that fits its marks."""
    shown = [part.rows[part.rows["method"] == part.entry.method] for part in parts]
    whole = pd.concat(shown)
    told = whole.loc[whole[statistic.column].notna(), "evaluation"]  # some have no prediction, or nothing but its rank
    evaluations = [name for name in evaluations_of(entries) if (told == name).any()]
    scales = {name: _scale(statistic, whole.loc[whole["evaluation"] == name, statistic.column]) for name in evaluations}
    drawn = [Column(f"{evaluation_name(name)}, {_ends(statistic, scale)}", wide=True) for name, scale in scales.items()]
    columns = [*_key_columns(by, entries), Column("n", numeric=True), *drawn]
    rows: list[Row] = []
    for part, of_method in zip(parts, shown, strict=True):
        cells = [_drawn_cell(part, of_method, name, statistic, scale) for name, scale in scales.items()]
        rows.append([*_key_cells(part, entries), _count(int(of_method["n_groups"].iloc[0])), *cells])
    return table(caption, columns, rows)


def _ends(statistic: Statistic, scale: Scale) -> str:
    """Those of ρ are round; those of slopes are not, and are written with two digits."""
    low, high = (number(end, 3 if statistic is RHO else 2) for end in (scale.low, scale.high))
    return f"{low} to {high}"


def _scale(statistic: Statistic, values: Iterable[float]) -> Scale:
    return rho_scale([*values]) if statistic is RHO else slope_scale([*values])


def _drawn_cell(part: _Part, rows: pd.DataFrame, evaluation: str, statistic: Statistic, scale: Scale) -> Cell:
    """A mark per test point, without intervals, in order of their values; sorted by the value farthest from 1."""
    marks = []
    drawn, _ = first_values(rows[rows["evaluation"] == evaluation], evaluation)
    told = ["test_point", statistic.column, *(statistic.bounds or ())]
    for row in drawn[told].sort_values(statistic.column).to_dict("records"):
        on = point_name(evaluation, int(row["test_point"]), part.entry.sets)
        mark = mark_of(row, statistic, part.look, f"{on}: ")
        marks.append(Mark(mark.value, math.nan, math.nan, mark.look, mark.marker, mark.words))
    defined = [mark.value for mark in marks if math.isfinite(mark.value)]
    worst = max(defined, key=lambda value: abs(value - 1)) if defined else math.nan
    return Cell(drawing(marks, scale), worst)


def _numbers(by: str, parts: Sequence[_Part], entries: Sequence[Entry], methods: Mapping[str, Look]) -> Html:
    """A row for each part and evaluation, by evaluation."""
    found = [(part, extents_by(part.rows, ()).to_dict("records")) for part in parts]
    rows = [
        _number_row(part, evaluation, records, entries, methods)
        for evaluation in evaluations_of(entries)
        for part, records in found
        if any(record["evaluation"] == evaluation for record in records)
    ]
    keys = _key_columns(by, entries)
    columns = [*keys, Column("Evaluation"), Column("n", numeric=True), *method_columns(methods, IN_SHORT)]
    content = table(f"In numbers by {by}: {in_short_words(entries)}", columns, rows)
    return folded(f"In numbers, by {by}", content)


def _number_row(
    part: _Part,
    evaluation: str,
    records: Sequence[Mapping[Any, Any]],
    entries: Sequence[Entry],
    methods: Mapping[str, Look],
) -> Row:
    by_method = {record["method"]: record for record in records if record["evaluation"] == evaluation}
    n_groups = next(int(record["n_groups"]) for record in by_method.values())
    return [
        *_key_cells(part, entries),
        evaluation_cell(evaluation),
        _count(n_groups),
        *median_cells(by_method, methods, IN_SHORT),
    ]


def _key_columns(by: str, entries: Sequence[Entry]) -> list[Column]:
    return [*([RUN] if len(entries) > 1 else []), Column(by[:1].upper() + by[1:])]


def _key_cells(part: _Part, entries: Sequence[Entry]) -> list[Cell]:
    return [*([run_cell(part.entry, part.position)] if len(entries) > 1 else []), part.name]


def _count(n_groups: int) -> Cell:
    return Cell(f"{n_groups:,}", float(n_groups))


KINDS_AND_SIZES = Section(
    "break", "Kinds and sizes", "Which kinds of groups and which sizes break it?", _answer, _applies
)
