"""The written report of a sweep of whatever kind of study: the reports of its runs, and that of them together."""

from __future__ import annotations

from collections import deque
from pathlib import Path
from typing import Any

from groupinf.experiments.sweep.result import Sweep
from groupinf.experiments.workers.processes import each
from groupinf.reporting.registry import REPORTS, SWEEP_REPORTS
from groupinf.reporting.standing import renew_report, report_stands
from groupinf.studies.registry import load_run

# processor time of the report of a usual run
_SECONDS = 3.0


def write_sweep_report(sweep: Sweep[Any, Any], jobs: int, anew: bool = False) -> Path:
    """Write the reports of all runs, by ``jobs`` processes, and that of the sweep, whose table is returned.

    Those of runs that stand are left, unless all are to be made ``anew``. Reads the sweep only; the same sweep gives
    the same bytes.
    """
    paths = [run.path for run in sweep.runs if anew or not report_stands(run.path)]
    deque(each(_report, paths, min(jobs, max(1, len(paths))), seconds=_SECONDS * len(paths)), maxlen=0)
    return SWEEP_REPORTS[sweep.manifest.study].write(sweep)


def _report(path: Path) -> None:
    run = load_run(path)
    renew_report(path, lambda: REPORTS[run.manifest.study].write(run))
