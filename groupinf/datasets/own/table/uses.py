"""The use of every column of a user's table, with a warning where it looks like something else than it is read as."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from groupinf.datasets.column_use import ColumnUse, Role
from groupinf.datasets.own.table.column_looks import (
    blanks_around,
    looks_of_categories,
    looks_of_numbers,
    looks_of_thousands,
)
from groupinf.datasets.own.table.table import Parsed, Table
from groupinf.datasets.own.table.times import readings_of_time
from groupinf.wording import counted, number

LONGEST = 40  # characters of a category that are shown

# The share of a feature's values that are filled in from which on its owner is told.
MANY_GAPS = 0.2


def use_as_feature(table: Table, column: str, parsed: Parsed) -> ColumnUse:
    """Return the use of a column as numbers or categories."""
    return ColumnUse(
        name=column,
        role="categories" if parsed.is_text else "number",
        detail=_values(parsed),
        imputed=int(parsed.missing.sum()),
        warning=_blanks(parsed) or _looks(table, column, parsed) or _gaps(table, column, parsed),
        stated=column in table.categories and column not in table.reading.categorical and table.states_numbers(column),
    )


def uses_of(
    table: Table, features: Iterable[ColumnUse], parts: Mapping[str, Role], classes: int
) -> tuple[ColumnUse, ...]:
    """Return the use of every column in the order of the file; ``parts`` says what is no feature."""
    found = {use.name: use for use in features}
    for name, role in parts.items():
        found[name] = ColumnUse(name, role, table.unusable.get(name, ""), warning=_dropped(table, name, role))
        if role in ("target", "weight"):
            parsed = table.parsed(name)
            detail = f"{classes:,} classes" if classes and role == "target" else _values(parsed)
            found[name] = ColumnUse(name, role, detail, warning=_blanks(parsed) or _thousands(table, name, parsed))
        if role == "index":
            found[name] = ColumnUse(name, role, warning=_index(table, name), stated=True)
    return tuple(
        replace(found[name], read_as=table.read_as.get(name, ""))
        for name in (*table.columns, *table.unusable)
        if name in found
    )


def _dropped(table: Table, column: str, role: Role) -> str:
    """The warning about a column that is dropped though its values have been said to be of some kind."""
    said = next((key for key in ("categorical", "numeric") if column in getattr(table.reading, key)), "")
    if role != "dropped" or not said or column in table.unusable:
        return ""
    return f"dropped, though {said} lists it too: that decides only how it makes groups"


def _index(table: Table, column: str) -> str:
    """What an index is and what could be made of it."""
    found = "the index that pandas wrote, no feature"
    if column in table.unusable:
        return found
    if column in table.dates:
        return f"{found}; list it under {readings_of_time(table.dates[column])} to make it one"
    if table.parsed(column).is_text:
        return f"{found}; set row_key to it to name rows by it, or list it under categorical to make it one"
    return f"{found}; list it under numeric to make it one"


def _blanks(parsed: Parsed) -> str:
    return blanks_around(parsed.values[~parsed.missing]) if parsed.is_text else ""


def _looks(table: Table, column: str, parsed: Parsed) -> str:
    if table.is_category(column) or column in table.reading.numeric:  # it has been said what it is
        return ""
    known, reading = parsed.values[~parsed.missing], table.reading
    if parsed.is_text:
        return looks_of_categories(known, reading.decimal, table.is_text, reading.not_missing)
    texts = table.columns[column] if table.is_text else ()
    return looks_of_numbers(column, known, texts, reading.decimal)


def _thousands(table: Table, column: str, parsed: Parsed) -> str:
    """The one look that a target or a weight may have."""
    if parsed.is_text or not table.is_text or column in table.reading.numeric:
        return ""
    return looks_of_thousands(table.columns[column], table.reading.decimal)


def _gaps(table: Table, column: str, parsed: Parsed) -> str:
    """The warning where a large share of a column is filled in, perhaps because a category is read as a gap."""
    if parsed.missing.sum() < MANY_GAPS * parsed.missing.size:
        return ""
    if parsed.is_text and table.is_text:
        written = {str(text).strip() for text in table.columns[column][parsed.missing]}
        marker = written.pop() if len(written) == 1 else ""
        if marker.lower() in table.reading.usual - table.reading.markers - {""}:
            return f"{_FILLED}, all of them {marker!r}; if it is a value, set not_missing: [{marker!r}]"
    return _FILLED


_FILLED = "a fifth or more of the values are missing and were filled in"


def _values(parsed: Parsed) -> str:
    known = parsed.values[~parsed.missing]
    if not known.size:
        return "no values"
    return _categories(known) if parsed.is_text else f"{_number(known.min())} to {_number(known.max())}"


def _number(value: Any) -> str:
    return str(int(value)).replace("-", "−") if isinstance(value, np.bool_ | np.integer) else number(float(value), 6)


def _categories(values: NDArray[np.object_]) -> str:
    counts = Counter(values.tolist())
    rarest, rows = min(counts.items(), key=lambda item: (item[1], str(item[0])))
    found = counted(len(counts), "category", "categories")
    return f"{found}, {'rarest ' if len(counts) > 1 else ''}{str(rarest)[:LONGEST]!r} with {counted(rows, 'row')}"
