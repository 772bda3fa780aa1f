"""What the theory of a run says beside its retraining, in tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict

import pandas as pd

from groupinf.analysis.agreement import ALL_KINDS
from groupinf.analysis.explained_rho import kinds_table
from groupinf.analysis.theory import BOUNDS, PROVEN, Held, beside_actual, held, intervals
from groupinf.reporting.tables.point_names import with_point_names
from groupinf.reporting.words.formats import coefficient, extent, markdown, percent, ratio
from groupinf.reporting.words.markdown import table_lines
from groupinf.reporting.words.style import evaluation_name, kind_name
from groupinf.reporting.words.summary import convention_line, data_line
from groupinf.reporting.words.theory import theory_lines
from groupinf.studies.group_effects.result import Run
from groupinf.wording import number

INTERVAL_HEADERS = ("Evaluation", "Effects", "With an interval", "Outside", "Median width", "÷ median effect")
BOUND_HEADERS = ("Bound", "Evaluation", "Effects", "Violated", "Bound ÷ error, median", "from", "to")
KIND_HEADERS = ("Evaluation", "Groups", "n", "Spearman ρ", "Newton ÷ influence", "‖D(w)‖", "Angle, degrees")
Cells = tuple[str, ...]


def theory_files(run: Run) -> dict[str, bytes]:
    """theory.csv, a row for each evaluation and test point; theory_kinds.csv, one for each evaluation and kind; and
    theory.md for people. None of a run without theory.
    """
    if run.theory is None:
        return {}
    rows = beside_actual(run.theory, run.effects)
    tables = {"theory.csv": with_point_names(measures_frame(rows), run), "theory_kinds.csv": kinds_table(rows)}
    written = {name: table.to_csv(index=False, lineterminator="\n").encode() for name, table in tables.items()}
    return written | {"theory.md": _markdown(run, rows).encode()}


def measures_frame(rows: pd.DataFrame) -> pd.DataFrame:
    """Of rows ``beside_actual`` a row for each evaluation and test point: count, finite, outside, width and relative of
    the proven intervals, and for each bound NAME_count, _violations, _compared, _least, _median and _most.
    """
    found = []
    for (evaluation, point), own in rows.groupby(["evaluation", "test_point"], sort=False):
        about = {"evaluation": evaluation, "test_point": point, **asdict(intervals(own))}
        for bound in (*BOUNDS, PROVEN):
            about |= {f"{bound.name}_{key}": value for key, value in asdict(held(own, bound)).items()}
        found.append(about)
    return pd.DataFrame(found)


def interval_cells(rows: pd.DataFrame) -> Iterator[Cells]:
    """Below INTERVAL_HEADERS a line for each evaluation."""
    for name, own in rows.groupby("evaluation", sort=False):
        of = intervals(own)
        numbers = f"{of.count:,}", percent(of.finite / of.count), f"{of.outside:,}"
        yield (evaluation_name(str(name)), *numbers, number(of.width), ratio(of.relative))


def bound_cells(rows: pd.DataFrame) -> Iterator[Cells]:
    """Below BOUND_HEADERS a line for each bound and evaluation that has values."""
    for bound in (*BOUNDS, PROVEN):
        for name, own in rows.groupby("evaluation", sort=False):
            of = held(own, bound)
            if of.count:
                yield (bound.title, evaluation_name(str(name)), *_held(of))


def _held(of: Held) -> Cells:
    return f"{of.count:,}", f"{of.violations:,}", *(number(value, 2) for value in (of.median, of.least, of.most))


def kind_cells(rows: pd.DataFrame) -> Iterator[Cells]:
    """Below KIND_HEADERS a line for each evaluation and kind, with 10 % to 90 % of its groups."""
    for row in kinds_table(rows).to_dict("records"):
        ranges = (
            extent(row[f"{name}_low"], row[f"{name}_high"], ratio)
            for name in ("newton_over_influence", "d_norm", "angle")
        )
        kind = "All groups" if row["kind"] == ALL_KINDS else kind_name(row["kind"])
        about = evaluation_name(row["evaluation"]), kind, f"{row['n_groups']:,}"
        yield (*about, coefficient(row["spearman"]), *ranges)


def _markdown(run: Run, rows: pd.DataFrame) -> str:
    parts = [f"# What the theory says\n\n{markdown(data_line(run))}"]
    parts.append("\n".join(f"- {markdown(line)}" for line in theory_lines(rows)))
    for title, headers, names, cells in (
        ("Proven intervals", INTERVAL_HEADERS, 1, interval_cells(rows)),
        ("Bounds", BOUND_HEADERS, 2, bound_cells(rows)),
        ("Kinds of groups, 10 % to 90 % of each", KIND_HEADERS, 2, kind_cells(rows)),
    ):
        parts.append(f"## {title}\n\n{_table(headers, names, list(cells))}")
    return "\n\n".join([*parts, markdown(convention_line(run))]) + "\n"


def _table(headers: Sequence[str], names: int, lines: Sequence[Cells]) -> str:
    rule = ["---"] * names + ["---:"] * (len(headers) - names)
    escaped = [[markdown(cell) for cell in line] for line in (headers, *lines)]
    return table_lines([escaped[0], rule, *escaped[1:]])
