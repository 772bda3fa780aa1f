"""The command ``groupinf``."""

from __future__ import annotations

import click

from groupinf.cli.data import data
from groupinf.cli.errors import Commands
from groupinf.cli.experiment import experiment
from groupinf.cli.report import report
from groupinf.cli.schema import schema
from groupinf.cli.validate import validate


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="groupinf", message="%(prog)s %(version)s")
def main() -> None:
    """Measure how well influence functions predict the effect of removing groups of training points."""


for _command in (experiment, validate, report, schema, data):
    main.add_command(_command)
