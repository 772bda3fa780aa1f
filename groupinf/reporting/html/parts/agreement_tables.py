"""Statistics as drawings and numbers: a row per test point, a mark for each prediction."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from groupinf.analysis.agreement import ALL_KINDS
from groupinf.reporting.html.parts.marks import Mark, Scale, drawing, symbol
from groupinf.reporting.html.parts.markup import Html, element, joined
from groupinf.reporting.html.parts.table import Cell, Column, Row, table
from groupinf.reporting.words.entries import Entry, Look, Named
from groupinf.reporting.words.formats import coefficient, extent, interval, percent, ratio
from groupinf.reporting.words.style import MOST_NAMED_VALUES, each_values, evaluation_name, point_name
from groupinf.test_point_labels import FIRST_NAMED

RUN = Column("Run")
_ABSENT = Cell("", math.nan)


@dataclass(frozen=True)
class Statistic:
    """A column of the Spearman table as readers see it; ``bounds`` names the columns of its interval, if it has one."""

    column: str
    name: str
    title: str
    written: Callable[[float], str]
    bounds: tuple[str, str] | None = None

    def words(self, row: Mapping[Any, Any]) -> str:
        """The value in words, with its interval."""
        value = f"{self.name} {self.written(row[self.column])}"
        low, high = self.limits(row)
        return value + (f" {interval(low, high)}" if low == low else "")

    def limits(self, row: Mapping[Any, Any]) -> tuple[float, float]:
        """The ends of the interval; NaN where there is none."""
        return (row[self.bounds[0]], row[self.bounds[1]]) if self.bounds else (math.nan, math.nan)


RHO = Statistic("spearman", "ρ", "Spearman's ρ", coefficient, ("spearman_low", "spearman_high"))
SLOPE = Statistic("slope", "slope", "Slope (actual ÷ predicted)", ratio)
UNDER = Statistic("underestimated", "underestimated", "Underestimated", percent)
# where columns are many: what they hold, and what their caption says of them
IN_SHORT = (RHO, SLOPE, replace(UNDER, name="under"))


def overall(entry: Entry, evaluation: str) -> pd.DataFrame:
    """The rows of the Spearman table for one evaluation over all groups."""
    table = entry.run.spearman
    return table[(table["kind"] == ALL_KINDS) & (table["evaluation"] == evaluation)]


def evaluations_of(entries: Sequence[Entry]) -> list[str]:
    """The evaluations of the page, each once."""
    return list(dict.fromkeys(name for entry in entries for name, _ in entry.pairs.measures))


def measures_of(entries: Sequence[Entry], evaluation: str = "") -> list[tuple[str, int]]:
    """The evaluations of the page on each of their test points; of one evaluation its own."""
    return [measure for entry in entries for measure in entry.pairs.measures if evaluation in ("", measure[0])]


def with_values(entries: Sequence[Entry], statistic: Statistic) -> list[str]:
    """The evaluations on which some run has the statistic."""
    return [
        evaluation
        for evaluation in evaluations_of(entries)
        if any(overall(entry, evaluation)[statistic.column].notna().any() for entry in entries)
    ]


def values_of(
    entries: Sequence[Entry], statistic: Statistic, evaluations: Sequence[str], lowest: bool = False
) -> list[float]:
    """Every value of the statistic over all groups, and where ``lowest`` also the lower ends of the intervals."""
    rows = [row for e in entries for name in evaluations for row in overall(e, name).to_dict("records")]
    values = [float(row[statistic.column]) for row in rows]
    return values + ([float(statistic.limits(row)[0]) for row in rows] if lowest else [])


def in_short_words(entries: Sequence[Entry]) -> str:
    """What the numbers of :func:`median_cells` are."""
    return f"median over {each_values(measures_of(entries))}; under: share underestimated"


def first_values(rows: pd.DataFrame, evaluation: str) -> tuple[pd.DataFrame, str]:
    """Rows of the Spearman table of an evaluation, of many values with names of their own those of the first; and what
    to say of the others.
    """
    points = rows["test_point"].unique()
    hidden = len(points) - MOST_NAMED_VALUES
    if hidden <= 0 or not (points <= FIRST_NAMED).all():
        return rows, ""
    many = each_values((evaluation, int(point)) for point in points)
    words = f"; the first {MOST_NAMED_VALUES} of {len(points):,} {many}, tables/spearman.csv has all"
    return rows[rows["test_point"].isin(points[:MOST_NAMED_VALUES])], words


def statistic_table(
    entries: Sequence[Entry],
    evaluation: str,
    methods: Mapping[str, Look],
    statistics: Sequence[Statistic],
    scale: Scale,
    drawn_heading: str,
) -> Html:
    """A row per test point, or per run where there are several; the first statistic is drawn.

    Each statistic has a column for each method; of a run's test points it states the lowest and the highest.
    """
    several = len(entries) > 1
    numbers = method_columns(methods, statistics)
    columns = [RUN if several else Column("Measured on"), Column(drawn_heading, wide=True), *numbers]
    if several:
        present = [entry for entry in entries if any(name == evaluation for name, _ in entry.pairs.measures)]
        rows, others = (
            [_run_row(entry, i, evaluation, methods, statistics, scale) for i, entry in enumerate(present)],
            "",
        )
    else:
        found, others = first_values(overall(entries[0], evaluation), evaluation)
        rows = _point_rows(entries[0], found, evaluation, methods, statistics, scale)
    return table(f"{evaluation_name(evaluation)}, all groups{others}", columns, rows)


def method_columns(methods: Mapping[str, Look], statistics: Sequence[Statistic]) -> list[Column]:
    """A column for each statistic of each method."""
    return [
        Column(f"{look.style.name}: {statistic.name}", numeric=True)
        for look in methods.values()
        for statistic in statistics
    ]


def median_cells(
    by_method: Mapping[str, Mapping[Any, Any]], methods: Mapping[str, Look], statistics: Sequence[Statistic]
) -> list[Cell]:
    """The medians over test points for :func:`method_columns`, from a row of :func:`extents_by` for each method."""
    return [
        _with_ends(by_method[method], statistic, float(by_method[method][f"{statistic.column}_median"]))
        if method in by_method
        else _ABSENT
        for method in methods
        for statistic in statistics
    ]


def _point_rows(
    entry: Entry,
    found: pd.DataFrame,
    evaluation: str,
    methods: Mapping[str, Look],
    statistics: Sequence[Statistic],
    scale: Scale,
) -> list[Row]:
    rows: list[Row] = []
    for point in map(int, found["test_point"].unique()):
        by_method = {row["method"]: row for row in found[found["test_point"] == point].to_dict("records")}
        chosen = f", {entry.choices[point]}" if point in entry.choices else ""
        on = Cell(f"{point_name(evaluation, point, entry.sets)}{chosen}", None if point < 0 else float(point))
        rows.append([on, *_method_cells(by_method, methods, statistics, scale)])
    return rows


def _run_row(
    entry: Entry,
    position: int,
    evaluation: str,
    methods: Mapping[str, Look],
    statistics: Sequence[Statistic],
    scale: Scale,
) -> Row:
    """A mark for every test point and method of the run, a lane for each method."""
    shown = statistics[0]
    present = [method for method in methods if method in entry.pairs.methods]
    marks = []
    for row in overall(entry, evaluation).sort_values(["method", shown.column]).to_dict("records"):
        look = methods[row["method"]]
        on = point_name(evaluation, int(row["test_point"]), entry.sets)
        mark = mark_of(row, shown, look, f"{look.style.name}, {on}: ", present.index(row["method"]))
        marks.append(replace(mark, low=math.nan, high=math.nan))
    by_method = {row["method"]: row for row in entry.extents.to_dict("records") if row["evaluation"] == evaluation}
    numbers = [extent_cell(by_method[m], s) if m in by_method else _ABSENT for m in methods for s in statistics]
    least = min((mark.value for mark in marks if math.isfinite(mark.value)), default=math.nan)
    return [run_cell(entry, position), Cell(drawing(marks, scale), least), *numbers]


def extent_cell(row: Mapping[Any, Any], statistic: Statistic) -> Cell:
    """The lowest and the highest value over test points, from a row of :func:`extents`; of one, its interval."""
    least, most = row[f"{statistic.column}_least"], row[f"{statistic.column}_most"]
    return _with_ends(row, statistic, least, extent(least, most, statistic.written))


def _method_cells(
    by_method: Mapping[str, Mapping[Any, Any]],
    methods: Mapping[str, Look],
    statistics: Sequence[Statistic],
    scale: Scale,
) -> list[Cell]:
    shown = statistics[0]
    present = [(method, look) for method, look in methods.items() if method in by_method]
    marks = [
        mark_of(by_method[method], shown, look, f"{look.style.name}: ", lane)
        for lane, (method, look) in enumerate(present)
    ]
    first = by_method[present[0][0]][shown.column] if present else math.nan
    numbers = [
        _with_ends(by_method[method], statistic, by_method[method][statistic.column])
        if method in by_method
        else _ABSENT
        for method in methods
        for statistic in statistics
    ]
    return [Cell(drawing(marks, scale), first), *numbers]


def _with_ends(row: Mapping[Any, Any], statistic: Statistic, value: float, words: str = "") -> Cell:
    """``words``, or else the value, with the interval of the row where it has one."""
    low, high = statistic.limits(row)
    written = words or statistic.written(value)
    if low != low:
        return Cell(written, value)
    return Cell(joined([written, " ", element("span", {"class": "ends"}, interval(low, high))]), value)


def mark_of(row: Mapping[Any, Any], statistic: Statistic, look: Look, before: str, lane: int = 0) -> Mark:
    """One statistic of a row of the Spearman table as a mark."""
    low, high = statistic.limits(row)
    words = before + statistic.words(row)
    return Mark(row[statistic.column], low, high, look.css, look.style.marker, words, lane)


def run_cell(entry: Named, position: int | None = None) -> Cell:
    """The label of a run on one line; its column sorts by ``position``, else by the label."""
    return Cell(element("span", {"class": "named"}, entry.label), None if position is None else float(position))


def evaluation_cell(evaluation: str) -> Cell:
    """The name of an evaluation on one line."""
    return Cell(element("span", {"class": "named"}, evaluation_name(evaluation)))


def named_symbol(look: Look, name: str) -> Html:
    """A marker and what it stands for, on one line."""
    return element("span", {"class": "named"}, symbol(look.css, look.style.marker), " ", name)


def legend(looks: Mapping[str, Look]) -> Html:
    """What the marks stand for."""
    items = [element("li", {}, named_symbol(look, look.style.name)) for look in looks.values()]
    return element("ul", {"class": "legend"}, *items)
