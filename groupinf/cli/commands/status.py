"""``groupinf status``: how far a run is."""

from __future__ import annotations

from pathlib import Path

import click

from groupinf.cli.command import Command
from groupinf.cli.options import run_dir_argument


@click.command(cls=Command)
@run_dir_argument
def status(run_dir: str) -> None:
    """Say which blocks of a run are done, running or failed, and how long the rest will take.

    RUN_DIR is the folder of the run, or of a sweep.

    A block counts as done by the name of its file, and other files are not looked at: groupinf verify reads them.
    """
    from groupinf.experiments.status import folder_text

    click.echo(folder_text(Path(run_dir)))
