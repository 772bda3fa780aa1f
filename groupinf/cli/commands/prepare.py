"""``groupinf prepare``: what is done once, before the blocks of a study are computed."""

from __future__ import annotations

from pathlib import Path

import click

from groupinf.cli.command import Command
from groupinf.cli.options import all_cores, making_options, progress_options


@click.command(cls=Command)
@making_options("run")
@progress_options
def prepare(
    config: str, overrides: tuple[str, ...], jobs: int | None, out: str, fresh: bool, quiet: bool, verbose: bool
) -> None:
    """Fit the model, draw the groups and store both.

    CONFIG is the YAML file of the study. The run's folder is printed; groupinf experiment --shard computes its blocks.
    """
    from groupinf.studies.load import load_config

    loaded = load_config(config, overrides)
    from groupinf.cli.progress import shown
    from groupinf.experiments.stages import prepare_only
    from groupinf.studies.registry import kind_of

    with shown(quiet=quiet, verbose=verbose) as progress:
        path = prepare_only(kind_of(loaded), loaded, Path(out), jobs or all_cores(), fresh, progress)
    click.echo(path)
