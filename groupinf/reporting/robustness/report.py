"""The written report of a run of robustness: tables, figures, and one page."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from groupinf.reporting.drawing.figures import figure_bytes
from groupinf.reporting.report_files import write_files
from groupinf.reporting.robustness.bars import bars_figure, narrow_bars_figure
from groupinf.reporting.robustness.page import Pictures, page_html
from groupinf.reporting.robustness.paths import narrow_paths_figure, paths_figure
from groupinf.reporting.robustness.tables import csv, markdown_table
from groupinf.reporting.robustness.words import answers, data_line, how_lines, order_lines, title_line, trust_line
from groupinf.reporting.words.formats import markdown
from groupinf.reporting.words.markdown import bulleted, notes_parts, picture
from groupinf.studies.robustness.result import RobustnessRun

FEWEST, PATHS = "fewest_rows", "paths"


def write_report(run: RobustnessRun) -> Path:
    """Write report.md, which is returned, report.html, tables/ and figures/*.{png,svg}.

    Reads the run only. Every file appears whole or not at all; the same run gives the same bytes.
    """
    tables = {"statements": run.statements, "flips": run.flips, "removed": run.removed, "paths": run.paths}
    return write_files(
        run.path,
        {f"{name}.csv": csv(frame) for name, frame in tables.items()},
        {FEWEST: bars_figure(run), PATHS: paths_figure(run)},
        report_markdown(run),
        lambda drawn: page_html(run, _pictures(run, drawn)),
    )


def _pictures(run: RobustnessRun, drawn: Mapping[str, bytes]) -> Pictures:
    bars, paths = figure_bytes(narrow_bars_figure(run), "png"), figure_bytes(narrow_paths_figure(run), "png")
    return Pictures(drawn[FEWEST], bars, drawn[PATHS], paths)


def report_markdown(run: RobustnessRun) -> str:
    """What was run, the bars, the numbers, the paths, and how far to trust them."""
    parts = [
        f"# {markdown(title_line(run))}",
        markdown(data_line(run)),
        bulleted(answers(run)),
        picture("Fewest rows whose removal flips each statement", FEWEST),
        "## How few rows flip it?",
        markdown_table(run),
        "In full: [statements](tables/statements.csv), [orders](tables/flips.csv), [rows](tables/removed.csv).",
        "## How do values move as rows are removed?",
        picture("Values as rows are removed", PATHS),
        *map(markdown, (*order_lines(run), *how_lines(run))),
        "## Can the numbers be trusted?",
        markdown(trust_line(run)),
        markdown(run.manifest.convention),
        *notes_parts(run.manifest.notes),
    ]
    return "\n\n".join(parts) + "\n"
