"""The written report of a sweep of whatever kind of study: the reports of its runs, and that of them together."""

from __future__ import annotations

from collections import deque
from pathlib import Path
from typing import Any

from groupinf.experiments.sweep.result import Sweep
from groupinf.experiments.workers.processes import each
from groupinf.reporting.registry import REPORTS, SWEEP_REPORTS
from groupinf.studies.registry import load_run


def write_sweep_report(sweep: Sweep[Any, Any], jobs: int) -> Path:
    """Write the reports of all runs, by ``jobs`` processes, and that of the sweep, whose table is returned.

    Reads the sweep only; the same sweep gives the same bytes.
    """
    deque(each(_report, [run.path for run in sweep.runs], min(jobs, max(1, len(sweep.runs)))), maxlen=0)
    return SWEEP_REPORTS[sweep.manifest.study].write(sweep)


def _report(path: Path) -> None:
    run = load_run(path)
    REPORTS[run.manifest.study].write(run)
