"""The one place where errors become messages and exit statuses."""

from __future__ import annotations

from typing import Any

import click

from groupinf.errors import GroupinfError

INTERRUPTED = 130  # what shells report for a command that was interrupted


def show_error(error: GroupinfError) -> int:
    """Print ``Error: message`` on standard error; return the exit status that goes with it."""
    click.echo(f"Error: {error}", err=True)
    return error.exit_code


class Commands(click.Group):
    """A group of commands in which an error that the user can mend is one message, never a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the chosen command."""
        try:
            return super().invoke(ctx)
        except GroupinfError as e:
            ctx.exit(show_error(e))
        except KeyboardInterrupt:
            click.echo("Interrupted. The same command again resumes an unfinished run.", err=True)
            ctx.exit(INTERRUPTED)
        except BrokenPipeError:  # the reader of the output has gone: click ends quietly
            raise
        except OSError as e:  # a full disk, a folder that may not be written
            where = f"{e.filename}: " if e.filename else ""
            ctx.exit(show_error(GroupinfError(f"{where}{e.strerror or e}")))
