"""``groupinf report``: tables, figures and the page again, from what a run has stored."""

from __future__ import annotations

from pathlib import Path

import click

from groupinf.cli.command import Command
from groupinf.cli.options import all_cores, run_dir_argument


@click.command(cls=Command)
@run_dir_argument
def report(run_dir: str) -> None:
    """Make the report of a run or of a sweep again.

    RUN_DIR is its folder; tables, figures and the page come from what is stored there.
    """
    import groupinf
    from groupinf.cli.results import print_run, print_sweep
    from groupinf.experiments.folder.kinds import is_sweep
    from groupinf.reporting.registry import REPORTS
    from groupinf.reporting.standing import renew_report

    if is_sweep(Path(run_dir)):
        from groupinf.reporting.sweep_report import write_sweep_report

        sweep = groupinf.load_sweep(run_dir)
        write_sweep_report(sweep, all_cores(), anew=True)
        print_sweep(sweep)
    else:
        run = groupinf.load_run(run_dir)
        renew_report(run.path, lambda: REPORTS[run.manifest.study].write(run))
        print_run(run)
