"""The page of a run of robustness: the picture first."""

from __future__ import annotations

from dataclasses import dataclass

from groupinf.effects.row_orders.registry import ROW_ORDERS
from groupinf.reporting.html.frame import Frame, framed
from groupinf.reporting.html.parts.fit_trust import fit_trust
from groupinf.reporting.html.parts.markup import answers, element, joined, paragraphs, png_figure
from groupinf.reporting.html.parts.table import Cell, Column, table
from groupinf.reporting.html.section import Answer, Question
from groupinf.reporting.robustness.statements import ordered
from groupinf.reporting.robustness.tables import HEADERS, cells
from groupinf.reporting.robustness.words import answers as found_answers
from groupinf.reporting.robustness.words import (
    data_line,
    how_lines,
    order_lines,
    statement_words,
    title_line,
    trust_line,
)
from groupinf.reporting.words.formats import one_line
from groupinf.studies.robustness.result import RobustnessRun

FEWEST = Question("fewest", "Fewest rows", "How few rows flip it?")
PATHS = Question("paths", "Paths", "How do values move as rows are removed?")
ROWS = Question("rows", "Rows", "Which rows are these?")
TRUST = Question("trust", "Trust", "Can the numbers be trusted?")
# statements whose rows the page lists, and rows of each; the tables have all
MOST_LISTED, MOST_ROWS = 60, 40


@dataclass(frozen=True)
class Pictures:
    """PNG files of the bars and of the paths, each also for narrow screens."""

    bars: bytes
    narrow_bars: bytes
    paths: bytes
    narrow_paths: bytes


def page_html(run: RobustnessRun, pictures: Pictures) -> str:
    """The page; the same run gives the same text."""
    return framed(
        Frame(
            title=title_line(run),
            opening=[element("p", {}, data_line(run)), answers(found_answers(run))],
            answered=[
                (FEWEST, _fewest(run, pictures)),
                (PATHS, _paths(run, pictures)),
                (ROWS, _rows(run)),
                (TRUST, _trust(run)),
            ],
            styles="",
        )
    )


def _fewest(run: RobustnessRun, pictures: Pictures) -> Answer:
    words = "Bars of the fewest rows whose removal flips each statement, with the proven lower bound beside them"
    picture = png_figure(pictures.bars, words, narrow=pictures.narrow_bars)
    statements = ordered(run)
    numbers = {HEADERS[2]: [told.fewest for told in statements], HEADERS[5]: [told.lower_bound for told in statements]}
    columns = [Column(heading, numeric=heading in numbers) for heading in HEADERS]
    rows = [
        [
            Cell(text, _order(numbers[heading][i]) if heading in numbers else None)
            for heading, text in zip(HEADERS, row, strict=True)
        ]
        for i, row in enumerate(cells(run, statements))
    ]
    return Answer(joined([picture, table("Statements", columns, rows)]))


def _paths(run: RobustnessRun, pictures: Pictures) -> Answer:
    words = "The value of statements against the number of rows removed, by order, refitted and as predicted"
    return Answer(
        joined(
            [
                png_figure(pictures.paths, words, narrow=pictures.narrow_paths),
                *paragraphs(order_lines(run)),
                *paragraphs(how_lines(run)),
            ]
        )
    )


def _rows(run: RobustnessRun) -> Answer:
    """The rows of the best order, in the order in which they are taken."""
    has_keys = "key" in run.removed
    found = [(told, told.order) for told in ordered(run) if told.order is not None][:MOST_LISTED]
    lines = []
    for told, order in found:
        of = run.removed[(run.removed["statement"] == told.statement) & (run.removed["order"] == order)]
        names = (of["key"] if has_keys else of["row"]).astype(str).tolist()
        more = [f"and {len(names) - MOST_ROWS:,} more"] if len(names) > MOST_ROWS else []
        listed = ", ".join([*names[:MOST_ROWS], *more])
        lines.append([Cell(statement_words(told)), Cell(ROW_ORDERS[order].in_text), Cell(one_line(listed))])
    columns = [Column("Statement"), Column("Found"), Column("Training rows, the first one first", words=True)]
    what = "keys" if has_keys else "numbers, from 0"
    if not lines:
        return Answer(joined(paragraphs(["No rows were found."])))
    return Answer(
        joined([table(f"Rows by their {what}", columns, lines), *paragraphs(["All of them: tables/removed.csv."])])
    )


def _trust(run: RobustnessRun) -> Answer:
    solvers = {"What solves with H": run.manifest.hessian}
    return Answer(fit_trust(run.manifest, run.config, [trust_line(run)], solvers))


def _order(count: int | None) -> float:
    """By what a column of numbers sorts: what is missing comes last."""
    return float("nan") if count is None else float(count)
