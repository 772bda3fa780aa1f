"""``groupinf status``: how far a run is."""

from __future__ import annotations

import click


@click.command()
@click.argument("run_dir", type=click.Path())
def status(run_dir: str) -> None:
    """Say which blocks of a run are done, running or failed, and how long the rest will take.

    RUN_DIR is the folder of the run, or of a sweep.
    """
    from pathlib import Path

    from groupinf.experiments.folders import each_run
    from groupinf.experiments.status import status_of, status_text

    click.echo("\n".join(map(status_text, each_run(Path(run_dir), status_of))))
