"""``groupinf verify``: check a run."""

from __future__ import annotations

import click

from groupinf.cli.options import jobs_option, quiet_option, refuse_quiet_and_verbose, verbose_option


@click.command()
@click.argument("run_dir", type=click.Path())
@jobs_option
@quiet_option
@verbose_option
def verify(run_dir: str, jobs: int | None, quiet: bool, verbose: bool) -> None:
    """Check every stored file, and one block in twenty by computing it again.

    RUN_DIR is the folder of the run, or of a sweep. The data are needed, as for the run.
    """
    refuse_quiet_and_verbose(quiet, verbose)
    from pathlib import Path

    import joblib

    from groupinf.cli.progress import shown
    from groupinf.errors import RunError
    from groupinf.experiments.folders import each_run
    from groupinf.experiments.verify import verified_text, verify_run

    with shown(quiet=quiet, verbose=verbose) as progress:
        results = each_run(Path(run_dir), lambda path: verify_run(path, jobs or joblib.cpu_count(), progress))
    problems = [problem for result in results for problem in result.problems]
    for result in results:
        if not result.problems:
            click.echo(verified_text(result))
    if problems:
        raise RunError("\n".join(problems))
