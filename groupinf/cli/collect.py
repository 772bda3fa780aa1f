"""``groupinf collect``: join the blocks that shards have computed."""

from __future__ import annotations

import click

from groupinf.cli.options import quiet_option, refuse_quiet_and_verbose, verbose_option


@click.command()
@click.argument("run_dir", type=click.Path())
@quiet_option
@verbose_option
def collect(run_dir: str, quiet: bool, verbose: bool) -> None:
    """Join the blocks of a run and write its report.

    RUN_DIR is the folder of the run, or of a sweep; nothing else is read. Blocks that are missing are named.
    """
    refuse_quiet_and_verbose(quiet, verbose)
    from pathlib import Path

    from groupinf.cli.progress import shown
    from groupinf.cli.results import print_results
    from groupinf.experiments.folders import each_run
    from groupinf.experiments.stages import collect_run
    from groupinf.reporting.report import write_report

    with shown(quiet=quiet, verbose=verbose) as progress:
        runs = each_run(Path(run_dir), lambda path: collect_run(path, progress))
        progress.stage("report")
        for run in runs:
            write_report(run)
    for run in runs:
        print_results(run)
