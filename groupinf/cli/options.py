"""Arguments and options that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])


def all_cores() -> int:
    """How many processes compute where --jobs does not say."""
    import joblib

    return int(joblib.cpu_count())


config_argument = click.argument("config", type=click.Path())
run_dir_argument = click.argument("run_dir", type=click.Path())
overrides_option = click.option(
    "--set",
    "overrides",
    multiple=True,
    metavar="KEY=VALUE",
    help="Override one key, e.g. --set test_points.random=5 (repeatable). VALUE is YAML; list entries count from 0.",
)


class Count(click.IntRange):
    """A whole number of at least 1."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The number; a usage error where the text is none."""
        try:
            return super().convert(value, param, ctx)
        except click.BadParameter:
            self.fail(f"expected a whole number of at least 1, found {value}", param, ctx)


jobs_option = click.option("--jobs", type=Count(min=1), metavar="N", help="Processes to use; default: all cores.")

shard_option = click.option(
    "--shard",
    metavar="I/N",
    help="Compute only shard I of N, counted from 1; auto: the number of the job-array task.",
)


def out_option(what: str) -> Callable[[F], F]:
    """Add --out, the folder in which a ``what``, a run or a sweep, gets a folder of its own."""
    return click.option(
        "--out", default="results", show_default=True, metavar="DIR", help=f"Folder that holds {what}s."
    )


def making_options(what: str) -> Callable[[F], F]:
    """Add what a command takes that makes a ``what``, a run or a sweep: CONFIG, --set, --jobs, --out and --fresh."""
    out = out_option(what)
    fresh = click.option(
        "--fresh", is_flag=True, help=f"Delete what the {what}'s folder holds and start over, finished or not."
    )
    return lambda command: config_argument(overrides_option(jobs_option(out(fresh(command)))))


def progress_options(command: F) -> F:
    """Add --quiet and --verbose, of which at most one may be given."""
    quiet = click.option(
        "-q",
        "--quiet",
        is_flag=True,
        callback=_refuse_both,
        help="No progress: only results, with their notes, and errors.",
    )
    verbose = click.option(
        "-v", "--verbose", is_flag=True, callback=_refuse_both, help="Also the time that each stage took."
    )
    return quiet(verbose(command))


def _refuse_both(context: click.Context, parameter: click.Parameter, value: bool) -> bool:
    # Options are read one by one: the second of the two finds the first among those that have been read.
    if value and (context.params.get("quiet") or context.params.get("verbose")):
        raise click.UsageError("expected at most one of --quiet and --verbose, found both")
    return value
