"""``groupinf validate``: check configurations and say what would run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from groupinf.cli.command import Command
from groupinf.cli.errors import show_error
from groupinf.cli.options import overrides_option
from groupinf.errors import GroupinfError
from groupinf.experiments.workers.memory import memory_in_words

if TYPE_CHECKING:
    from groupinf.experiments.study import Forecast

# letters of a column's name that are shown
LONGEST_NAME = 40


@click.command(cls=Command)
@click.argument("configs", metavar="CONFIG...", type=click.Path(), nargs=-1, required=True)
@overrides_option
def validate(configs: tuple[str, ...], overrides: tuple[str, ...]) -> None:
    """Check configurations and say what would run.

    Each CONFIG and its data are read and checked; nothing is fitted.
    """
    from groupinf.studies.load import load_config
    from groupinf.studies.registry import kind_of

    status = 0
    for config in configs:
        try:
            with memory_in_words():
                loaded = load_config(config, overrides)
                planned = kind_of(loaded).forecast(loaded)
        except GroupinfError as e:  # the other files are still to be checked
            status = max(status, show_error(e))
        else:
            click.echo(f"{config}: ok\n{plan_text(planned)}")
    click.get_current_context().exit(status)


def plan_text(plan: Forecast) -> str:
    """What would run, one line for each thing."""
    from groupinf.reporting.words.formats import one_line

    rows = [*plan.facts, *(("note", note) for note in plan.notes)]
    return "\n".join([*(f"  {name:<14}{one_line(value)}" for name, value in rows), *_columns(plan)])


def _columns(plan: Forecast) -> list[str]:
    """What every column of a table became, a line each."""
    from groupinf.datasets.column_use import shown
    from groupinf.reporting.words.formats import named, one_line

    if not plan.uses:
        return []
    uses, more = shown(plan.uses)
    names = [named(use.name)[:LONGEST_NAME] for use in uses]
    width = max(map(len, names))
    lines = [
        f"    {name:<{width}}  {use.role:<10}  {one_line(use.words)}".rstrip()
        for name, use in zip(names, uses, strict=True)
    ]
    return ["  columns", *lines, *([f"    and {more:,} more: a run's manifest.json has them all"] if more else [])]
