"""Options that several commands share."""

from __future__ import annotations

import click

overrides_option = click.option(
    "--set",
    "overrides",
    multiple=True,
    metavar="KEY=VALUE",
    help="Override one key, e.g. --set groups.sizes.num=10 (repeatable). VALUE is YAML; list entries count from 0.",
)
