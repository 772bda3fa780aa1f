"""``groupinf points``: every training row against each test point."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from groupinf.cli.command import Command
from groupinf.cli.options import Count, all_cores, jobs_option, overrides_option, progress_options

if TYPE_CHECKING:
    from groupinf.experiments.workers.progress import Progress
    from groupinf.studies.group_effects.points.study import RowsAsked
    from groupinf.studies.group_effects.result import Run


def _row_numbers(context: click.Context, parameter: click.Parameter, value: str | None) -> tuple[int, ...]:
    """Numbers with commas between them; a usage error where the text is none, or has one twice."""
    parts = [] if value is None else [part.strip() for part in value.split(",")]
    if not all(part.isdecimal() for part in parts) or len({int(part) for part in parts}) < len(parts):
        raise click.BadParameter(f"expected row numbers, each once, such as 3,17, found {value}")
    return tuple(map(int, parts))


@click.command(cls=Command)
@click.argument("source", metavar="CONFIG_OR_RUN", type=click.Path())
@click.option(
    "--top", type=Count(min=1), metavar="N", default=10, show_default=True, help="Rows of each end that are listed."
)
@click.option("--rows", callback=_row_numbers, metavar="ROW,ROW,..", help="Only these training rows.")
@click.option("--perturbation", is_flag=True, help="Also what moving each feature does to the influence of rows.")
@overrides_option
@jobs_option
@click.option("--out", metavar="DIR", help="Folder that holds the run; default: results, or the one that holds RUN.")
@progress_options
def points(
    source: str,
    top: int,
    rows: tuple[int, ...],
    perturbation: bool,
    overrides: tuple[str, ...],
    jobs: int | None,
    out: str | None,
    quiet: bool,
    verbose: bool,
) -> None:
    """Tell what single training rows do to each test point.

    CONFIG_OR_RUN is the YAML file of a study, of which its data, model, λ and test points count: influence and
    leave-one-out by Newton of every row, by retraining of the N of largest influence on each test point, or of those
    that --rows names. Of a finished run all of that is added without retraining.
    """
    from groupinf.cli.progress import shown
    from groupinf.cli.results import print_points
    from groupinf.studies.group_effects.points.study import RowsAsked

    asked, target = RowsAsked(top, rows, perturbation), None if out is None else Path(out)
    with shown(quiet=quiet, verbose=verbose) as progress:
        make = _of_run if Path(source).is_dir() else _of_config
        run = make(source, asked, overrides, target, jobs, progress)
    print_points(run, top)


def _of_config(
    source: str, asked: RowsAsked, overrides: tuple[str, ...], out: Path | None, jobs: int | None, progress: Progress
) -> Run:
    import groupinf
    from groupinf.studies.group_effects.points.study import study_of_rows
    from groupinf.studies.load import load_config

    derived = study_of_rows(load_config(source, overrides), asked)
    return groupinf.run_experiment(derived, out=out or "results", jobs=jobs, progress=progress)


def _of_run(
    source: str, asked: RowsAsked, overrides: tuple[str, ...], out: Path | None, jobs: int | None, progress: Progress
) -> Run:
    from groupinf.reporting.report import write_report
    from groupinf.reporting.standing import keep_report
    from groupinf.studies.group_effects.evaluate import evaluate
    from groupinf.studies.group_effects.study import load_run

    run = load_run(Path(source))
    if run.points is None or asked.rows or asked.perturbation or overrides:
        run = evaluate(Path(source), (*asked.overrides(), *overrides), out, jobs or all_cores(), progress)
        progress.stage("report")
        keep_report(run.path, lambda: write_report(run))
    return run
