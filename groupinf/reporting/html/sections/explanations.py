"""What goes together with the effects of natural groups: their attributes, and effects on other test points."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from groupinf.analysis.pairs import ACTUAL
from groupinf.reporting.drawing.figures import figure_bytes
from groupinf.reporting.drawing.group_attributes import NATURAL_FIGURES, natural_figures
from groupinf.reporting.html.parts.markup import Html, element, joined, png_figure
from groupinf.reporting.html.parts.table import Cell, Column, Row, table
from groupinf.reporting.html.section import Answer, Material, Section, one_run
from groupinf.reporting.words.entries import Entry
from groupinf.reporting.words.explained import CHOSEN, explained
from groupinf.reporting.words.formats import coefficient, interval
from groupinf.reporting.words.screening import selected_lines
from groupinf.reporting.words.style import evaluation_name, point_name

_COLUMNS = (
    Column("Attribute"),
    Column("Among"),
    Column("Evaluation"),
    Column("Measured on"),
    Column("Groups", numeric=True),
    Column("ρ with effects", numeric=True),
    Column("given size", numeric=True),
    Column("ρ with their sizes", numeric=True),
    Column("given size", numeric=True),
)
_SIDES = ((False, ""), (False, "size"), (True, ""), (True, "size"))


def _answer(material: Material) -> Answer:
    """A sentence for each evaluation; below it, folded, the pictures and every correlation.

    Of groups that were chosen for their effects no sentence but that they were.
    """
    [entry] = material.entries
    told, about = explained(entry), [CHOSEN]
    if chosen := selected_lines(entry):
        told, about = [], chosen
    sentences = [element("p", {}, element("strong", {}, line)) for line in told]
    sentences += [element("p", {"class": "quiet"}, line) for line in about]
    pictures = [
        element("details", {}, element("summary", {}, words), png_figure(figure_bytes(figures[stem], "png"), words))
        for figures in (natural_figures(entry.run),)
        for stem, words in NATURAL_FIGURES.items()
        if stem in figures
    ]
    summary = "Every attribute: Spearman's ρ with actual effects, and with their sizes without sign"
    numbers = element("details", {}, element("summary", {}, summary), _correlations(entry))
    return Answer(joined([*sentences, *pictures, numbers]))


def _correlations(entry: Entry) -> Html:
    keys = ["attribute", "among", "value", "evaluation", "test_point"]
    actual = entry.correlations[entry.correlations["method"] == ACTUAL]
    rows = [_row(entry, own) for _, own in actual.groupby(keys, sort=False)]
    return table("ρ of attributes with actual effects", _COLUMNS, rows)


def _row(entry: Entry, own: pd.DataFrame) -> Row:
    """One attribute among some groups, on one measure; ``own`` are its correlations."""
    first, *_ = records = own.to_dict("records")
    by = {(row["magnitude"], row["given"]): row for row in records}
    return [
        Cell(first["attribute"]),
        Cell(f"{first['among']}={first['value']}" if first["among"] else "all groups"),
        Cell(evaluation_name(first["evaluation"])),
        Cell(point_name(first["evaluation"], first["test_point"], entry.sets), float(first["test_point"])),
        Cell(f"{first['n_groups']:,}", float(first["n_groups"])),
        *(_cell(by.get(side)) for side in _SIDES),
    ]


def _cell(row: Mapping[Any, Any] | None) -> Cell:
    if row is None:
        return Cell("–", float("nan"))
    ends = element("span", {"class": "ends"}, interval(row["spearman_low"], row["spearman_high"]))
    return Cell(joined([coefficient(row["spearman"]), " ", ends]), row["spearman"])


def _applies(material: Material) -> bool:
    """Of one run with natural groups."""
    return one_run(material) and bool(material.entries[0].natural.any())


EXPLANATIONS = Section(
    "explanations", "What explains it", "What goes together with the effects of these groups?", _answer, _applies
)
