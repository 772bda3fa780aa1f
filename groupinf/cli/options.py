"""Options that several commands share."""

from __future__ import annotations

import click

overrides_option = click.option(
    "--set",
    "overrides",
    multiple=True,
    metavar="KEY=VALUE",
    help="Override one key, e.g. --set groups.sizes.num=10 (repeatable). VALUE is YAML; list entries count from 0.",
)

jobs_option = click.option("--jobs", type=click.IntRange(min=1), help="Processes to use; default: all cores.")
out_option = click.option("--out", default="results", show_default=True, metavar="DIR", help="Folder that holds runs.")
fresh_option = click.option(
    "--fresh", is_flag=True, help="Delete what the run's folder holds and start over, finished or not."
)
quiet_option = click.option(
    "-q", "--quiet", is_flag=True, help="No progress and no notes: only the results and errors."
)
verbose_option = click.option("-v", "--verbose", is_flag=True, help="Also the time that each stage took.")


def refuse_quiet_and_verbose(quiet: bool, verbose: bool) -> None:
    """Raise UsageError where both are asked for."""
    if quiet and verbose:
        raise click.UsageError("expected at most one of --quiet and --verbose, found both")
