"""``groupinf collect``: join the blocks that shards have computed."""

from __future__ import annotations

from pathlib import Path

import click

from groupinf.cli.options import progress_options, run_dir_argument


@click.command()
@run_dir_argument
@progress_options
def collect(run_dir: str, quiet: bool, verbose: bool) -> None:
    """Join the blocks of a run and write its report.

    RUN_DIR is the folder of the run, or of a sweep; nothing else is read. Blocks that are missing are named.
    """
    from groupinf.cli.progress import shown
    from groupinf.cli.results import print_run
    from groupinf.experiments.folders import each_run
    from groupinf.experiments.stages import collect_run
    from groupinf.reporting.report import write_report

    with shown(quiet=quiet, verbose=verbose) as progress:
        runs = each_run(Path(run_dir), lambda path: collect_run(path, progress))
        progress.stage("report")
        for run in runs:
            write_report(run)
    for run in runs:
        print_run(run)
