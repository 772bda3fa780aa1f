"""``groupinf schema``: the JSON Schema of a configuration."""

from __future__ import annotations

import click

from groupinf.cli.command import Command


@click.command(cls=Command)
@click.option("--study", metavar="NAME", help="Kind of study; default: that of configurations that name none.")
def schema(study: str | None) -> None:
    """Print the JSON Schema of configurations.

    Editors that know it check a configuration as it is typed.
    """
    import json

    from groupinf.studies.load import json_schema
    from groupinf.studies.registry import DEFAULT

    click.echo(json.dumps(json_schema(DEFAULT if study is None else study), indent=2))
