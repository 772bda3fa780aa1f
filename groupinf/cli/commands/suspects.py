"""``groupinf suspects``: which training rows are most likely mislabelled."""

from __future__ import annotations

import click

from groupinf.cli.command import Command
from groupinf.cli.options import Count, config_argument, jobs_option, out_option, overrides_option, progress_options


@click.command(cls=Command)
@config_argument
@click.option("--top", type=Count(min=1), metavar="N", default=20, show_default=True, help="How many rows.")
@overrides_option
@jobs_option
@out_option("run")
@progress_options
def suspects(
    config: str, top: int, overrides: tuple[str, ...], jobs: int | None, out: str, quiet: bool, verbose: bool
) -> None:
    """List the training rows most likely mislabelled.

    CONFIG is the YAML file of a study: its data, model and λ. The rows whose own loss rises most by the Newton step
    without them are left out one by one, and the model is refitted exactly.
    """
    from groupinf.studies.load import load_config

    loaded = load_config(config, overrides)
    import groupinf
    from groupinf.cli.progress import shown
    from groupinf.cli.results import print_suspects
    from groupinf.reporting.tables.suspects import write_suspects
    from groupinf.studies.group_effects.points.study import study_of_suspects

    derived = study_of_suspects(loaded, top)
    with shown(quiet=quiet, verbose=verbose) as progress:
        run = groupinf.run_experiment(derived, out=out, jobs=jobs, progress=progress)
        write_suspects(run)
    print_suspects(run)
