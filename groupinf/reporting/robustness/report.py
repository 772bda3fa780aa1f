"""The written report of a run of robustness: tables, figures, and one page."""

from __future__ import annotations

from pathlib import Path

from groupinf.experiments.folder.files import write_atomically
from groupinf.reporting.drawing.figures import figure_bytes
from groupinf.reporting.html.write import PAGE_NAME
from groupinf.reporting.robustness.bars import bars_figure, narrow_bars_figure
from groupinf.reporting.robustness.page import Pictures, page_html
from groupinf.reporting.robustness.paths import narrow_paths_figure, paths_figure
from groupinf.reporting.robustness.tables import csv, markdown_table
from groupinf.reporting.robustness.words import answers, data_line, how_lines, order_lines, title_line, trust_line
from groupinf.reporting.words.formats import markdown
from groupinf.studies.robustness.result import RobustnessRun

REPORT_NAME = "report.md"
FEWEST, PATHS = "fewest_rows", "paths"


def write_report(run: RobustnessRun) -> Path:
    """Write report.md, which is returned, report.html, tables/ and figures/*.{png,svg}.

    Reads the run only. Every file appears whole or not at all; the same run gives the same bytes.
    """
    for name, frame in (
        ("statements", run.statements),
        ("flips", run.flips),
        ("removed", run.removed),
        ("paths", run.paths),
    ):
        write_atomically(run.path / "tables" / f"{name}.csv", csv(frame).encode())
    drawn = {}
    for name, figure in ((FEWEST, bars_figure(run)), (PATHS, paths_figure(run))):
        drawn[name] = figure_bytes(figure, "png")
        write_atomically(run.path / "figures" / f"{name}.png", drawn[name])
        write_atomically(run.path / "figures" / f"{name}.svg", figure_bytes(figure, "svg"))
    report = run.path / REPORT_NAME
    write_atomically(report, report_markdown(run).encode())
    pictures = Pictures(
        drawn[FEWEST],
        figure_bytes(narrow_bars_figure(run), "png"),
        drawn[PATHS],
        figure_bytes(narrow_paths_figure(run), "png"),
    )
    write_atomically(run.path / PAGE_NAME, page_html(run, pictures).encode())
    return report


def report_markdown(run: RobustnessRun) -> str:
    """What was run, the bars, the numbers, the paths, and how far to trust them."""
    parts = [
        f"# {markdown(title_line(run))}",
        markdown(data_line(run)),
        _listed(answers(run)),
        _picture("Fewest rows whose removal flips each statement", FEWEST),
        "## How few rows flip it?",
        markdown_table(run),
        "In full: [statements](tables/statements.csv), [orders](tables/flips.csv), [rows](tables/removed.csv).",
        "## How do values move as rows are removed?",
        _picture("Values as rows are removed", PATHS),
        *map(markdown, (*order_lines(run), *how_lines(run))),
        "## Can the numbers be trusted?",
        markdown(trust_line(run)),
        markdown(run.manifest.convention),
    ]
    if run.manifest.notes:
        parts += ["## Notes", _listed(list(run.manifest.notes))]
    return "\n\n".join(parts) + "\n"


def _listed(lines: list[str]) -> str:
    return "\n".join(f"- {markdown(line)}" for line in lines)


def _picture(words: str, name: str) -> str:
    return f"![{words}](figures/{name}.png)\n\nAs vectors: [SVG](figures/{name}.svg)"
