"""The statements of a run of robustness and the rows found, as CSV, in Markdown and for a terminal."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from groupinf.reporting.robustness.statements import Told, ordered
from groupinf.reporting.robustness.words import (
    after_words,
    answers,
    bound_words,
    data_line,
    fewest_words,
    how_lines,
    now_words,
    order_lines,
    order_words,
    statement_words,
    trust_line,
)
from groupinf.reporting.words.markdown import escaped_table
from groupinf.reporting.words.plain import aligned, wrapped
from groupinf.studies.robustness.result import RobustnessRun

HEADERS = ("Statement", "Now", "Fewest rows", "Found", "Refitted without", "At least, proven")
# statements that a terminal shows where it is not told how many
SHOWN = 20


def cells(run: RobustnessRun, statements: Sequence[Told]) -> list[list[str]]:
    """A row of texts under the headers for each of some statements."""
    about = run.manifest
    return [
        [
            statement_words(told),
            now_words(told),
            fewest_words(told, about),
            order_words(told),
            after_words(told),
            bound_words(told, about),
        ]
        for told in statements
    ]


def csv(frame: pd.DataFrame) -> str:
    """A table as it is stored, every number in full precision; undefined ones empty."""
    return frame.to_csv(index=False, lineterminator="\n")


def markdown_table(run: RobustnessRun) -> str:
    """All statements, from the fewest rows up."""
    return escaped_table(HEADERS, cells(run, ordered(run)), left=len(HEADERS))


def robustness_text(run: RobustnessRun, width: int, top: int = SHOWN) -> str:
    """What was run, what was found, and the statements from the fewest rows up, at most ``top`` of them; sentences in
    lines of at most ``width``.
    """
    shown, more = ordered(run)[:top], len(run.statements) - top
    rest = [f"{more:,} more in tables/statements.csv"] if more > 0 else []
    lines = aligned([list(HEADERS), *cells(run, shown)], left=len(HEADERS))
    table = "\n".join([*(line.rstrip() for line in lines), *rest])
    notes = [f"Note: {note}" for note in run.manifest.notes]
    closing = [*order_lines(run), *how_lines(run), run.manifest.convention, trust_line(run), *notes]
    return "\n\n".join([wrapped([data_line(run), *answers(run)], width), table, wrapped(closing, width)]) + "\n"
