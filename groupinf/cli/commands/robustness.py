"""``groupinf robustness``: the fewest rows whose removal flips a prediction, a sign or a significance."""

from __future__ import annotations

import click

from groupinf.cli.command import Command
from groupinf.cli.options import Count, config_argument, jobs_option, out_option, overrides_option, progress_options


@click.command(cls=Command)
@config_argument
@click.option(
    "--top", type=Count(min=1), metavar="N", default=20, show_default=True, help="How many statements are printed."
)
@overrides_option
@jobs_option
@out_option("run")
@progress_options
def robustness(
    config: str, top: int, overrides: tuple[str, ...], jobs: int | None, out: str, quiet: bool, verbose: bool
) -> None:
    """Find the fewest training rows that flip a result.

    CONFIG is the YAML file of a study of robustness, or of group effects, whose groups are left aside: the predictions
    of its test points, and the signs of its coefficients. Every flip is that of an exact refit, and where it can be
    proven how few rows could do it, that is told beside.
    """
    from groupinf.studies.load import load_config

    loaded = load_config(config, overrides)
    import groupinf
    from groupinf.cli.progress import shown
    from groupinf.cli.results import print_robustness
    from groupinf.studies.robustness.of_groups import study_of_robustness

    derived = study_of_robustness(loaded)
    with shown(quiet=quiet, verbose=verbose) as progress:
        run = groupinf.run_experiment(derived, out=out, jobs=jobs, progress=progress)
    print_robustness(run, top)
