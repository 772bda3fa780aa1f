"""What is known of actual effects without retraining, and how tight the paper's bounds are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pandas as pd

from groupinf.analysis.theory import has_end, has_interval
from groupinf.reporting.drawing.figures import figure_bytes
from groupinf.reporting.drawing.proven_intervals import MOST_BARS, intervals_figure, shown_measures
from groupinf.reporting.html.parts.markup import Html, element, folded, joined, leading, png_figure
from groupinf.reporting.html.parts.table import Cell, Column, table
from groupinf.reporting.html.section import Answer, Material, Section, one_run
from groupinf.reporting.tables.theory import (
    BOUND_HEADERS,
    INTERVAL_HEADERS,
    KIND_HEADERS,
    Line,
    bound_rows,
    interval_rows,
    kind_rows,
)
from groupinf.reporting.words.entries import Entry
from groupinf.reporting.words.theory import theory_lines

_MEANING = (
    "Proven intervals follow from the Newton step alone. Proposition 1 bounds |actual − Newton|, Proposition 2 what is "
    "left of Newton − influence after its linear and its curvature part; as printed, both take the least eigenvalue of "
    "all rows for that of the problem without the group, repaired, λ alone. tables/theory.csv has every test point."
)
_ALIKE = (
    "Newton ÷ influence: gᵀΔ of the Newton step by that of influence, at most 1 + ‖D(w)‖. Where it is the same in all "
    "groups, influence ranks them as Newton does, however large it is. Angle: between both steps, in the metric of H."
)


def _answer(material: Material) -> Answer:
    """The intervals as a picture, a sentence for each claim, a table for each evaluation; folded, all numbers."""
    [entry] = material.entries
    rows = entry.theory
    assert rows is not None
    bounds = list(bound_rows(rows))
    kinds = _table("Kinds of groups, 10 % to 90 % of each", KIND_HEADERS, 2, kind_rows(rows))
    parts = [
        *_picture(entry, rows),
        leading(theory_lines(entry.run, rows)),
        _table("Proven intervals", INTERVAL_HEADERS, 1, interval_rows(rows)),
        *([_bounds(bounds)] if bounds else []),
        folded(
            "Kinds of groups: how alike they are in what divides Newton from influence",
            joined([kinds, element("p", {"class": "quiet"}, _ALIKE)]),
        ),
    ]
    return Answer(joined(parts))


def _bounds(lines: Sequence[Line]) -> Html:
    """Of effects with errors above rounding."""
    meaning = element("p", {"class": "quiet"}, _MEANING)
    return folded("Bounds: how loose, on each evaluation", joined([_table("Bounds", BOUND_HEADERS, 2, lines), meaning]))


def _picture(entry: Entry, rows: pd.DataFrame) -> list[Html]:
    """Where an interval has an end."""
    if not has_end(rows).any():
        return []
    drawn = figure_bytes(intervals_figure(rows, entry.sets), "png")
    words = "Proven intervals and Newton effects against actual effects"
    return [png_figure(drawn, words), element("p", {"class": "quiet"}, _about_picture(rows))]


def _about_picture(rows: pd.DataFrame) -> str:
    """What is drawn, and what of it is left out."""
    measures = shown_measures(rows)
    drawn = rows.set_index(["evaluation", "test_point"]).loc[measures]
    known = drawn[has_end(drawn)]
    many = known.groupby(level=[0, 1]).size().max() > MOST_BARS
    several = rows.groupby("evaluation")["test_point"].nunique().max() > 1
    hidden = rows[has_end(rows)]["evaluation"].nunique() > len(measures)
    open_ended = " or, paler, have no end" if not has_interval(known).all() else ""
    return (
        "Marks are Newton effects, bars proven intervals: one that crosses the diagonal holds the actual effect. Bars "
        f"that reach too far{open_ended} stop at the edge."
        + (" Groups of which neither end is known are left out." if len(known) < len(drawn) else "")
        + (f" At most {MOST_BARS} groups are drawn, chosen at even distances along x." if many else "")
        + (" Drawn is the first test point that has intervals." if several else "")
        + (f" Drawn are the first {len(measures)} evaluations." if hidden else "")
    )


def _table(caption: str, headers: Sequence[str], names: int, lines: Iterable[Line]) -> Html:
    columns = [Column(header, numeric=i >= names) for i, header in enumerate(headers)]
    return table(caption, columns, [[Cell(cell.text, cell.value) for cell in line] for line in lines])


def _applies(material: Material) -> bool:
    """Of one run that has theory."""
    return one_run(material) and material.entries[0].theory is not None


THEORY = Section("theory", "Theory", "What is known without retraining?", _answer, _applies)
