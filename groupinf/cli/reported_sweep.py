"""The end of a command that has a whole sweep: its reports on disk, its table on the terminal, its failures named."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from groupinf.experiments.workers.progress import Progress
    from groupinf.studies.group_effects.result import Sweep


def reported(sweep: Sweep, jobs: int, progress: Progress) -> Callable[[], None]:
    """Write the reports; what prints the table, and raises ConvergenceError where a λ/n has no result."""
    from groupinf.cli.results import print_sweep
    from groupinf.experiments.sweep.result import raise_failures
    from groupinf.reporting.sweep_report import write_sweep_report

    progress.stage("reports")
    table = write_sweep_report(sweep, jobs)

    def end() -> None:
        print_sweep(sweep, f"Table: {table}")
        raise_failures(sweep.manifest.parameter, sweep.manifest.failures)

    return end
