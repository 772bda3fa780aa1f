"""What was run: the facts of each run in one line of a table, and the convention."""

from __future__ import annotations

from collections.abc import Sequence

from groupinf.experiments.result import Run
from groupinf.reporting.formats import UNDEFINED, number, one_line, percent, shorten
from groupinf.reporting.html.entries import Entry
from groupinf.reporting.html.markup import Html, element, joined
from groupinf.reporting.html.table import Cell, Column, table
from groupinf.reporting.style import LONGEST_NAME
from groupinf.reporting.summary import convention_line

_COLUMNS = (
    Column("Dataset"),
    Column("Classes", numeric=True),
    Column("n", numeric=True),
    Column("d", numeric=True),
    Column("λ/n", numeric=True),
    Column("λ", numeric=True),
    Column("Accuracy, training", numeric=True),
    Column("Accuracy, test", numeric=True),
    Column("Groups", numeric=True),
    Column("Retrained", numeric=True),
)


def overview(entries: Sequence[Entry]) -> Html:
    """A row per run, and the conventions: runs that share one state it once."""
    several = len(entries) > 1
    columns = [Column("Run"), *_COLUMNS] if several else _COLUMNS
    rows = [[*([Cell(entry.label)] if several else []), *_facts(entry.run)] for entry in entries]
    conventions = dict.fromkeys(convention_line(entry.run) for entry in entries)
    lines = [element("p", {"class": "quiet"}, line) for line in conventions]
    return joined([table("What was run", columns, rows), *lines])


def _facts(run: Run) -> list[Cell]:
    about = run.manifest
    classes = [one_line(str(name)) for name in about["classes"] or ()]
    return [
        Cell(shorten(about["dataset"], LONGEST_NAME)),
        Cell(f"{len(classes)}", float(len(classes))) if classes else Cell("regression", 0.0),
        _count(about["n"]),
        _count(about["d"]),
        Cell(number(about["lam_over_n"]), about["lam_over_n"]),
        Cell(number(about["lam"]), about["lam"]),
        _share(about["train_accuracy"] if classes else None),
        _share(about["test_accuracy"] if classes else None),
        _count(about["n_groups"]),
        _count(about["n_retrained"]),
    ]


def _count(value: int) -> Cell:
    return Cell(f"{value:,}", float(value))


def _share(value: float | None) -> Cell:
    return Cell(UNDEFINED, float("nan")) if value is None else Cell(percent(value, 1), value)
