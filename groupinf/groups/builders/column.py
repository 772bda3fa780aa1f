"""A user's own groups: one for each value of columns of the data."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np

from groupinf.config.column_names import ColumnNames, names_of
from groupinf.config.section import PositiveInt, Problem
from groupinf.datasets.unknown_column import unknown_column
from groupinf.errors import DataError
from groupinf.groups.builders.builder import Builder
from groupinf.groups.by_value import (
    BY_VALUE,
    ByValue,
    Gaps,
    column_kind,
    rows_by_value,
    value_words,
)
from groupinf.wording import counted

if TYPE_CHECKING:
    from groupinf.datasets.dataset import Dataset
    from groupinf.groups.groups import Built, Group
    from groupinf.groups.source import GroupSource


class Column(Builder):
    """One group for each value of a column of the data, or for each combination of the values of several."""

    name: ClassVar = "column"
    natural: ClassVar = True
    needs_sizes: ClassVar = False
    versions: ClassVar = BY_VALUE

    builder: Literal["column"] = "column"
    column: ColumnNames
    min_size: PositiveInt = 1
    missing: Gaps = None

    def build(self, source: GroupSource, rng: np.random.Generator) -> Built:
        """One group of kind ``column NAME`` for each value held by at least ``min_size`` training rows.

        NAME is the column's name, so that several columns are kinds of their own; of two columns ``NAME, NAME``, with
        a group for each combination of values that rows have. Nothing is random. Groups are ordered and named by
        value, as ``rows_by_value`` says. Notes count the values left out and the rows without a value. Raises DataError
        where the data lack the column or no value has enough rows.
        """
        return self._built(source.dataset)

    def known_groups(self, dataset: Dataset) -> tuple[Group, ...]:
        """Those of the values."""
        return self._built(dataset).groups

    def _built(self, dataset: Dataset) -> Built:
        from groupinf.groups.groups import Built, Group

        columns, words, names = dataset.columns, dataset.row_words, names_of(self.column)
        absent = next((name for name in names if name not in columns), None)
        if absent is not None:
            raise DataError(f"column {absent!r}: the data have no such column to group by")
        found = self._rows(dataset)
        kept = [value for value in found.values if value.rows.size >= self.min_size]
        kind = column_kind(names)
        if not kept:
            raise DataError(f"{kind}: no value is held by at least {words.counted(self.min_size)}")
        left_out = len(found.values) - len(kept)
        note = (
            f"{kind}: {left_out} of {counted(len(found.values), 'value')} "
            f"{'has' if left_out == 1 else 'have'} fewer than {counted(self.min_size, 'row')} and were left out"
        )
        groups = tuple(Group(kind, value.rows, value.words, name=value.name) for value in kept)
        return Built(groups, (*self.notes(dataset), *((note,) if left_out else ())))

    def check(self, dataset: Dataset) -> Problem | None:
        """A column that the data lack; no row with a value; a ``min_size`` that no value reaches."""
        if not dataset.columns:
            return Problem(
                "column", f"expected data with columns to group by; {dataset.name} has none: leave out this builder"
            )
        for column in names_of(self.column):
            if column not in dataset.columns:
                return Problem("column", unknown_column(column, dataset.columns, dataset.uses))
        found = self._rows(dataset)
        if not found.values:
            return Problem(
                "column", f"expected a {dataset.row_words.one} with a value, found {found.gaps:,} without one"
            )
        largest = max(value.rows.size for value in found.values)
        if largest < self.min_size:
            expected = f"expected at most {largest}, the rows of the most frequent value"
            return Problem("min_size", f"{expected}, found {self.min_size}")
        return None

    def most_groups(self, dataset: Dataset, sizes: int, test_points: int) -> int:
        """One for each value."""
        return len(self._rows(dataset).values)

    def notes(self, dataset: Dataset) -> tuple[str, ...]:
        """What becomes of rows without a value, and which values differ in blanks alone."""
        return value_words(self.column, self._rows(dataset), self.missing, dataset.row_words, "group")

    def _rows(self, dataset: Dataset) -> ByValue:
        return rows_by_value(dataset.columns, self.column, self.missing)
