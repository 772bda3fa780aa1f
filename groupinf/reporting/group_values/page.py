"""The page of a run of group values: the picture first."""

from __future__ import annotations

from groupinf.reporting.group_values.tables import cells, headers
from groupinf.reporting.group_values.words import (
    answers as found_answers,
)
from groupinf.reporting.group_values.words import (
    coalition_lines,
    comparison_lines,
    data_line,
    efficiency_lines,
    interval_line,
    measured,
    title_line,
    trust_line,
)
from groupinf.reporting.html.frame import Frame, framed
from groupinf.reporting.html.parts.fit_trust import fit_trust
from groupinf.reporting.html.parts.markup import answers, element, joined, paragraphs, png_figure
from groupinf.reporting.html.parts.table import Cell, Column, table
from groupinf.reporting.html.section import Answer, Question
from groupinf.studies.group_values.result import GroupValuesRun

SHARES = Question("shares", "Shares", "How much is due to each group?")
NUMBERS = Question("numbers", "Numbers", "In numbers")
TRUST = Question("trust", "Trust", "Can the numbers be trusted?")


def page_html(run: GroupValuesRun, figure: bytes, narrow: bytes) -> str:
    """The page; ``figure`` is the PNG file of the shares, ``narrow`` that for narrow screens. The same run gives the
    same text.
    """
    return framed(
        Frame(
            title=title_line(run),
            opening=[element("p", {}, data_line(run)), answers(found_answers(run))],
            answered=[(SHARES, _shares(run, figure, narrow)), (NUMBERS, _numbers(run)), (TRUST, _trust(run))],
            styles="",
        )
    )


def _shares(run: GroupValuesRun, figure: bytes, narrow: bytes) -> Answer:
    words = "Shares of the groups as bars with their intervals, and against the number of rows of each group"
    picture = png_figure(figure, words, narrow=narrow)
    return Answer(joined([picture, answers(comparison_lines(run)), *paragraphs(coalition_lines(run))]))


def _numbers(run: GroupValuesRun) -> Answer:
    tables = []
    for of in measured(run):
        group, *numeric = headers(run, of)
        columns = [Column(group), *(Column(heading, numeric=True) for heading in numeric)]
        rows = [
            [Cell(row[0], float(place)), *(Cell(text) for text in row[1:])]
            for place, row in enumerate(cells(run, of, of.shares))
        ]
        tables.append(table(of.heading, columns, rows))
    return Answer(joined([*paragraphs([interval_line(run)]), *tables]))


def _trust(run: GroupValuesRun) -> Answer:
    engine = run.manifest.engine
    solvers = {
        "What solves with H": engine.hessian,
        "What solves without a coalition's complement": engine.reduced,
    }
    trust = fit_trust(run.manifest, run.config, [trust_line(run)], solvers)
    return Answer(joined([answers(efficiency_lines(run)), trust]))
