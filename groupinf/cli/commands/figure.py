"""``groupinf figure``: the paper's figures from finished runs."""

from __future__ import annotations

from pathlib import Path

import click

from groupinf.cli.command import Command


@click.command(cls=Command)
@click.argument("name", metavar="NAME")
@click.argument("run_dirs", metavar="RUN_DIR...", nargs=-1, required=True, type=click.Path())
@click.option(
    "-o", "--output", required=True, metavar="FILE", help="Where to write the figure; .svg, .pdf or .png says how."
)
def figure(name: str, run_dirs: tuple[str, ...], output: str) -> None:
    """Draw a figure of the paper.

    NAME is figure-1 (influence), figure-2 (Newton), figure-c1 (other test points), figure-c2 and figure-c3
    (regularisation) or figure-c4 (three predictions). RUN_DIR... are folders of runs or sweeps, in the order in which
    they are to be shown. Folders of FILE that are missing are made.
    """
    from groupinf.experiments.folder.files import write_atomically
    from groupinf.reporting.drawing.figures import FILE_FORMATS, figure_bytes
    from groupinf.reporting.paper.figures import FIGURES
    from groupinf.reporting.sources import load_source

    if name not in FIGURES:
        raise click.BadParameter(f"expected one of {', '.join(FIGURES)}, found {name!r}", param_hint="NAME")
    ending = next((e for e in FILE_FORMATS if Path(output).suffix.lower() == f".{e}"), None)
    if ending is None:
        raise click.BadParameter(f"expected a file that ends in .svg, .pdf or .png, found {output!r}", param_hint="-o")
    drawn = FIGURES[name].draw([load_source(Path(path)) for path in run_dirs])
    write_atomically(Path(output), figure_bytes(drawn, ending))
    click.echo(f"Figure: {output}")
