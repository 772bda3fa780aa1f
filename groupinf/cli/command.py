"""A command that computes."""

from __future__ import annotations

from typing import Any

import click

from groupinf.cli.errors import terminable
from groupinf.experiments.workers.libraries import load_libraries


class Command(click.Command):
    """A command that, once its arguments are read, loads the numerical libraries and runs until it is told to end.

    Until they are loaded SIGTERM ends the process at once: code that waits in a library runs no handler of Python.
    """

    def invoke(self, ctx: click.Context) -> Any:
        """Load the libraries and run the command."""
        load_libraries()
        with terminable():
            return super().invoke(ctx)


class Group(click.Group):
    """Commands that compute, under a name in common."""

    command_class = Command
