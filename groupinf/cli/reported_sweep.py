"""The end of a command that has a whole sweep: its reports on disk, its table on the terminal, its failures named."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from groupinf.experiments.sweep.result import Sweep
    from groupinf.experiments.workers.progress import Progress


def reported(sweep: Sweep, jobs: int, progress: Progress) -> Callable[[], None]:
    """Write the reports; what prints the table, and raises ConvergenceError where a λ/n has no result."""
    from groupinf.cli.results import print_sweep
    from groupinf.experiments.sweep.execute import raise_failures
    from groupinf.reporting.sweep_report import write_sweep_report

    progress.stage("reports")
    table = write_sweep_report(sweep, jobs)

    def end() -> None:
        print_sweep(sweep, f"Table: {table}")
        raise_failures(sweep)

    return end
