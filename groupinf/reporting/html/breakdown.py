"""Which kinds of groups, and which sizes, break the prediction?"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from groupinf.analysis.agreement import ALL_KINDS
from groupinf.analysis.breakdown import agreement_by_size
from groupinf.reporting.html.agreement_tables import RHO, RUN, SLOPE, Statistic, evaluations_of, mark_of, named_symbol
from groupinf.reporting.html.entries import Entry, Look, Looks
from groupinf.reporting.html.marks import Mark, Scale, drawing
from groupinf.reporting.html.markup import Html, element, joined
from groupinf.reporting.html.ranking import rho_scale, slope_scale
from groupinf.reporting.html.table import Cell, Column, table
from groupinf.reporting.style import KindStyle, evaluation_name, kind_name, method_name, point_name

_SIZE_LOOK = Look(KindStyle("Size", "#8c8c8c", "o"), "plain")


@dataclass(frozen=True)
class _Part:
    """Some groups of a run, with their rows of statistics by one method: a row of the tables."""

    entry: Entry
    name: Cell
    rows: pd.DataFrame
    look: Look


def breakdown(entries: Sequence[Entry], looks: Looks) -> Html:
    """For the first prediction of each run: ρ and slope of every kind of group and of every band of sizes.

    One mark per test point: what lies apart from the others is what breaks.
    """
    kinds = _together([part for entry in entries for part in _kinds(entry, looks.kinds)])
    sizes = _together([part for entry in entries for part in _sizes(entry)])
    shared = dict.fromkeys(method_name(entry.pairs.methods[0]) for entry in entries)
    words = (
        f"{', '.join(shared)} against the actual effect, one mark per test point; point at a mark for its numbers. "
        "Marks outside a scale stand at its edge; undefined values are left out."
    )
    evaluations = evaluations_of(entries)
    several = len(entries) > 1
    tables = [
        _table(f"{statistic.title} by {by}", by, parts, statistic, evaluations, several)
        for by, parts in (("kind of group", kinds), ("size of group", sizes))
        for statistic in (RHO, SLOPE)
    ]
    return joined([element("p", {}, words), *tables])


def _together(parts: Sequence[_Part]) -> list[_Part]:
    """The parts by their order, so that equal ones of several runs adjoin."""
    return sorted(parts, key=lambda part: part.name.order or 0.0)


def _kinds(entry: Entry, looks: Mapping[str, Look]) -> list[_Part]:
    spearman = _of_first_method(entry, entry.run.spearman)
    order = {kind: i for i, kind in enumerate(looks)}
    present = sorted((kind for kind in spearman["kind"].unique() if kind != ALL_KINDS), key=order.__getitem__)
    parts = []
    for kind in present:
        look = looks[kind]
        name = named_symbol(look, kind_name(kind))
        parts.append(_Part(entry, Cell(name, float(order[kind])), spearman[spearman["kind"] == kind], look))
    return parts


def _sizes(entry: Entry) -> list[_Part]:
    by_size = _of_first_method(entry, agreement_by_size(entry.pairs, entry.sizes))
    parts = []
    for smallest in by_size["smallest"].unique():
        rows = by_size[by_size["smallest"] == smallest]
        largest = rows["largest"].iloc[0]
        words = f"{smallest:,} to {largest:,} rows" if smallest < largest else f"{smallest:,} rows"
        parts.append(_Part(entry, Cell(words, float(smallest)), rows, _SIZE_LOOK))
    return parts


def _of_first_method(entry: Entry, statistics: pd.DataFrame) -> pd.DataFrame:
    return statistics[statistics["method"] == entry.pairs.methods[0]]


def _table(
    caption: str,
    by: str,
    parts: Sequence[_Part],
    statistic: Statistic,
    evaluations: Sequence[str],
    several: bool,
) -> Html:
    values = [float(value) for part in parts for value in part.rows[statistic.column]]
    scale = rho_scale(values) if statistic is RHO else slope_scale(values)
    ends = f"{scale.low:.2g} to {scale.high:.2g}".replace("-", "−")
    drawn = [Column(f"{evaluation_name(name)}, {ends}", wide=True) for name in evaluations]
    heading = by[:1].upper() + by[1:]
    columns = [*([RUN] if several else []), Column(heading), Column("n", numeric=True), *drawn]
    rows = []
    for part in parts:
        n = int(part.rows["n_groups"].iloc[0])
        cells = [_cell(part, evaluation, statistic, scale) for evaluation in evaluations]
        before = [Cell(part.entry.label)] if several else []
        rows.append([*before, part.name, Cell(f"{n:,}", float(n)), *cells])
    return table(caption, columns, rows)


def _cell(part: _Part, evaluation: str, statistic: Statistic, scale: Scale) -> Cell:
    """A mark per test point, without intervals, in order of their values; sorted by the value farthest from 1."""
    rows = part.rows[part.rows["evaluation"] == evaluation].sort_values(statistic.column).to_dict("records")
    marks = []
    for row in rows:
        on = point_name(evaluation, int(row["test_point"]), part.entry.sets)
        mark = mark_of(row, statistic, part.look, f"{on}: ")
        marks.append(Mark(mark.value, math.nan, math.nan, mark.look, mark.marker, mark.words))
    defined = [mark.value for mark in marks if math.isfinite(mark.value)]
    worst = max(defined, key=lambda value: abs(value - 1)) if defined else math.nan
    return Cell(drawing(marks, scale), worst)
