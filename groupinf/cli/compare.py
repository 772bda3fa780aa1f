"""``groupinf compare``: several runs side by side."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from groupinf.experiments.result import Run


@click.command()
@click.argument("run_dir", nargs=-1, required=True, type=click.Path())
@click.option("-o", "--output", metavar="FILE", help="Also write the page that compares them, as FILE.html.")
def compare(run_dir: tuple[str, ...], output: str | None) -> None:
    """Compare finished runs.

    RUN_DIR is the folder of a run, or of a sweep, which stands for all its runs. They are shown in the order given.
    """
    import shutil

    from groupinf.reporting.comparison import comparison_text
    from groupinf.reporting.html.write import write_page

    if output is not None and not output.endswith(".html"):
        raise click.BadParameter(f"expected a name that ends in .html, found {output}", param_hint="'--output'")
    runs = [run for path in dict.fromkeys(Path(name).resolve() for name in run_dir) for run in _runs(path)]
    if len(runs) < 2:
        raise click.UsageError("expected two different runs or more, found one; groupinf report shows one run")
    click.echo(comparison_text(runs, shutil.get_terminal_size((100, 24)).columns).rstrip())
    if output is not None:
        title = " and ".join(dict.fromkeys(str(run.manifest["name"]) for run in runs))
        click.echo(f"\nPage: {write_page(runs, title, Path(output))}")


def _runs(path: Path) -> tuple[Run, ...]:
    from groupinf.experiments.run import load_run
    from groupinf.experiments.sweep_result import SWEEP, load_sweep

    return load_sweep(path).runs if (path / SWEEP).exists() else (load_run(path),)
