"""``groupinf status``: how far a run is."""

from __future__ import annotations

from pathlib import Path

import click

from groupinf.cli.options import run_dir_argument


@click.command()
@run_dir_argument
def status(run_dir: str) -> None:
    """Say which blocks of a run are done, running or failed, and how long the rest will take.

    RUN_DIR is the folder of the run, or of a sweep.
    """
    from groupinf.experiments.folders import each_run
    from groupinf.experiments.status import status_of, status_text

    click.echo("\n".join(map(status_text, each_run(Path(run_dir), status_of))))
