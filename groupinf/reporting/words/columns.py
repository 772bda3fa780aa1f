"""What every column of the data became, for the report and its page."""

from __future__ import annotations

from collections.abc import Sequence

from groupinf.datasets.column_use import shown
from groupinf.reporting.words.formats import markdown, named, one_line
from groupinf.reporting.words.markdown import table_lines
from groupinf.studies.group_effects.manifest import GroupEffectsManifest
from groupinf.wording import counted

# Columns that a report lists; the manifest has them all.
MOST_LISTED = 200

HEADINGS = ("column", "use", "values", "warning")


def column_rows(manifest: GroupEffectsManifest) -> tuple[list[Sequence[str]], int]:
    """Return a row of texts under ``HEADINGS`` for each column that is listed, and the number of the others."""
    uses, more = shown(manifest.columns, MOST_LISTED)
    return [(named(use.name), use.role, one_line(use.words), one_line(use.warning)) for use in uses], more


def more_columns(more: int) -> str:
    """Return the line that counts the columns left out, empty where there are none."""
    return f"{counted(more, 'more column is', 'more columns are')} in manifest.json." if more else ""


def columns_markdown(manifest: GroupEffectsManifest) -> list[str]:
    """Return the section of a written report; nothing for data that are no table."""
    rows, more = column_rows(manifest)
    if not rows:
        return []
    lines = [HEADINGS, ["---"] * len(HEADINGS), *([markdown(cell) for cell in row] for row in rows)]
    return ["## Columns", table_lines(lines), *filter(None, [more_columns(more)])]
