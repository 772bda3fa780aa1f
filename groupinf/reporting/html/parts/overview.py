"""What was run: a line for one run, a table for several; folded, what was chosen and the convention."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from groupinf.reporting.html.parts.agreement_tables import run_cell
from groupinf.reporting.html.parts.markup import Content, Html, element, folded, joined
from groupinf.reporting.html.parts.table import Cell, Column, table
from groupinf.reporting.words.choices import choice_lines, test_points_line
from groupinf.reporting.words.entries import Named
from groupinf.reporting.words.formats import one_line, percent, shorten
from groupinf.reporting.words.style import LONGEST_NAME
from groupinf.reporting.words.summary import (
    change_facts,
    convention_lines,
    data_line,
    evaluated_line,
    method_lines,
    unit_lines,
)
from groupinf.studies.group_effects.result import Run
from groupinf.wording import UNDEFINED, number

# the section on the choice of λ
CHOICE = "choice"
# only where a run has one
_POOL = Column("Pool", numeric=True)
_COLUMNS = (
    Column("Dataset"),
    Column("Classes", numeric=True),
    Column("n", numeric=True),
    Column("d", numeric=True),
    _POOL,
    Column("λ/n", numeric=True),
    Column("λ", numeric=True),
    Column("Accuracy, training", numeric=True),
    Column("Accuracy, test", numeric=True),
    Column("Groups", numeric=True),
    Column("Retrained", numeric=True),
)


def overview(entries: Sequence[Named]) -> Html:
    """What was run; folded, how λ and test points were chosen, and the convention, which runs share but for λ."""
    about = [line for of in (choice_lines, _stored, _points) for line in _told(entries, of)]
    closing = [
        *convention_lines((entry.label, entry.run) for entry in entries),
        *_told(entries, unit_lines),
        *_told(entries, method_lines),
    ]
    lines = [element("p", {}, line) for line in (*about, *closing)]
    facts = _line(entries[0].run) if len(entries) == 1 else _table(entries)
    return joined([facts, folded("How it was run, and what the signs mean", joined(lines))])


def _line(run: Run) -> Html:
    """The facts of a run; where λ was chosen by cross-validation, a link to its picture."""
    link = element("a", {"href": f"#{CHOICE}"}, "chosen by cross-validation")
    chosen: list[Content] = [] if run.cross_validation is None else ["; λ ", link]
    return element("p", {"class": "ran"}, data_line(run), *chosen)


def _table(entries: Sequence[Named]) -> Html:
    """A row per run."""
    pooled, changes = any(e.run.manifest.n_pool for e in entries), change_facts([entry.run for entry in entries])
    told = [column for column in _COLUMNS if pooled or column is not _POOL]
    columns = [Column("Run"), *told, *([Column("Change")] if any(changes) else [])]
    rows = [
        [run_cell(entry, i), *_facts(entry.run, pooled), *([Cell(change)] if change else [])]
        for i, (entry, change) in enumerate(zip(entries, changes, strict=True))
    ]
    return table("What was run", columns, rows)


def _told(entries: Sequence[Named], of: Callable[[Run], list[str]]) -> list[str]:
    """Lines, each of which says of which run it speaks where not all share it."""
    told = [(entry.label, line) for entry in entries for line in of(entry.run)]
    if len(told) == len(entries) and len({line for _, line in told}) == 1:
        return [told[0][1]]
    return [f"{label}: {line}" if label else line for label, line in told]


def _stored(run: Run) -> list[str]:
    return list(filter(None, [evaluated_line(run)]))


def _points(run: Run) -> list[str]:
    return list(filter(None, [test_points_line(run)]))


def _facts(run: Run, pooled: bool) -> list[Cell]:
    about = run.manifest
    classes = [one_line(str(name)) for name in about.classes or ()]
    return [
        Cell(shorten(about.dataset, LONGEST_NAME)),
        Cell(f"{len(classes)}", float(len(classes))) if classes else Cell("regression", 0.0),
        _count(about.n),
        _count(about.d),
        *([_count(about.n_pool)] if pooled else []),
        Cell(number(about.lam_over_n), about.lam_over_n),
        Cell(number(about.lam), about.lam),
        _share(about.train_accuracy if classes else None),
        _share(about.test_accuracy if classes else None),
        _count(about.n_groups),
        _count(0 if about.evaluated is not None else about.n_retrained),
    ]


def _count(value: int) -> Cell:
    return Cell(f"{value:,}", float(value))


def _share(value: float | None) -> Cell:
    return Cell(UNDEFINED, float("nan")) if value is None else Cell(percent(value, 1), value)
