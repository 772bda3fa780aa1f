"""The page of a run that repairs labels: the picture first."""

from __future__ import annotations

from groupinf.reporting.html.frame import Frame, framed
from groupinf.reporting.html.parts.fit_trust import fit_trust
from groupinf.reporting.html.parts.markup import Html, answers, element, joined, paragraphs, png_figure
from groupinf.reporting.html.parts.table import Cell, Column, table
from groupinf.reporting.html.section import Answer, Question
from groupinf.reporting.repair.pairs import lead_lines, pair_cells, pair_headers, pairs_line
from groupinf.reporting.repair.tables import cells, headers
from groupinf.reporting.repair.words import (
    CURVES,
    data_line,
    deviation_line,
    order_lines,
    title_line,
    trust_line,
)
from groupinf.reporting.repair.words import (
    answers as found_answers,
)
from groupinf.studies.repair_labels.result import RepairRun
from groupinf.wording import listed

FOUND = Question("found", "Curves", "In which order are wrong labels found first?")
NUMBERS = Question("numbers", "Numbers", "In numbers")
TRUST = Question("trust", "Trust", "Can the numbers be trusted?")


def page_html(run: RepairRun, figure: bytes, narrow: bytes) -> str:
    """The page; ``figure`` is the PNG file of the curves, ``narrow`` that for narrow screens. The same run gives the
    same text.
    """
    return framed(
        Frame(
            title=title_line(run),
            opening=[element("p", {}, data_line(run)), answers(found_answers(run))],
            answered=[(FOUND, _curves(run, figure, narrow)), (NUMBERS, _numbers(run)), (TRUST, _trust(run))],
            styles="",
        )
    )


def _curves(run: RepairRun, figure: bytes, narrow: bytes) -> Answer:
    words = f"{listed(curve.label for curve in CURVES)} against the share of training rows inspected"
    picture = png_figure(figure, words, narrow=narrow)
    return Answer(joined([picture, *_leads(run), *paragraphs(order_lines(run))]))


def _leads(run: RepairRun) -> list[Html]:
    """Sentences, and a table of pairs for each curve; nothing of one order."""
    lines = lead_lines(run)
    if not lines:
        return []
    *words, areas = pair_headers(run)
    columns = [*map(Column, words), Column(areas, numeric=True)]
    tables = [
        table(curve.label, columns, [[Cell(text) for text in row] for row in pair_cells(run, curve)])
        for curve in CURVES
    ]
    return [answers(lines), *tables, *paragraphs([pairs_line(run)])]


def _numbers(run: RepairRun) -> Answer:
    columns = [Column(heading, numeric=True) for heading in headers(run)]
    tables = [
        table(curve.label, columns, [[Cell(text) for text in row] for row in cells(run, curve, run.manifest.inspected)])
        for curve in CURVES
    ]
    return Answer(joined([*paragraphs([deviation_line(run)]), *tables]))


def _trust(run: RepairRun) -> Answer:
    solvers = {"What solves with H": run.manifest.hessian}
    return Answer(fit_trust(run.manifest, run.config, [trust_line(run)], solvers))
