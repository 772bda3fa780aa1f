"""The command ``groupinf``."""

from __future__ import annotations

import click

from groupinf.cli.collect import collect
from groupinf.cli.compare import compare
from groupinf.cli.data import data
from groupinf.cli.errors import Commands
from groupinf.cli.evaluate import evaluate
from groupinf.cli.experiment import experiment
from groupinf.cli.figure import figure
from groupinf.cli.prepare import prepare
from groupinf.cli.report import report
from groupinf.cli.schema import schema
from groupinf.cli.status import status
from groupinf.cli.submit import submit
from groupinf.cli.sweep import sweep
from groupinf.cli.validate import validate
from groupinf.cli.verify import verify


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
