"""``groupinf evaluate``: other test points, evaluations or methods on the groups of a run."""

from __future__ import annotations

from pathlib import Path

import click

from groupinf.cli.command import Command
from groupinf.cli.options import all_cores, jobs_option, overrides_option, progress_options, run_dir_argument


@click.command(cls=Command)
@run_dir_argument
@overrides_option
@jobs_option
@click.option("--out", metavar="DIR", help="Folder that holds the evaluation; default: the one that holds RUN_DIR.")
@progress_options
def evaluate(
    run_dir: str, overrides: tuple[str, ...], jobs: int | None, out: str | None, quiet: bool, verbose: bool
) -> None:
    """Measure a run's groups on other test points, evaluations, methods or losses; add its theory or single rows.

    RUN_DIR is the folder of a finished run. Its stored parameters are read and nothing is retrained; --set takes
    test_points, evaluations, methods, groups.attributes, theory, points, and of the model what predictions are made
    with and what is measured. The result is a folder like that of a run.
    """
    from groupinf.cli.progress import shown
    from groupinf.cli.results import print_run
    from groupinf.reporting.report import write_report
    from groupinf.reporting.standing import keep_report
    from groupinf.studies.group_effects import evaluate as evaluation

    with shown(quiet=quiet, verbose=verbose) as progress:
        target = None if out is None else Path(out)
        run = evaluation.evaluate(Path(run_dir), overrides, target, jobs or all_cores(), progress)
        progress.stage("report")
        keep_report(run.path, lambda: write_report(run))
    print_run(run)
