"""The written report of a sweep: the reports of its runs, its table, and one page that compares them."""

from __future__ import annotations

from collections import deque
from pathlib import Path

from groupinf.experiments.folder.files import write_atomically
from groupinf.experiments.workers.processes import each
from groupinf.reporting.html.write import PAGE_NAME, write_page
from groupinf.reporting.report import write_report
from groupinf.reporting.tables.sweep import drawn_line, failure_lines, sweep_csv, sweep_markdown, sweep_title
from groupinf.studies.group_effects.result import Sweep
from groupinf.studies.group_effects.study import load_run


def write_sweep_report(sweep: Sweep, jobs: int) -> Path:
    """Write the reports of all runs, and tables/sweep.csv, tables/sweep.md (which is returned) and report.html.

    Reads the sweep only; the same sweep gives the same bytes.
    """
    deque(each(_report, [run.path for run in sweep.runs], min(jobs, max(1, len(sweep.runs)))), maxlen=0)
    page = sweep.path / "tables" / "sweep.md"
    write_atomically(page.with_suffix(".csv"), sweep_csv(sweep).encode())
    write_atomically(page, sweep_markdown(sweep).encode())
    if sweep.runs:
        notes = [drawn_line(sweep), *failure_lines(sweep)]
        write_page(sweep.runs, sweep_title(sweep), sweep.path / PAGE_NAME, notes=notes)
    return page


def _report(path: Path) -> None:
    write_report(load_run(path))
