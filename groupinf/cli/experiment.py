"""``groupinf experiment``: run a study, or go on with one."""

from __future__ import annotations

import click

from groupinf.cli.options import overrides_option


@click.command()
@click.argument("config", type=click.Path())
@overrides_option
@click.option("--jobs", type=click.IntRange(min=1), help="Processes to use; default: all cores.")
@click.option("--out", default="results", show_default=True, metavar="DIR", help="Folder that holds runs.")
@click.option("--fresh", is_flag=True, help="Delete what the run's folder holds and start over, finished or not.")
@click.option("-q", "--quiet", is_flag=True, help="No progress and no notes: only the results and errors.")
@click.option("-v", "--verbose", is_flag=True, help="Also the time that each stage took.")
def experiment(
    config: str, overrides: tuple[str, ...], jobs: int | None, out: str, fresh: bool, quiet: bool, verbose: bool
) -> None:
    """Run a study.

    CONFIG is its YAML file; the Spearman table and the place of the report are printed.

    The same command again resumes what is unfinished and only reports what is finished.
    """
    if quiet and verbose:
        raise click.UsageError("expected at most one of --quiet and --verbose, found both")
    import joblib

    import groupinf
    from groupinf.cli.progress import shown
    from groupinf.cli.results import print_results
    from groupinf.config.load import load_config

    loaded = load_config(config, overrides)
    with shown(quiet=quiet, verbose=verbose) as progress:
        run = groupinf.run_experiment(loaded, out=out, jobs=jobs or joblib.cpu_count(), fresh=fresh, progress=progress)
    print_results(run)
