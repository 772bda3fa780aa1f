"""The one place where errors become messages and exit statuses."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

import click

from groupinf.errors import GroupinfError
from groupinf.experiments.workers.memory import memory_in_words

# what shells report for a command that a signal ended
INTERRUPTED, TERMINATED = 128 + signal.SIGINT, 128 + signal.SIGTERM


def show_error(error: GroupinfError) -> int:
    """Print ``Error: message`` on standard error; return the exit status that goes with it."""
    click.echo(f"Error: {error}", err=True)
    return error.exit_code


class Terminated(KeyboardInterrupt):
    """The process was asked to end, as batch systems do before they kill it: handled like an interrupt."""


@contextmanager
def terminable() -> Iterator[None]:
    """Turn SIGTERM into an exception for as long as the context lasts, so that workers end and work is kept.

    Where whoever started the process has had it ignored it stays so, as SIGINT does: workers ignore it too.
    """

    def terminate(number: int, frame: FrameType | None) -> None:
        raise Terminated

    before = signal.getsignal(signal.SIGTERM)
    if before != signal.SIG_IGN:
        signal.signal(signal.SIGTERM, terminate)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


class Commands(click.Group):
    """A group of commands in which an error that the user can mend is one message, never a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the chosen command."""
        try:
            with memory_in_words():
                return super().invoke(ctx)
        except GroupinfError as e:
            ctx.exit(show_error(e))
        except KeyboardInterrupt as e:
            terminated = isinstance(e, Terminated)
            what = "Terminated" if terminated else "Interrupted"
            click.echo(f"{what}. What a run has stored is kept: the same command again resumes it.", err=True)
            ctx.exit(TERMINATED if terminated else INTERRUPTED)
        except BrokenPipeError:  # the reader of the output has gone: click ends quietly
            raise
        except OSError as e:  # a full disk, a folder that may not be written
            where = f"{e.filename}: " if e.filename else ""
            ctx.exit(show_error(GroupinfError(f"{where}{e.strerror or e}")))
