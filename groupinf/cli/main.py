"""The command ``groupinf``."""

from __future__ import annotations

import click

from groupinf.cli.commands.collect import collect
from groupinf.cli.commands.compare import compare
from groupinf.cli.commands.data import data
from groupinf.cli.commands.evaluate import evaluate
from groupinf.cli.commands.experiment import experiment
from groupinf.cli.commands.figure import figure
from groupinf.cli.commands.points import points
from groupinf.cli.commands.prepare import prepare
from groupinf.cli.commands.rank import rank
from groupinf.cli.commands.report import report
from groupinf.cli.commands.robustness import robustness
from groupinf.cli.commands.schema import schema
from groupinf.cli.commands.status import status
from groupinf.cli.commands.submit import submit
from groupinf.cli.commands.suspects import suspects
from groupinf.cli.commands.sweep import sweep
from groupinf.cli.commands.validate import validate
from groupinf.cli.commands.verify import verify
from groupinf.cli.errors import Commands


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="groupinf", message="%(prog)s %(version)s")
def main() -> None:
    """Measure how well influence functions predict the effect of removing groups of training points."""


for _command in (
    experiment,
    evaluate,
    figure,
    validate,
    report,
    compare,
    rank,
    points,
    suspects,
    robustness,
    schema,
    data,
    submit,
    sweep,
    prepare,
    collect,
    status,
    verify,
):
    main.add_command(_command)
