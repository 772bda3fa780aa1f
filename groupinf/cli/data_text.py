"""What ``groupinf data`` prints, as plain text."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence
from pathlib import Path

from groupinf.datasets.describe import Row, paper_score
from groupinf.datasets.facts import DatasetFacts
from groupinf.datasets.files.data_home import home_fault
from groupinf.datasets.files.integrity import on_disk
from groupinf.wording import number

COLUMNS = ("name", "n", "d", "classes", "on disk", "λ/n", "accuracy", "licence")
RIGHT = ("n", "d", "classes", "λ/n", "accuracy")
UNLIMITED = 1_000
NOTES = "n: training rows; λ/n and accuracy (or F1): the paper's; on disk: in"
PRESENT = "present: files of these names are there; `groupinf data verify` tells whether they are the right ones."
MORE = "`groupinf data fetch NAME` gets a dataset, `groupinf data show NAME` says more of it."


def list_text(datasets: Iterable[DatasetFacts], home: Path, width: int | None) -> str:
    """Return the table of datasets, a line for each; what is too long for the width ends with an ellipsis."""
    rows = [COLUMNS, *(_cells(facts, home) for facts in datasets)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [" ".join(_aligned(*cell) for cell in zip(COLUMNS, row, widths, strict=True)).rstrip() for row in rows]
    if width is not None:
        lines = [line if len(line) <= width else f"{line[: width - 1]}…" for line in lines]
    notes = [textwrap.fill(note, width or UNLIMITED) for note in (f"{NOTES} {home_text(home)}", PRESENT, MORE)]
    return "\n".join([*lines, "", *notes])


def _aligned(column: str, text: str, width: int) -> str:
    return text.rjust(width) if column in RIGHT else text.ljust(width)


def home_text(home: Path) -> str:
    """Return where the data home is, and what is wrong with the folder."""
    without = home_fault(home)
    return f"{home} ({without})" if without else f"{home}"


def _cells(facts: DatasetFacts, home: Path) -> tuple[str, ...]:
    return (
        facts.name,
        f"{facts.n:,}",
        f"{facts.d:,}",
        f"{facts.n_classes}" if facts.n_classes else "–",
        on_disk(facts, home),
        "" if facts.lambda_over_n is None else f"{number(facts.lambda_over_n, 2)}",
        paper_score(facts),
        facts.licence,
    )


def rows_text(rows: Sequence[Row], width: int) -> str:
    """Return rows of a label and a text that is wrapped beside it; long words stay whole: they may be copied."""
    indent = 2 + max(len(label) for label, _ in rows) + 2
    return "\n".join(
        textwrap.fill(
            text,
            max(width, indent + 20),
            initial_indent=f"  {label}".ljust(indent),
            subsequent_indent=" " * indent,
            break_long_words=False,
            break_on_hyphens=False,
        )
        for label, text in rows
    )
