"""The written report of a run that repairs labels: tables, the figure, and one page."""

from __future__ import annotations

from pathlib import Path

from groupinf.experiments.folder.files import write_atomically
from groupinf.reporting.drawing.figures import figure_bytes
from groupinf.reporting.html.write import PAGE_NAME
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
from groupinf.reporting.words.formats import markdown
from groupinf.reporting.words.markdown import table_lines
from groupinf.studies.repair_labels.result import RepairRun

REPORT_NAME, FIGURE_NAME = "report.md", "repair"


def write_report(run: RepairRun) -> Path:
    """Write report.md, which is returned, report.html, tables/ and figures/*.{png,svg}.

    Reads the run only. Every file appears whole or not at all; the same run gives the same bytes.
    """
    for name, text in (("repair.csv", repair_csv(run)), ("repair.md", repair_markdown(run))):
        write_atomically(run.path / "tables" / name, text.encode())
    figure = repair_figure(run)
    png = figure_bytes(figure, "png")
    write_atomically(run.path / "figures" / f"{FIGURE_NAME}.png", png)
    write_atomically(run.path / "figures" / f"{FIGURE_NAME}.svg", figure_bytes(figure, "svg"))
    report = run.path / REPORT_NAME
    write_atomically(report, report_markdown(run).encode())
    write_atomically(run.path / PAGE_NAME, page_html(run, png, figure_bytes(narrow_repair_figure(run), "png")).encode())
    return report


def report_markdown(run: RepairRun) -> str:
    """What was run, the curves, which order is ahead, the numbers, and how far to trust them."""
    path = f"figures/{FIGURE_NAME}"
    parts = [
        f"# {markdown(title_line(run))}",
        markdown(data_line(run)),
        _listed(answers(run)),
        f"![Test accuracy and share of flipped labels found]({path}.png)\n\nAs vectors: [SVG]({path}.svg)",
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
    ]
    if run.manifest.notes:
        parts += ["## Notes", _listed(list(run.manifest.notes))]
    return "\n\n".join(parts) + "\n"


def _listed(lines: list[str]) -> str:
    return "\n".join(f"- {markdown(line)}" for line in lines)


def _leads(run: RepairRun) -> list[str]:
    """Sentences, and a table of pairs for each curve; nothing of one order."""
    lines = lead_lines(run)
    if not lines:
        return []
    head, tables = pair_headers(run), []
    for curve in CURVES:
        rows = [[markdown(cell) for cell in row] for row in pair_cells(run, curve)]
        tables += [f"{curve.label}:", table_lines([head, ["---"] * len(head), *rows])]
    return [_listed(lines), *tables, pairs_line(run)]
