"""The files of a written report: its tables, its figures, its text and one page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from matplotlib.figure import Figure

from groupinf.experiments.folder.files import write_atomically
from groupinf.reporting.drawing.figures import write_figure
from groupinf.reporting.standing import PAGE_NAME, REPORT_NAME


def write_files(
    folder: Path,
    tables: Mapping[str, str],
    figures: Mapping[str, Figure],
    report: str,
    page: Callable[[Mapping[str, bytes]], str],
) -> Path:
    """Write report.md, which is returned, report.html, tables/ and figures/*.{png,svg}, each whole or not at all.

    ``tables`` are by the names of their files, ``figures`` by those without the ending; the ``page`` is made of their
    PNG files.
    """
    for name, text in tables.items():
        write_atomically(folder / "tables" / name, text.encode())
    drawn = {name: write_figure(folder, name, figure) for name, figure in figures.items()}
    write_atomically(folder / REPORT_NAME, report.encode())
    write_atomically(folder / PAGE_NAME, page(drawn).encode())
    return folder / REPORT_NAME
