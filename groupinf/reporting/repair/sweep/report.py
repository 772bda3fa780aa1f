"""The written report of a sweep of repairs beside those of its runs: its tables, its figure, and one page."""

from __future__ import annotations

from pathlib import Path

from groupinf.experiments.folder.files import write_atomically
from groupinf.reporting.drawing.figures import figure_bytes, write_figure
from groupinf.reporting.repair.sweep.figure import narrow_sweep_figure, sweep_figure
from groupinf.reporting.repair.sweep.page import page_html
from groupinf.reporting.repair.sweep.tables import sweep_csv, sweep_markdown
from groupinf.reporting.repair.sweep.words import RepairSweep
from groupinf.reporting.standing import PAGE_NAME

NAME = "sweep"


def write_repair_sweep(sweep: RepairSweep) -> Path:
    """Write tables/sweep.csv, tables/sweep.md (which is returned), figures/sweep.{png,svg} and report.html.

    Where no λ/n has a result there are the tables alone, which say why.
    """
    table = sweep.path / "tables" / f"{NAME}.md"
    write_atomically(table.with_suffix(".csv"), sweep_csv(sweep).encode())
    write_atomically(table, sweep_markdown(sweep, f"../figures/{NAME}.png").encode())
    if sweep.runs:
        png = write_figure(sweep.path, NAME, sweep_figure(sweep))
        narrow = figure_bytes(narrow_sweep_figure(sweep), "png")
        write_atomically(sweep.path / PAGE_NAME, page_html(sweep, png, narrow).encode())
    return table
