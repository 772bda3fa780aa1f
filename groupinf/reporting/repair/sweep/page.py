"""The page of a sweep over λ/n of a study that repairs labels: the picture first."""

from __future__ import annotations

from groupinf.reporting.html.frame import Frame, framed
from groupinf.reporting.html.parts.markup import Html, answers, element, joined, png_figure
from groupinf.reporting.html.parts.table import Cell, Column, table
from groupinf.reporting.html.section import Answer, Question
from groupinf.reporting.repair.sweep.tables import caption, cells
from groupinf.reporting.repair.sweep.words import RepairSweep, data_line, lines_over_lambda, shown, trust_lines
from groupinf.reporting.repair.sweep.words import answers as found_answers
from groupinf.reporting.repair.words import CURVES, deviation_line
from groupinf.reporting.standing import PAGE_NAME
from groupinf.reporting.words.sweeps import failure_lines, sweep_title
from groupinf.wording import listed, number

OVER_LAMBDA = Question("over-lambda", "Over λ/n", "What does λ/n decide?")
NUMBERS = Question("numbers", "Numbers", "In numbers")
TRUST = Question("trust", "Trust", "Can the numbers be trusted?")
RUNS = Question("runs", "Runs", "What does each run say?")


def page_html(sweep: RepairSweep, figure: bytes, narrow: bytes) -> str:
    """The page; ``figure`` is the PNG file, ``narrow`` that for narrow screens. The same sweep gives the same text."""
    failed = [element("p", {}, line) for line in failure_lines(sweep)]
    words = f"{listed(curve.label for curve in CURVES)} against λ/n"
    picture = png_figure(figure, words, narrow=narrow)
    return framed(
        Frame(
            title=sweep_title(sweep),
            opening=[element("p", {}, data_line(sweep)), answers(found_answers(sweep)), *failed],
            answered=[
                (OVER_LAMBDA, Answer(joined([picture, _list(lines_over_lambda(sweep))]))),
                (NUMBERS, Answer(joined([element("p", {}, deviation_line(sweep.runs[0])), *_tables(sweep)]))),
                (TRUST, Answer(_list(trust_lines(sweep)))),
                (RUNS, Answer(_runs(sweep))),
            ],
            styles="",
        )
    )


def _list(lines: list[str]) -> Html:
    return element("ul", {}, *(element("li", {}, line) for line in lines))


def _tables(sweep: RepairSweep) -> list[Html]:
    tables = []
    for curve in CURVES:
        for rows in shown(sweep):
            headings, *lines = cells(sweep, curve, rows)
            values = (run.manifest.lam_over_n for run in sweep.runs)
            columns = [Column(heading, numeric=True) for heading in headings]
            body = [
                [Cell(first, value), *map(Cell, others)] for value, (first, *others) in zip(values, lines, strict=True)
            ]
            tables.append(table(f"{curve.label}, {caption(sweep, rows)}", columns, body))
    return tables


def _runs(sweep: RepairSweep) -> Html:
    links = (
        element("a", {"href": f"{run.path.name}/{PAGE_NAME}"}, f"λ/n = {number(run.manifest.lam_over_n)}")
        for run in sweep.runs
    )
    return element("ul", {}, *(element("li", {}, link) for link in links))
