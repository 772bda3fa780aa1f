"""``groupinf sweep``: a study at many values of λ/n."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from groupinf.cli.command import Command
from groupinf.cli.options import all_cores, making_options, progress_options, shard_option

if TYPE_CHECKING:
    from groupinf.experiments.sweep.kind import Plan, SweepKind
    from groupinf.experiments.workers.progress import Progress
    from groupinf.experiments.workers.shards import Shard


@click.command(cls=Command)
@making_options("sweep")
@click.option(
    "--lambda-over-n",
    "grid",
    metavar="GRID",
    help="MIN:MAX:NUM, log-spaced, or VALUE,VALUE,..; default: regularization.sweep of the config.",
)
@click.option("--redraw", is_flag=True, help="Draw groups and test points anew at every value.")
@click.option("--prepare-only", is_flag=True, help="Fit and draw, so that shards have it; retrain nothing.")
@shard_option
@progress_options
def sweep(
    config: str,
    overrides: tuple[str, ...],
    jobs: int | None,
    out: str,
    fresh: bool,
    grid: str | None,
    redraw: bool,
    prepare_only: bool,
    shard: str | None,
    quiet: bool,
    verbose: bool,
) -> None:
    """Run a study at many values of λ/n, on the same groups and test points, or the same flipped labels.

    CONFIG is its YAML file. Its own λ/n is the reference, where groups and test points are drawn.

    Every value has a run folder of its own in the folder of the sweep. The same command again resumes.
    """
    _require_fitting(shard, fresh, prepare_only)
    from groupinf.experiments.workers.shards import shard_from
    from groupinf.studies.load import load_config

    loaded = load_config(config, overrides)
    from groupinf.cli.progress import shown
    from groupinf.config.sweep_grid import parse_grid
    from groupinf.studies.sweeps import sweep_of

    kind = sweep_of(loaded)
    plan = kind.plan(loaded, None if grid is None else parse_grid(grid), redraw)
    processes = jobs or all_cores()
    with shown(quiet=quiet, verbose=verbose) as progress:
        if shard is not None:
            end = _shard(kind, plan, Path(out), shard_from(shard, os.environ), processes, progress)
        elif prepare_only:
            end = _prepare(kind, plan, Path(out), processes, fresh, progress)
        else:
            end = _whole(kind, plan, Path(out), processes, fresh, progress)
    end()


def _require_fitting(shard: str | None, fresh: bool, prepare_only: bool) -> None:
    if shard is not None and (fresh or prepare_only):
        found = "--fresh" if fresh else "--prepare-only"
        raise click.UsageError(f"expected --shard without {found}, which is for one process before the shards start")


def _shard(
    kind: SweepKind[Any, Any, Any], plan: Plan, out: Path, shard: Shard, jobs: int, progress: Progress
) -> Callable[[], None]:
    from groupinf.cli.shard_text import sweep_shard_text
    from groupinf.experiments.sweep.execute import compute_shard

    done = compute_shard(kind.open(plan, out, jobs, False, progress), jobs, shard, progress)
    return lambda: click.echo(sweep_shard_text(done))


def _prepare(
    kind: SweepKind[Any, Any, Any], plan: Plan, out: Path, jobs: int, fresh: bool, progress: Progress
) -> Callable[[], None]:
    from groupinf.experiments.sweep.execute import prepare_all

    sweep = kind.open(plan, out, jobs, fresh, progress)
    failures = prepare_all(sweep, jobs, progress)
    left_out = [f"{sweep.at(failure.value)} is left out: {failure.reason}" for failure in failures]
    return lambda: click.echo("\n".join([f"Prepared: {sweep.path}", *left_out]))


def _whole(
    kind: SweepKind[Any, Any, Any], plan: Plan, out: Path, jobs: int, fresh: bool, progress: Progress
) -> Callable[[], None]:
    from groupinf.cli.reported_sweep import reported

    return reported(kind.execute(plan, out, jobs, fresh, progress), jobs, progress)
