"""What commands print of results, on standard output."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from groupinf.studies.group_effects.result import Run, Sweep


def width() -> int:
    """Columns of the terminal, or as many as a file gets."""
    return shutil.get_terminal_size((100, 24)).columns


def typed(path: Path) -> Path:
    """The path as one would type it here: relative where it lies below the working directory."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path


def print_run(run: Run) -> None:
    """Print what a run of its kind says of itself, and where its report is."""
    from groupinf.reporting.registry import REPORTS

    report = REPORTS[run.manifest.study]
    _print(report.text(run, width()), run.path / report.page)


def print_points(run: Run, most: int) -> None:
    """Print which training rows matter most to each test point, at most so many of each end."""
    from groupinf.reporting.standing import PAGE_NAME
    from groupinf.reporting.tables.points import points_text

    _print(points_text(run, most, width()), run.path / PAGE_NAME)


def print_suspects(run: Run) -> None:
    """Print the rows of a run most likely mislabelled."""
    from groupinf.reporting.standing import PAGE_NAME
    from groupinf.reporting.tables.suspects import FILE, suspects_text

    table = f"Table: {typed(run.path / 'tables' / FILE)}"
    _print(suspects_text(run, width()), run.path / PAGE_NAME, table)


def print_robustness(run: Any, most: int) -> None:
    """Print which statements the fewest rows flip, at most so many of them."""
    from groupinf.reporting.robustness.tables import robustness_text
    from groupinf.reporting.standing import PAGE_NAME

    _print(robustness_text(run, width(), most), run.path / PAGE_NAME)


def print_sweep(sweep: Sweep, *places: str) -> None:
    """Print the table of a sweep, then ``places``, lines that say where files are, and where its report is."""
    from groupinf.reporting.registry import SWEEP_REPORTS
    from groupinf.reporting.standing import PAGE_NAME

    _print(SWEEP_REPORTS[sweep.manifest.study].text(sweep, width()), sweep.path / PAGE_NAME, *places)


def _print(table: str, page: Path, *places: str) -> None:
    click.echo("\n".join([table.rstrip(), "", *places, f"Report: {typed(page)}"]))
