"""The report of a sweep of group effects beside those of its runs: its table, and a page that compares them."""

from __future__ import annotations

from pathlib import Path

from groupinf.experiments.folder.files import write_atomically
from groupinf.reporting.html.write import write_page
from groupinf.reporting.standing import PAGE_NAME
from groupinf.reporting.tables.sweep import drawn_line, sweep_csv, sweep_markdown
from groupinf.reporting.words.sweeps import failure_lines, sweep_title
from groupinf.studies.group_effects.result import Sweep


def write_sweep(sweep: Sweep) -> Path:
    """Write tables/sweep.csv, tables/sweep.md (which is returned) and report.html."""
    table = sweep.path / "tables" / "sweep.md"
    write_atomically(table.with_suffix(".csv"), sweep_csv(sweep).encode())
    write_atomically(table, sweep_markdown(sweep).encode())
    if sweep.runs:
        notes = [drawn_line(sweep), *failure_lines(sweep)]
        write_page(sweep.runs, sweep_title(sweep), sweep.path / PAGE_NAME, notes=notes)
    return table
