"""``groupinf figure``: figures of the paper and of its theory from finished runs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from groupinf.cli.command import Command

if TYPE_CHECKING:
    from groupinf.reporting.drawing.figures import FileFormat


@click.command(cls=Command)
@click.argument("name", metavar="NAME")
@click.argument("run_dirs", metavar="RUN_DIR...", nargs=-1, required=True, type=click.Path())
@click.option("-o", "--output", metavar="FILE", help="Where to write the figure; .svg, .pdf or .png says how.")
def figure(name: str, run_dirs: tuple[str, ...], output: str | None) -> None:
    """Draw a figure of the paper, or of its theory.

    NAME is figure-1 (influence), figure-2 (Newton), figure-3 (counterexamples), figure-c1 (other test points),
    figure-c2 and figure-c3 (regularisation) or figure-c4 (three predictions); of natural groups figure-4 (what goes
    with their influence), figure-c5 to figure-c7 (labelling functions: actual effects, coverage, precision) or
    figure-c8 to figure-c11 (contributed rows: actual effects, their number, all genres at once, their number by genre);
    of runs with theory: true cones (self-loss between the slopes of Proposition 3), bounds (errors and their bounds),
    spectrum (eigenvalues of D(w)) or spread (what goes with rank correlations); of Koh and Liang 2017 koh-liang-6
    (wrong labels found and put right). RUN_DIR... are folders of runs or
    sweeps, in the order in which they are to be shown. Folders of FILE that are missing are made.
    """
    from groupinf.experiments.folder.files import write_atomically
    from groupinf.reporting.drawing.figures import figure_bytes
    from groupinf.reporting.figures import FIGURES
    from groupinf.reporting.sources import load_source

    file, ending = _file_for(name, output)
    wanted = FIGURES[name]
    drawn = wanted.draw([load_source(Path(path), wanted.kind) for path in run_dirs])
    write_atomically(file, figure_bytes(drawn, ending))
    click.echo(f"Figure: {file}")


def _file_for(name: str, output: str | None) -> tuple[Path, FileFormat]:
    """Where to write, and how; raises UsageError with all that is wrong with the arguments."""
    from groupinf.reporting.drawing.figures import FILE_FORMATS
    from groupinf.reporting.figures import FIGURES
    from groupinf.wording import did_you_mean

    faults = []
    if name not in FIGURES:
        faults.append(f"NAME: expected one of {', '.join(FIGURES)}, found {name!r}{did_you_mean(name, FIGURES)}")
    ending = next((e for e in FILE_FORMATS if output is not None and Path(output).suffix.lower() == f".{e}"), None)
    if ending is None:
        found = "nothing" if output is None else repr(output)
        faults.append(f"-o: expected a file that ends in .svg, .pdf or .png, found {found}")
    if output is None or ending is None or faults:
        raise click.UsageError("\n".join(faults))
    return Path(output), ending
