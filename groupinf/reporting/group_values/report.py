"""The written report of a run of group values: tables, the figure, and one page."""

from __future__ import annotations

from pathlib import Path

from groupinf.reporting.drawing.figures import figure_bytes
from groupinf.reporting.group_values.figure import narrow_values_figure, values_figure
from groupinf.reporting.group_values.page import page_html
from groupinf.reporting.group_values.tables import left_out_line, markdown_table, shown, values_csv, values_markdown
from groupinf.reporting.group_values.words import (
    answers,
    coalition_lines,
    comparison_lines,
    data_line,
    efficiency_lines,
    interval_line,
    title_line,
    told,
    trust_line,
)
from groupinf.reporting.report_files import write_files
from groupinf.reporting.words.formats import markdown
from groupinf.reporting.words.markdown import bulleted, notes_parts, picture
from groupinf.studies.group_values.result import GroupValuesRun

FIGURE_NAME = "values"


def write_report(run: GroupValuesRun) -> Path:
    """Write report.md, which is returned, report.html, tables/ and figures/*.{png,svg}.

    Reads the run only. Every file appears whole or not at all; the same run gives the same bytes.
    """
    return write_files(
        run.path,
        {"values.csv": values_csv(run), "values.md": values_markdown(run)},
        {FIGURE_NAME: values_figure(run)},
        report_markdown(run),
        lambda drawn: page_html(run, drawn[FIGURE_NAME], figure_bytes(narrow_values_figure(run), "png")),
    )


def report_markdown(run: GroupValuesRun) -> str:
    """What was run, the shares, what others make of them, the numbers, and how far to trust them."""
    parts = [
        f"# {markdown(title_line(run))}",
        markdown(data_line(run)),
        bulleted(answers(run)),
        picture("Shares of groups, and against their sizes", FIGURE_NAME),
        "## Beside influence, leave-one-out and size",
        bulleted(comparison_lines(run)),
        *map(markdown, coalition_lines(run)),
        "## In numbers",
    ]
    for of in told(run):
        parts += [f"{markdown(of.heading)}:", markdown_table(run, of, shown(of)), left_out_line(of)]
    parts += [
        f"{markdown(interval_line(run))} Every group: [CSV](tables/values.csv), [Markdown](tables/values.md).",
        "## Can the numbers be trusted?",
        bulleted(efficiency_lines(run)),
        markdown(trust_line(run)),
        markdown(run.manifest.convention),
        *notes_parts(run.manifest.notes),
    ]
    return "\n\n".join(filter(None, parts)) + "\n"
