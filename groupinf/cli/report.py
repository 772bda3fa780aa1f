"""``groupinf report``: tables and figures again, from what a run has stored."""

from __future__ import annotations

import click


@click.command()
@click.argument("run_dir", type=click.Path())
def report(run_dir: str) -> None:
    """Make the report of a run again.

    RUN_DIR is the folder of the run; tables and figures come from what is stored there.
    """
    import groupinf
    from groupinf.cli.results import print_results
    from groupinf.reporting.report import write_report

    run = groupinf.load_run(run_dir)
    write_report(run)
    print_results(run)
