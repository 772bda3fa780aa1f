"""The page as a file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from groupinf.experiments.folder.files import write_atomically
from groupinf.reporting.html.page import page_html
from groupinf.reporting.html.section import PngOf
from groupinf.reporting.html.sections.every_group import drawn_png
from groupinf.studies.group_effects.result import Run


def write_page(runs: Sequence[Run], title: str, path: Path, png: PngOf = drawn_png, notes: Sequence[str] = ()) -> Path:
    """Write the page of the runs to ``path``, whole or not at all; return ``path``.

    ``png`` gives the figure of a run and method, for a page without plotly; ``notes`` stand below what was run.
    """
    write_atomically(path, page_html(runs, title, png=png, notes=notes).encode())
    return path
