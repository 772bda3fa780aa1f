"""``groupinf figure``: figures of papers, and of the theory of one, from finished runs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from groupinf.cli.command import Command
from groupinf.wording import listed

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from matplotlib.figure import Figure

    from groupinf.reporting.drawing.figures import FileFormat
    from groupinf.reporting.sources import Source


def _print_all(context: click.Context, _: click.Parameter, wanted: bool) -> None:
    """A line for each figure: its name and what it shows."""
    if wanted:
        from groupinf.reporting.figures import FIGURES

        longest = max(map(len, FIGURES))
        click.echo("\n".join(f"{figure.name:<{longest}}  {figure.shows}" for figure in FIGURES.values()))
        context.exit()


@click.command(cls=Command)
@click.argument("name", metavar="NAME")
@click.argument("run_dirs", metavar="RUN_DIR...", nargs=-1, required=True, type=click.Path())
@click.option("--list", is_flag=True, is_eager=True, expose_value=False, callback=_print_all, help="Print all figures.")
@click.option("-o", "--output", metavar="FILE", help="Where to write the figure; .svg, .pdf or .png says how.")
@click.option("--as-published", is_flag=True, help="With the factors that the authors applied and did not tell.")
def figure(name: str, run_dirs: tuple[str, ...], output: str | None, as_published: bool) -> None:
    """Draw a figure of the paper, of its theory, or of another paper.

    NAME is one of those that --list prints: figure-1 to figure-c11 of the paper, cones, bounds, spectrum and spread of
    runs with theory: true, koh-liang-... of Koh and Liang 2017, liu-... of Liu et al. RUN_DIR... are folders of runs or
    sweeps, in the order in which they are to be shown. Missing folders of FILE are made.
    """
    from groupinf.experiments.folder.files import write_atomically
    from groupinf.reporting.drawing.figures import figure_bytes
    from groupinf.reporting.figures import FIGURES
    from groupinf.reporting.sources import load_source

    file, ending = _file_for(name, output)
    wanted = FIGURES[name]
    draw = _published(name) if as_published else wanted.draw
    drawn = draw([load_source(Path(path), wanted.kind) for path in run_dirs])
    write_atomically(file, figure_bytes(drawn, ending))
    click.echo(f"Figure: {file}")


def _published(name: str) -> Callable[[Sequence[Source]], Figure]:
    """What draws the figure as published; raises UsageError where that is what it always does."""
    from groupinf.reporting.figures import FIGURES

    draw = FIGURES[name].as_published
    if draw is None:
        those = listed((figure.name for figure in FIGURES.values() if figure.as_published), "or")
        raise click.UsageError(
            f"--as-published: expected {those}, whose authors applied factors that they do not tell, found {name}: "
            "leave the option out"
        )
    return draw


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
