"""The written report of a run that repairs labels: tables, the figure, and one page."""

from __future__ import annotations

from pathlib import Path

from groupinf.reporting.drawing.figures import figure_bytes
from groupinf.reporting.repair.curves import narrow_repair_figure, repair_figure
from groupinf.reporting.repair.page import page_html
from groupinf.reporting.repair.pairs import lead_lines, pair_cells, pair_headers, pairs_line
from groupinf.reporting.repair.tables import markdown_table, repair_csv, repair_markdown, shown
from groupinf.reporting.repair.words import (
    CURVES,
    answers,
    data_line,
    deviation_line,
    order_lines,
    title_line,
    trust_line,
)
from groupinf.reporting.report_files import write_files
from groupinf.reporting.words.formats import markdown
from groupinf.reporting.words.markdown import bulleted, escaped_table, notes_parts, picture
from groupinf.studies.repair_labels.result import RepairRun

FIGURE_NAME = "repair"


def write_report(run: RepairRun) -> Path:
    """Write report.md, which is returned, report.html, tables/ and figures/*.{png,svg}.

    Reads the run only. Every file appears whole or not at all; the same run gives the same bytes.
    """
    return write_files(
        run.path,
        {"repair.csv": repair_csv(run), "repair.md": repair_markdown(run)},
        {FIGURE_NAME: repair_figure(run)},
        report_markdown(run),
        lambda drawn: page_html(run, drawn[FIGURE_NAME], figure_bytes(narrow_repair_figure(run), "png")),
    )


def report_markdown(run: RepairRun) -> str:
    """What was run, the curves, which order is ahead, the numbers, and how far to trust them."""
    parts = [
        f"# {markdown(title_line(run))}",
        markdown(data_line(run)),
        bulleted(answers(run)),
        picture("Test accuracy and share of flipped labels found", FIGURE_NAME),
        "## In which order are wrong labels found first?",
        *_leads(run),
        *map(markdown, order_lines(run)),
        "## In numbers",
        *(part for curve in CURVES for part in (f"{curve.label}:", markdown_table(run, curve, shown(run)))),
        f"{markdown(deviation_line(run))} Every number of inspected rows: [CSV](tables/repair.csv), "
        "[Markdown](tables/repair.md).",
        "## Can the numbers be trusted?",
        markdown(trust_line(run)),
        markdown(run.manifest.convention),
        *notes_parts(run.manifest.notes),
    ]
    return "\n\n".join(parts) + "\n"


def _leads(run: RepairRun) -> list[str]:
    """Sentences, and a table of pairs for each curve; nothing of one order."""
    lines = lead_lines(run)
    if not lines:
        return []
    head, tables = pair_headers(run), []
    for curve in CURVES:
        tables += [f"{curve.label}:", escaped_table(head, pair_cells(run, curve), left=len(head))]
    return [bulleted(lines), *tables, pairs_line(run)]
