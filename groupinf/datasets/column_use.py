"""What a column of a table became in a dataset, and what about it its owner may not have meant."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from groupinf.wording import counted

Role = Literal["number", "categories", "target", "weight", "row key", "split", "dropped", "index"]

# How many columns a list for a reader shows, how many warnings stand among the notes, and how many columns one names.
MOST_SHOWN = 30
MOST_WARNINGS = 5
MOST_NAMED = 10


@dataclass(frozen=True)
class ColumnUse:
    """A column, the part that it plays, its values in words, how many of them were filled in, and a warning.

    ``stated`` says that the file itself decides the part, by what pandas wrote beside the data. ``read_as`` is the type
    of a column whose values are read otherwise than they are stored, empty for the others.
    """

    name: str
    role: Role
    detail: str = ""
    imputed: int = 0
    warning: str = ""
    stated: bool = False
    read_as: str = ""

    @property
    def words(self) -> str:
        """The values and how many were imputed."""
        filled = f"{self.imputed:,} imputed" if self.imputed else ""
        return "; ".join(part for part in (self.detail, filled) if part)


def column_notes(uses: Sequence[ColumnUse], most: int = MOST_WARNINGS) -> tuple[str, ...]:
    """Return what the user should know of the columns: an index that is no feature, and the first warnings.

    Columns of which the same is to be said share a note.
    """
    index, others = (
        _together([use for use in uses if (use.role == "index") == is_index]) for is_index in (True, False)
    )
    more = sum(len(names) for names in list(others.values())[most:])
    notes = [f"{_columns(names)}: {warning}" for warning, names in (*index.items(), *list(others.items())[:most])]
    told = f"{counted(more, 'more column has', 'more columns have')} such a warning; the report lists them"
    return (*notes, *((told,) if more else ()))


def _together(uses: Sequence[ColumnUse]) -> dict[str, list[str]]:
    names: dict[str, list[str]] = {}
    for use in uses:
        if use.warning:
            names.setdefault(use.warning, []).append(use.name)
    return names


def _columns(names: Sequence[str]) -> str:
    if len(names) == 1:
        return f"column {names[0]}"
    more = len(names) - MOST_NAMED
    return f"each of the columns {', '.join(names[:MOST_NAMED])}" + (f" and {more:,} more" if more > 0 else "")


def shown(uses: Sequence[ColumnUse], most: int = MOST_SHOWN) -> tuple[Sequence[ColumnUse], int]:
    """Return the uses that a list shows, and the number of the others.

    Those with a warning are the first to have a place, dropped ones the last.
    """
    if len(uses) <= most:
        return uses, 0
    first = sorted(range(len(uses)), key=lambda i: (not uses[i].warning, uses[i].role == "dropped", i))[:most]
    return [uses[i] for i in sorted(first)], len(uses) - most
