"""What a command prints of a run, on standard output."""

from __future__ import annotations

import shutil

import click

from groupinf.experiments.result import Run


def print_results(run: Run) -> None:
    """Print the Spearman table of a run, which ends with the convention, and where its report is."""
    from groupinf.reporting.html.write import PAGE_NAME
    from groupinf.reporting.terminal import spearman_text

    text = spearman_text(run, shutil.get_terminal_size((100, 24)).columns)
    click.echo(f"{text.rstrip()}\n\nReport: {run.path / PAGE_NAME}")
