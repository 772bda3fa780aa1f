"""What every column of a user's table became, and what about it its owner may not have meant."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from groupinf.datasets.own.table.looks import looks_of_categories, looks_of_numbers
from groupinf.datasets.own.table.table import Parsed, Table
from groupinf.wording import counted, number

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


def use_as_feature(table: Table, column: str, parsed: Parsed) -> ColumnUse:
    """Return the use of a column as numbers or categories."""
    return ColumnUse(
        name=column,
        role="categories" if parsed.is_text else "number",
        detail=_values(parsed),
        imputed=int(parsed.missing.sum()),
        warning="" if _settled(table, column) else _warning(table, column, parsed),
        stated=column in table.categories and column not in table.reading.categorical and table.states_numbers(column),
    )


def uses_of(
    table: Table, features: Iterable[ColumnUse], parts: Mapping[str, Role], classes: int
) -> tuple[ColumnUse, ...]:
    """Return the use of every column in the order of the file; ``parts`` says what is no feature."""
    found = {use.name: use for use in features}
    for name, role in parts.items():
        found[name] = ColumnUse(name, role, stated=role == "index")
        if role == "target":
            found[name] = ColumnUse(name, role, f"{classes:,} classes" if classes else _values(table.parsed(name)))
        if role == "weight":
            found[name] = ColumnUse(name, role, _values(table.parsed(name)))
    return tuple(found[name] for name in (*table.columns, *table.unusable) if name in found)


def column_notes(uses: Sequence[ColumnUse], most: int = MOST_WARNINGS) -> tuple[str, ...]:
    """Return what the user should know of the columns: an index that is no feature, and the first warnings."""
    index = [use.name for use in uses if use.role == "index"]
    notes = []
    if index:
        which = "column " + index[0] if len(index) == 1 else "columns " + ", ".join(index)
        notes.append(f"{which}: the index that pandas wrote, no feature; list it under numeric to make it one")
    warned = [f"column {use.name}: {use.warning}" for use in uses if use.warning]
    more = len(warned) - most
    told = f"{counted(more, 'more column has', 'more columns have')} such a warning; the report lists them"
    return (*notes, *warned[:most], *((told,) if more > 0 else ()))


def shown(uses: Sequence[ColumnUse], most: int = MOST_SHOWN) -> tuple[Sequence[ColumnUse], int]:
    """Return the uses that a list shows, those with a warning first of all, and the number of the others."""
    if len(uses) <= most:
        return uses, 0
    first = sorted(range(len(uses)), key=lambda i: (not uses[i].warning, i))[:most]
    return [uses[i] for i in sorted(first)], len(uses) - most


def _settled(table: Table, column: str) -> bool:
    return table.is_category(column) or column in table.reading.numeric


def _warning(table: Table, column: str, parsed: Parsed) -> str:
    known = parsed.values[~parsed.missing]
    if parsed.is_text:
        return looks_of_categories(known, table.reading.decimal, table.files[0].unit)
    texts = table.columns[column] if table.files[0].unit == "line" else ()
    return looks_of_numbers(column, known, texts)


def _values(parsed: Parsed) -> str:
    return _categories(parsed.values[~parsed.missing]) if parsed.is_text else _numbers(parsed)


def _numbers(parsed: Parsed) -> str:
    known = parsed.values[~parsed.missing]
    return f"{_number(known.min())} to {_number(known.max())}" if known.size else "no values"


def _number(value: Any) -> str:
    return str(int(value)) if isinstance(value, np.bool_ | np.integer) else number(float(value), 6)


def _categories(values: NDArray[np.object_]) -> str:
    if not values.size:
        return "no values"
    counts = Counter(values.tolist())
    rarest, rows = min(counts.items(), key=lambda item: (item[1], str(item[0])))
    found = counted(len(counts), "category", "categories")
    return f"{found}, rarest {str(rarest)[:40]!r} with {counted(rows, 'row')}"
