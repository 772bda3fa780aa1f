"""``groupinf rank``: which group matters most."""

from __future__ import annotations

from pathlib import Path

import click

from groupinf.cli.command import Command
from groupinf.cli.options import Count, run_dir_argument


@click.command(cls=Command)
@run_dir_argument
@click.option("--by", metavar="EVALUATION", help="What is measured; default: the first evaluation of the run.")
@click.option(
    "--test-point", metavar="P", help="Number, row key or name of a set; default: each group on its farthest."
)
@click.option("--kind", metavar="K", help="Only groups of this kind.")
@click.option(
    "--method", metavar="M", help="Whose effects give the order; default: actual, else the closest prediction."
)
@click.option(
    "--side", type=click.Choice(["rise", "fall", "both"]), default="both", show_default=True, help="Which way."
)
@click.option("--top", type=Count(min=1), metavar="N", default=10, show_default=True, help="Groups of each side.")
@click.option("--difference", nargs=2, metavar="A B", help="By how much group A exceeds group B, over test rows.")
@click.option("-o", "--output", metavar="FILE", help="Write the whole order instead; .csv or .parquet says how.")
def rank(
    run_dir: str,
    by: str | None,
    test_point: str | None,
    kind: str | None,
    method: str | None,
    side: str,
    top: int,
    difference: tuple[str, str] | None,
    output: str | None,
) -> None:
    """Rank the groups of a run by their effects.

    RUN_DIR is the folder of a finished run. Rank 1 is the largest rise: the group whose removal, or other change,
    leaves what is measured highest. --difference needs a run with test_points.bootstrap.
    """
    from groupinf.cli.results import typed
    from groupinf.experiments.folder.files import write_atomically
    from groupinf.reporting.tables.ranking import difference_line, listings, order_lines, ranking_bytes
    from groupinf.studies.group_effects.study import load_run

    if output is not None and Path(output).suffix not in (".csv", ".parquet"):
        raise click.BadParameter(
            f"expected a name that ends in .csv or .parquet, found {output}", param_hint="'--output'"
        )
    order = [name for name in ("kind", "method", "side", "top", "output") if _is_given(name)]
    if difference is not None and order:
        raise click.UsageError(f"--difference: expected --by and --test-point alone beside it, found --{order[0]}")
    run = load_run(Path(run_dir))
    if difference is not None:
        click.echo(difference_line(run, *difference, by, test_point))
        return
    table = run.ranking(by, test_point, method=method, kind=kind)
    if output is not None:
        write_atomically(Path(output), ranking_bytes(table, Path(output).suffix))
        click.echo(f"Ranking: {typed(Path(output))}")
        return
    method = method or run.default_method(by or run.manifest.evaluations[0])
    ways = {"rise": (True,), "fall": (False,), "both": (True, False)}[side]
    parts = [part.text for part in listings(run, table, method, top, ways)]
    told = parts or [f"No group of {len(table):,} has an effect in that direction."]
    click.echo("\n\n".join([*told, *order_lines(run, method)]))


def _is_given(option: str) -> bool:
    source = click.get_current_context().get_parameter_source(option)
    return source is not None and source is not click.core.ParameterSource.DEFAULT
