"""``groupinf sweep``: a study at many values of λ/n."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from groupinf.cli.options import overrides_option

if TYPE_CHECKING:
    from groupinf.experiments.progress import Progress
    from groupinf.experiments.shards import Shard
    from groupinf.experiments.sweep_plan import SweepPlan


@click.command()
@click.argument("config", type=click.Path())
@overrides_option
@click.option(
    "--lambda-over-n",
    "grid",
    metavar="GRID",
    help="MIN:MAX:NUM, log-spaced, or VALUE,VALUE,..; default: regularization.sweep of the config.",
)
@click.option("--redraw", is_flag=True, help="Draw groups and test points anew at every value.")
@click.option("--prepare-only", is_flag=True, help="Fit and draw, so that shards have it; retrain nothing.")
@click.option("--shard", metavar="I/N", help="Compute only shard I of N; auto: the number of the job-array task.")
@click.option("--jobs", type=click.IntRange(min=1), help="Processes to use; default: all cores.")
@click.option("--out", default="results", show_default=True, metavar="DIR", help="Folder that holds sweeps.")
@click.option("--fresh", is_flag=True, help="Delete what the sweep's folder holds and start over, finished or not.")
@click.option("-q", "--quiet", is_flag=True, help="No progress and no notes: only the results and errors.")
@click.option("-v", "--verbose", is_flag=True, help="Also the time that each stage took.")
def sweep(
    config: str,
    overrides: tuple[str, ...],
    grid: str | None,
    redraw: bool,
    prepare_only: bool,
    shard: str | None,
    jobs: int | None,
    out: str,
    fresh: bool,
    quiet: bool,
    verbose: bool,
) -> None:
    """Run a study at many values of λ/n, on the same groups and test points.

    CONFIG is its YAML file. Its own λ/n is the reference, where groups and test points are drawn.

    Every value has a run folder of its own in the folder of the sweep. The same command again resumes.
    """
    if quiet and verbose:
        raise click.UsageError("expected at most one of --quiet and --verbose, found both")
    if shard is not None and (fresh or prepare_only):
        found = "--fresh" if fresh else "--prepare-only"
        raise click.UsageError(f"expected --shard without {found}, which is for one process before the shards start")
    import os

    import joblib

    from groupinf.cli.progress import shown
    from groupinf.config.load import load_config
    from groupinf.config.sweep_grid import parse_grid
    from groupinf.experiments.shards import shard_from
    from groupinf.experiments.sweep_plan import plan_sweep

    plan = plan_sweep(load_config(config, overrides), None if grid is None else parse_grid(grid), redraw)
    processes = jobs or joblib.cpu_count()
    with shown(quiet=quiet, verbose=verbose) as progress:
        if shard is not None:
            end = _shard(plan, Path(out), shard_from(shard, os.environ), processes, progress)
        elif prepare_only:
            end = _prepare(plan, Path(out), processes, fresh, progress)
        else:
            end = _whole(plan, Path(out), processes, fresh, progress)
    end()


def _shard(plan: SweepPlan, out: Path, shard: Shard, jobs: int, progress: Progress) -> Callable[[], None]:
    from groupinf.experiments.shards import ranges_text
    from groupinf.experiments.sweep import compute_shard

    done = compute_shard(plan, out, jobs, shard, progress)
    more = f"{len(done.left):,} more to compute, numbers {ranges_text(done.left)}" if done.left else "All are stored"
    text = (
        f"Shard {shard} is done: {done.blocks:,} of {done.of:,} blocks of {done.path}.\n{more}.\n"
        "The same command without --shard joins them when all are there."
    )
    return lambda: click.echo(text)


def _prepare(plan: SweepPlan, out: Path, jobs: int, fresh: bool, progress: Progress) -> Callable[[], None]:
    from groupinf.experiments.sweep import prepare_sweep

    sweep, failures = prepare_sweep(plan, out, jobs, fresh, progress)
    left_out = [f"λ/n = {failure.lam_over_n:.6g} is left out: {failure.reason}" for failure in failures]
    return lambda: click.echo("\n".join([f"Prepared: {sweep.folder.path}", *left_out]))


def _whole(plan: SweepPlan, out: Path, jobs: int, fresh: bool, progress: Progress) -> Callable[[], None]:
    import shutil

    from groupinf.experiments.sweep import execute_sweep, raise_failures
    from groupinf.reporting.html.write import PAGE_NAME
    from groupinf.reporting.sweep_table import sweep_text, write_sweep_report

    sweep = execute_sweep(plan, out, jobs, fresh, progress)
    progress.stage("reports")
    page = write_sweep_report(sweep, jobs)

    def end() -> None:
        text = sweep_text(sweep, shutil.get_terminal_size((100, 24)).columns)
        click.echo(f"{text.rstrip()}\n\nTable: {page}\nReport: {sweep.path / PAGE_NAME}")
        raise_failures(sweep)

    return end
