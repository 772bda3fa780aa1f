"""``groupinf collect``: join the blocks that shards have computed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from groupinf.cli.command import Command
from groupinf.cli.options import progress_options, run_dir_argument

if TYPE_CHECKING:
    from groupinf.experiments.workers.progress import Progress


@click.command(cls=Command)
@run_dir_argument
@progress_options
def collect(run_dir: str, quiet: bool, verbose: bool) -> None:
    """Join the blocks of a run and write its report.

    RUN_DIR is the folder of the run, or of a sweep, whose runs are all joined before its table is written. Nothing
    else is read. Blocks that are missing are named.
    """
    from groupinf.cli.progress import shown
    from groupinf.experiments.folder.kinds import is_sweep

    join = _sweep if is_sweep(Path(run_dir)) else _run
    with shown(quiet=quiet, verbose=verbose) as progress:
        end = join(Path(run_dir), progress)
    end()


def _run(path: Path, progress: Progress) -> Callable[[], None]:
    from groupinf.cli.results import print_run
    from groupinf.experiments.stages import collect as collect_run
    from groupinf.reporting.registry import REPORTS
    from groupinf.reporting.standing import renew_report
    from groupinf.studies.registry import STUDIES

    run = collect_run(STUDIES, path, progress)
    progress.stage("report")
    renew_report(run.path, lambda: REPORTS[run.manifest.study].write(run))
    return lambda: print_run(run)


def _sweep(path: Path, progress: Progress) -> Callable[[], None]:
    from groupinf.cli.reported_sweep import reported
    from groupinf.experiments.stages import collect_all
    from groupinf.studies.registry import STUDIES
    from groupinf.studies.sweeps import load_sweep

    collect_all(STUDIES, path, progress)
    return reported(load_sweep(path), 1, progress)
