"""The Spearman table of a run as CSV, Markdown and LaTeX."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from groupinf.effects.evaluations.registry import EVALUATIONS
from groupinf.reporting.tables.point_names import with_point_names
from groupinf.reporting.words.formats import coefficient, interval, latex, markdown, percent, ratio
from groupinf.reporting.words.markdown import table_lines
from groupinf.reporting.words.style import evaluation_name, kind_name, method_name, point_name
from groupinf.reporting.words.summary import (
    convention_line,
    data_line,
    statistics_line,
    test_point_names,
)
from groupinf.studies.group_effects.result import Run

KEY_HEADERS = ("Test point", "Groups", "Prediction")
STATISTIC_HEADERS = (
    "n",
    "Spearman ρ",
    "95 % interval",
    "Pearson",
    "Slope",
    "Same sign",
    "Underestimated",
    "Median relative error",
)
HEADERS = (*KEY_HEADERS, *STATISTIC_HEADERS)


def key_headers(evaluation: str) -> tuple[str, ...]:
    """KEY_HEADERS, the first of them what a value of the evaluation is of."""
    each = EVALUATIONS[evaluation].each
    return (f"{each[:1].upper()}{each[1:]}", *KEY_HEADERS[1:])


def by_evaluation(table: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    """The rows of each evaluation, in the order of the table."""
    for evaluation in table["evaluation"].unique():
        yield str(evaluation), table[table["evaluation"] == evaluation]


def spearman_csv(run: Run) -> str:
    """The table as it is stored, with names of test points, every number in full precision; undefined ones empty."""
    return with_point_names(run.spearman, run).to_csv(index=False, lineterminator="\n")


def spearman_markdown(run: Run) -> str:
    """The table in Markdown, one part per evaluation, with what was run and the convention."""
    parts = [f"# Predicted against actual effects\n\n{markdown(data_line(run))}"]
    for evaluation, rows in by_evaluation(run.spearman):
        parts.append(f"## {evaluation_name(evaluation)}\n\n{markdown_table(rows, test_point_names(run))}")
    return "\n\n".join([*parts, *map(markdown, _notes(run))]) + "\n"


def markdown_table(rows: pd.DataFrame, sets: Mapping[int, str]) -> str:
    """Rows of the Spearman table as one Markdown table; ``sets`` names the sets of test points."""
    rule = ["---"] * len(KEY_HEADERS) + ["---:"] * len(STATISTIC_HEADERS)
    headers = (*key_headers(str(rows["evaluation"].iloc[0])), *STATISTIC_HEADERS)
    lines = [headers, rule, *([markdown(cell) for cell in cells] for cells in _cells(rows, sets))]
    return table_lines(lines)


def spearman_latex(run: Run) -> str:
    """The table in LaTeX, one longtable per evaluation; it needs the packages booktabs and longtable."""
    parts = [
        r"% \usepackage{booktabs,longtable}  (11 columns: landscape, or fewer columns)",
        r"\begingroup\footnotesize",
    ]
    for evaluation, rows in by_evaluation(run.spearman):
        caption = f"{evaluation_name(evaluation)}: predicted against actual. {data_line(run)}."
        parts.append(_latex_table(rows, caption, test_point_names(run)))
    parts += [rf"\noindent {latex(line)}\par" for line in _notes(run)]
    return "\n".join([*parts, r"\endgroup"]) + "\n"


def _latex_table(rows: pd.DataFrame, caption: str, sets: Mapping[int, str]) -> str:
    columns = "l" * len(KEY_HEADERS) + "r" * len(STATISTIC_HEADERS)
    lines = [
        rf"\begin{{longtable}}{{@{{}}{columns}@{{}}}}",
        rf"\caption{{{latex(caption)}}}\\",
        r"\toprule",
        _latex_row((*key_headers(str(rows["evaluation"].iloc[0])), *STATISTIC_HEADERS)),
        r"\midrule",
        r"\endhead",
        r"\bottomrule",
        r"\endfoot",
        *(_latex_row(cells) for cells in _cells(rows, sets)),
        r"\end{longtable}",
    ]
    return "\n".join(lines)


def _latex_row(cells: tuple[str, ...]) -> str:
    return " & ".join(map(latex, cells)) + r" \\"


def _notes(run: Run) -> tuple[str, str]:
    return convention_line(run), statistics_line(run, run.spearman)


def _cells(rows: pd.DataFrame, sets: Mapping[int, str]) -> Iterator[tuple[str, ...]]:
    for row in rows.to_dict("records"):
        yield _row_cells(row, sets)


def _row_cells(row: dict[Any, Any], sets: Mapping[int, str]) -> tuple[str, ...]:
    return (
        point_name(row["evaluation"], row["test_point"], sets),
        kind_name(row["kind"]),
        method_name(row["method"]),
        f"{row['n_groups']:,}",
        coefficient(row["spearman"]),
        interval(row["spearman_low"], row["spearman_high"]),
        coefficient(row["pearson"]),
        ratio(row["slope"]),
        percent(row["same_sign"]),
        percent(row["underestimated"]),
        percent(row["median_relative_error"]),
    )
