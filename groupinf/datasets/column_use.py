"""What a column of a table became in a dataset, and what about it its owner may not have meant."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from groupinf.wording import counted

Role = Literal["number", "categories", "target", "weight", "row key", "split", "dropped", "index"]

# How many columns a list for a reader shows, and how many warnings stand among the notes.
MOST_SHOWN = 30
MOST_WARNINGS = 5


@dataclass(frozen=True)
class ColumnUse:
    """A column, the part that it plays, its values in words, how many of them were filled in, and a warning.

    ``stated`` says that the file itself decides the part, by what pandas wrote beside the data.
    """

    name: str
    role: Role
    detail: str = ""
    imputed: int = 0
    warning: str = ""
    stated: bool = False

    @property
    def words(self) -> str:
        """The values and how many were imputed."""
        filled = f"{self.imputed:,} imputed" if self.imputed else ""
        return "; ".join(part for part in (self.detail, filled) if part)


def column_notes(uses: Sequence[ColumnUse], most: int = MOST_WARNINGS) -> tuple[str, ...]:
    """Return what the user should know of the columns: every index that is no feature, and the first warnings."""
    index = [f"column {use.name}: {use.warning}" for use in uses if use.role == "index" and use.warning]
    warned = [f"column {use.name}: {use.warning}" for use in uses if use.role != "index" and use.warning]
    more = len(warned) - most
    told = f"{counted(more, 'more column has', 'more columns have')} such a warning; the report lists them"
    return (*index, *warned[:most], *((told,) if more > 0 else ()))


def shown(uses: Sequence[ColumnUse], most: int = MOST_SHOWN) -> tuple[Sequence[ColumnUse], int]:
    """Return the uses that a list shows, and the number of the others.

    Those with a warning are the first to have a place, dropped ones the last.
    """
    if len(uses) <= most:
        return uses, 0
    first = sorted(range(len(uses)), key=lambda i: (not uses[i].warning, uses[i].role == "dropped", i))[:most]
    return [uses[i] for i in sorted(first)], len(uses) - most
