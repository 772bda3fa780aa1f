"""``groupinf experiment``: run a study, or go on with one."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from groupinf.cli.command import Command
from groupinf.cli.options import all_cores, making_options, progress_options, shard_option

if TYPE_CHECKING:
    from groupinf.experiments.workers.progress import Progress
    from groupinf.experiments.workers.shards import Shard
    from groupinf.studies.group_effects.schema import LoadedStudy


@click.command(cls=Command)
@making_options("run")
@shard_option
@click.option(
    "--backend", type=click.Choice(["loky", "dask"]), default="loky", show_default=True, help="What computes blocks."
)
@click.option("--scheduler", metavar="ADDRESS", help="Of --backend dask: the cluster, such as tcp://host:8786.")
@progress_options
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

    With --backend dask, --jobs is the number of processes that draw groups here.
    """
    _require_fitting(fresh, shard, backend, scheduler)
    from groupinf.experiments.workers.shards import shard_from
    from groupinf.studies.load import load_config

    part = None if shard is None else shard_from(shard, os.environ)
    loaded = load_config(config, overrides)
    from groupinf.cli.progress import shown

    with shown(quiet=quiet, verbose=verbose) as progress:
        if part is None:
            end = _whole(loaded, out, jobs, fresh, scheduler, progress)
        else:
            end = _shard(loaded, Path(out), part, jobs, scheduler, progress)
    end()


def _whole(
    loaded: LoadedStudy, out: str, jobs: int | None, fresh: bool, scheduler: str | None, progress: Progress
) -> Callable[[], None]:
    import groupinf
    from groupinf.cli.results import print_run

    run = groupinf.run_experiment(loaded, out=out, jobs=jobs, fresh=fresh, scheduler=scheduler, progress=progress)
    return lambda: print_run(run)


def _shard(
    loaded: LoadedStudy, out: Path, part: Shard, jobs: int | None, scheduler: str | None, progress: Progress
) -> Callable[[], None]:
    from groupinf.cli.shard_text import run_shard_text
    from groupinf.experiments.stages import execute_shard
    from groupinf.studies.registry import kind_of

    done = execute_shard(kind_of(loaded), loaded, out, jobs or all_cores(), part, progress, scheduler)
    return lambda: click.echo(run_shard_text(done))


def _require_fitting(fresh: bool, shard: str | None, backend: str, scheduler: str | None) -> None:
    if fresh and shard is not None:
        raise click.UsageError(
            "expected at most one of --fresh and --shard, found both: it would delete what other shards have computed; "
            "groupinf prepare --fresh starts over"
        )
    if (backend == "dask") != (scheduler is not None):
        found = "dask without an address" if scheduler is None else f"{backend} with {scheduler}"
        raise click.UsageError(f"expected --backend dask and --scheduler ADDRESS together, found {found}")
    fault = None if scheduler is None else _address_fault(scheduler)
    if fault is not None:
        raise click.UsageError(
            f"--scheduler: expected an address such as tcp://host:8786, found {scheduler!r}: {fault}"
        )


def _address_fault(address: str) -> str | None:
    """Which part of a scheduler's address is missing or wrong; None where it is whole."""
    found = re.fullmatch(r"(?:([a-z]+)://)?(\S*?)(?::(\d+))?", address)
    if found is None:
        return "it cannot be read as protocol://host:port"
    protocol, host, port = found.groups()
    faults = [
        *(["it has no protocol, such as tcp://"] if protocol is None else []),
        *(["it has no host"] if not host else []),
        *(["it has no port"] if port is None else []),
        *([f"port {port} is not one of 1 to 65535"] if port is not None and not 1 <= int(port) <= 65535 else []),
    ]
    return "; ".join(faults) or None
