"""A command that computes."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click

from groupinf.cli.errors import terminable
from groupinf.experiments.workers.libraries import prepare_libraries

# objects that are made before garbage is looked for among them: with Python's own 700, that takes 7 % of the time of a
# short run, most of it among what libraries make when they are imported, and finds next to nothing
_GARBAGE_AFTER = 5_000
# pydantic reads what every installed package says of itself for plugins of its own, a twentieth of the time in which
# a configuration is checked; commands use none
_NO_PLUGINS = ("PYDANTIC_DISABLE_PLUGINS", "__all__")


@contextmanager
def _seldom_looking_for_garbage() -> Iterator[None]:
    before = gc.get_threshold()
    gc.set_threshold(_GARBAGE_AFTER, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)


class Command(click.Command):
    """A command that, once its arguments are read, runs until it is told to end.

    What it needs of the numerical libraries it loads itself, where a limit leaves memory for them.
    """

    def invoke(self, ctx: click.Context) -> Any:
        """See that there is memory for the libraries, and run the command."""
        prepare_libraries()
        os.environ.setdefault(*_NO_PLUGINS)
        with terminable(), _seldom_looking_for_garbage():
            return super().invoke(ctx)


class Group(click.Group):
    """Commands that compute, under a name in common."""

    command_class = Command
