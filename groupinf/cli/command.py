"""A command that computes."""

from __future__ import annotations

from typing import Any

import click

from groupinf.cli.errors import terminable
from groupinf.experiments.workers.libraries import prepare_libraries


class Command(click.Command):
    """A command that, once its arguments are read, runs until it is told to end.

    What it needs of the numerical libraries it loads itself, where a limit leaves memory for them.
    """

    def invoke(self, ctx: click.Context) -> Any:
        """See that there is memory for the libraries, and run the command."""
        prepare_libraries()
        with terminable():
            return super().invoke(ctx)


class Group(click.Group):
    """Commands that compute, under a name in common."""

    command_class = Command
