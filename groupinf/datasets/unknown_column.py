"""What is wrong with the name of a column that the data do not have."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from groupinf.datasets.column_use import ColumnUse
from groupinf.wording import did_you_mean

# names of columns that an error lists
MOST_LISTED = 30


def unknown_column(column: str, columns: Iterable[str], uses: Sequence[ColumnUse]) -> str:
    """What is wrong with a column that is none of ``columns``: its type, where the data have it; else its name."""
    from groupinf.datasets.rows.labels import shortened

    kind = next((use.detail for use in uses if use.name == column), None)
    if kind is not None:
        return f"expected a column of numbers, bools, text, dates or times, found {column!r}, whose type is {kind}"
    names = sorted(columns)
    return f"expected one of {shortened(list(names), MOST_LISTED)}, found {column!r}{did_you_mean(column, names)}"
