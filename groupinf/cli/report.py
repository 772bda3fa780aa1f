"""``groupinf report``: tables, figures and the page again, from what a run has stored."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.argument("run_dir", type=click.Path())
def report(run_dir: str) -> None:
    """Make the report of a run or of a sweep again.

    RUN_DIR is its folder; tables, figures and the page come from what is stored there.
    """
    import groupinf
    from groupinf.cli.results import print_results
    from groupinf.experiments.sweep_result import SWEEP
    from groupinf.reporting.report import write_report

    if (Path(run_dir) / SWEEP).exists():
        _sweep_report(Path(run_dir))
        return
    run = groupinf.load_run(run_dir)
    write_report(run)
    print_results(run)


def _sweep_report(path: Path) -> None:
    import shutil

    import joblib

    from groupinf.experiments.sweep_result import load_sweep
    from groupinf.reporting.html.write import PAGE_NAME
    from groupinf.reporting.sweep_table import sweep_text, write_sweep_report

    sweep = load_sweep(path)
    write_sweep_report(sweep, joblib.cpu_count())
    click.echo(
        f"{sweep_text(sweep, shutil.get_terminal_size((100, 24)).columns).rstrip()}\n\nReport: {path / PAGE_NAME}"
    )
