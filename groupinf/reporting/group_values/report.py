"""The written report of a run of group values: tables, the figure, and one page."""

from __future__ import annotations

from pathlib import Path

from groupinf.experiments.folder.files import write_atomically
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
from groupinf.reporting.html.write import PAGE_NAME
from groupinf.reporting.words.formats import markdown
from groupinf.studies.group_values.result import GroupValuesRun

REPORT_NAME, FIGURE_NAME = "report.md", "values"


def write_report(run: GroupValuesRun) -> Path:
    """Write report.md, which is returned, report.html, tables/ and figures/*.{png,svg}.

    Reads the run only. Every file appears whole or not at all; the same run gives the same bytes.
    """
    for name, text in (("values.csv", values_csv(run)), ("values.md", values_markdown(run))):
        write_atomically(run.path / "tables" / name, text.encode())
    figure = values_figure(run)
    png = figure_bytes(figure, "png")
    write_atomically(run.path / "figures" / f"{FIGURE_NAME}.png", png)
    write_atomically(run.path / "figures" / f"{FIGURE_NAME}.svg", figure_bytes(figure, "svg"))
    report = run.path / REPORT_NAME
    write_atomically(report, report_markdown(run).encode())
    write_atomically(run.path / PAGE_NAME, page_html(run, png, figure_bytes(narrow_values_figure(run), "png")).encode())
    return report


def report_markdown(run: GroupValuesRun) -> str:
    """What was run, the shares, what others make of them, the numbers, and how far to trust them."""
    path = f"figures/{FIGURE_NAME}"
    parts = [
        f"# {markdown(title_line(run))}",
        markdown(data_line(run)),
        _listed(answers(run)),
        f"![Shares of groups, and against their sizes]({path}.png)\n\nAs vectors: [SVG]({path}.svg)",
        "## Beside influence, leave-one-out and size",
        _listed(comparison_lines(run)),
        *map(markdown, coalition_lines(run)),
        "## In numbers",
    ]
    for of in told(run):
        parts += [f"{markdown(of.heading)}:", markdown_table(run, of, shown(of)), left_out_line(of)]
    parts += [
        f"{markdown(interval_line(run))} Every group: [CSV](tables/values.csv), [Markdown](tables/values.md).",
        "## Can the numbers be trusted?",
        _listed(efficiency_lines(run)),
        markdown(trust_line(run)),
        markdown(run.manifest.convention),
    ]
    if run.manifest.notes:
        parts += ["## Notes", _listed(list(run.manifest.notes))]
    return "\n\n".join(filter(None, parts)) + "\n"


def _listed(lines: list[str]) -> str:
    return "\n".join(f"- {markdown(line)}" for line in lines)
