"""``groupinf experiment``: run a study, or go on with one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import click

from groupinf.cli.options import (
    fresh_option,
    jobs_option,
    out_option,
    overrides_option,
    quiet_option,
    refuse_quiet_and_verbose,
    verbose_option,
)

if TYPE_CHECKING:
    from groupinf.experiments.stages import ShardDone


@click.command()
@click.argument("config", type=click.Path())
@overrides_option
@jobs_option
@out_option
@fresh_option
@click.option("--shard", metavar="I/N", help="Compute only shard I of N, counted from 1; auto: from the job array.")
@click.option(
    "--backend", type=click.Choice(["loky", "dask"]), default="loky", show_default=True, help="What computes blocks."
)
@click.option("--scheduler", metavar="ADDRESS", help="Of --backend dask: the cluster, such as tcp://host:8786.")
@quiet_option
@verbose_option
def experiment(
    config: str,
    overrides: tuple[str, ...],
    jobs: int | None,
    out: str,
    fresh: bool,
    shard: str | None,
    backend: str,
    scheduler: str | None,
    quiet: bool,
    verbose: bool,
) -> None:
    """Run a study.

    CONFIG is its YAML file; the Spearman table and the place of the report are printed.

    The same command again resumes what is unfinished and only reports what is finished.

    With --shard it prepares, computes a part and says what is left; groupinf collect joins the parts.
    """
    refuse_quiet_and_verbose(quiet, verbose)
    _require_fitting(fresh, shard, backend, scheduler)
    import os
    from pathlib import Path

    import joblib

    import groupinf
    from groupinf.cli.progress import shown
    from groupinf.cli.results import print_results
    from groupinf.config.load import load_config
    from groupinf.experiments.parallel import require_backend
    from groupinf.experiments.shards import shard_from
    from groupinf.experiments.stages import execute_shard

    part = None if shard is None else shard_from(shard, os.environ)
    loaded, processes = load_config(config, overrides), jobs or joblib.cpu_count()
    require_backend(scheduler)
    with shown(quiet=quiet, verbose=verbose) as progress:
        if part is None:
            run = groupinf.run_experiment(
                loaded, out=out, jobs=processes, fresh=fresh, scheduler=scheduler, progress=progress
            )
        else:
            done = execute_shard(loaded, Path(out), processes, part, progress, scheduler)
    if part is None:
        print_results(run)
    else:
        click.echo(shard_text(done))


def _require_fitting(fresh: bool, shard: str | None, backend: str, scheduler: str | None) -> None:
    if fresh and shard is not None:
        raise click.UsageError(
            "expected at most one of --fresh and --shard, found both: it would delete what other shards have computed; "
            "groupinf prepare --fresh starts over"
        )
    if (backend == "dask") != (scheduler is not None):
        found = "dask without an address" if scheduler is None else f"{backend} with {scheduler}"
        raise click.UsageError(f"expected --backend dask and --scheduler ADDRESS together, found {found}")
    if scheduler is not None and re.fullmatch(r"[a-z]+://\S+:\d+", scheduler) is None:
        raise click.UsageError(f"--scheduler: expected an address such as tcp://host:8786, found {scheduler!r}")


def shard_text(done: ShardDone) -> str:
    """What a shard has done, what is left, and how to go on."""
    from groupinf.experiments.shards import ranges_text

    first = f"Shard {done.shard} is done: {done.blocks:,} of {done.of:,} blocks of {done.path}."
    if not done.left:
        return f"{first}\nAll blocks are stored. Join them: groupinf collect {done.path}"
    left = f"{len(done.left):,} blocks of other shards are left: {ranges_text(done.left)}."
    return f"{first}\n{left}\nWhen they are there, join them: groupinf collect {done.path}"
