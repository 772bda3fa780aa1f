"""``groupinf prepare``: what is done once, before the blocks of a study are computed."""

from __future__ import annotations

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


@click.command()
@click.argument("config", type=click.Path())
@overrides_option
@jobs_option
@out_option
@fresh_option
@quiet_option
@verbose_option
def prepare(
    config: str, overrides: tuple[str, ...], jobs: int | None, out: str, fresh: bool, quiet: bool, verbose: bool
) -> None:
    """Fit the model, draw the groups and store both.

    CONFIG is the YAML file of the study. The run's folder is printed; groupinf experiment --shard computes its blocks.
    """
    refuse_quiet_and_verbose(quiet, verbose)
    from pathlib import Path

    import joblib

    from groupinf.cli.progress import shown
    from groupinf.config.load import load_config
    from groupinf.experiments.stages import prepare_only

    loaded = load_config(config, overrides)
    with shown(quiet=quiet, verbose=verbose) as progress:
        path = prepare_only(loaded, Path(out), jobs or joblib.cpu_count(), fresh, progress)
    click.echo(path)
