"""The names of one column of the data, or of several."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, Field

from groupinf.config.section import distinct


def _one_or_several(value: object) -> object:
    """The name of a column, or a list of distinct ones; a list of one is that one."""
    if isinstance(value, str):
        return value
    if not isinstance(value, list | tuple):
        raise ValueError(f"expected text, found {value!r}; the names of several columns are a list of texts")
    if not value or not all(isinstance(name, str) for name in value):
        raise ValueError(f"expected the name of a column, or a list of names, each a text, found {list(value)!r}")
    names = distinct(tuple(value))
    return names[0] if len(names) == 1 else names


ColumnNames = Annotated[str | Annotated[tuple[str, ...], Field(min_length=1)], BeforeValidator(_one_or_several)]


def names_of(column: ColumnNames) -> tuple[str, ...]:
    """The names of one column or of several."""
    return (column,) if isinstance(column, str) else column
