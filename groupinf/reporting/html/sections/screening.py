"""Which groups go farthest, where not all were retrained: a picture, what is proven, and the groups in numbers."""

from __future__ import annotations

from groupinf.reporting.drawing.figures import figure_bytes
from groupinf.reporting.drawing.screening import screening_figure
from groupinf.reporting.html.parts.markup import Html, element, folded, joined, leading, png_figure
from groupinf.reporting.html.parts.table import Cell, Column, table
from groupinf.reporting.html.section import Answer, Material, Section
from groupinf.reporting.tables.ranking import Listing
from groupinf.reporting.tables.screening import screening_listings, unlisted_lines
from groupinf.reporting.words.entries import Named
from groupinf.reporting.words.screening import MORE, PICTURE, screening_lines, standings


def _answer(material: Material) -> Answer:
    """For each run that has intervals."""
    shown = [named for named in material.runs if named.run.intervals is not None]
    return Answer(joined([part for named in shown for part in _run(named)]))


def _run(named: Named) -> list[Html]:
    run, found = named.run, standings(named.run)
    heading = [element("h3", {}, named.label)] if named.label else []
    picture = [png_figure(figure_bytes(screening_figure(run, found), "png"), PICTURE)] if found else []
    tables = [_table(part) for part in screening_listings(run, found)]
    numbers = [folded("The groups that go farthest, in numbers", joined(tables))] if tables else []
    quiet = [element("p", {"class": "quiet"}, line) for line in (MORE, *unlisted_lines(run, found))]
    return [*heading, *picture, leading(screening_lines(run, found)), *numbers, *quiet]


def _table(listing: Listing) -> Html:
    head, *rows = listing.lines
    columns = [Column(name, numeric=i >= listing.names) for i, name in enumerate(head)]
    return table(listing.heading, columns, [[Cell(text) for text in row] for row in rows])


def _applies(material: Material) -> bool:
    return any(named.run.intervals is not None for named in material.runs)


SCREENING = Section(
    "largest-of-all",
    "Largest of all",
    "Which groups have the largest effects, and what of that is proven?",
    _answer,
    _applies,
    _applies,
)
