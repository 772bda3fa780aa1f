"""``groupinf schema``: the JSON Schema of a configuration."""

from __future__ import annotations

import click

from groupinf.cli.command import Command


@click.command(cls=Command)
def schema() -> None:
    """Print the JSON Schema of configurations.

    Editors that know it check a configuration as it is typed.
    """
    import json

    from groupinf.studies.load import json_schema

    click.echo(json.dumps(json_schema(), indent=2))
