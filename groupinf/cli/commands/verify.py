"""``groupinf verify``: check a run."""

from __future__ import annotations

from pathlib import Path

import click

from groupinf.cli.command import Command
from groupinf.cli.options import all_cores, jobs_option, progress_options, run_dir_argument


@click.command(cls=Command)
@run_dir_argument
@jobs_option
@progress_options
def verify(run_dir: str, jobs: int | None, quiet: bool, verbose: bool) -> None:
    """Check the files that numbers come from, and one block in twenty by computing it again.

    RUN_DIR is the folder of the run, or of a sweep. The data are needed, as for the run.

    Checked are manifest.json, what it names (config.yaml, theta.npz, groups, collected tables), all blocks, and
    sweep.json of a sweep; neither timings.json nor reports, which groupinf report writes anew.
    """
    from groupinf.cli.progress import shown
    from groupinf.errors import RunError
    from groupinf.experiments.verify import verified_text, verify_folder
    from groupinf.studies.registry import STUDIES

    with shown(quiet=quiet, verbose=verbose) as progress:
        results = verify_folder(STUDIES, Path(run_dir), jobs or all_cores(), progress)
    problems = [problem for result in results for problem in result.problems]
    for result in results:
        if not result.problems:
            click.echo(verified_text(result))
    if problems:
        raise RunError("\n".join(problems))
