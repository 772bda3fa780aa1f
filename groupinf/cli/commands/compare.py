"""``groupinf compare``: several runs side by side."""

from __future__ import annotations

from pathlib import Path

import click

from groupinf.cli.command import Command


@click.command(cls=Command)
@click.argument("run_dir", nargs=-1, required=True, type=click.Path())
@click.option("-o", "--output", metavar="FILE", help="Also write the page that compares them, as FILE.html.")
def compare(run_dir: tuple[str, ...], output: str | None) -> None:
    """Compare finished runs.

    RUN_DIR is the folder of a run, or of a sweep, which stands for all its runs. They are shown in the order given.
    """
    from groupinf.cli.results import typed, width
    from groupinf.reporting.html.write import write_page
    from groupinf.reporting.sources import load_source
    from groupinf.reporting.tables.comparison import comparison_text
    from groupinf.reporting.words.choices import title_line
    from groupinf.wording import listed

    if output is not None and not output.endswith(".html"):
        raise click.BadParameter(f"expected a name that ends in .html, found {output}", param_hint="'--output'")
    folders = {Path(name).resolve(): Path(name) for name in run_dir}  # each once, called as it was given
    runs = [run for path in folders.values() for run in load_source(path).runs]
    if len(runs) < 2:
        raise click.UsageError("expected two different runs or more, found one; groupinf report shows one run")
    click.echo(comparison_text(runs, width()).rstrip())
    if output is not None:
        title = listed(dict.fromkeys(title_line(run) for run in runs))
        click.echo(f"\nPage: {typed(write_page(runs, title, Path(output)))}")
