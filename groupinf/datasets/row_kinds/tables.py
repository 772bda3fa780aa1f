"""Rows that are rows of a table: columns with values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from groupinf.datasets.row_kinds.row_kind import Array, Entries, Entry, FeatureFacts, RowKind
from groupinf.wording import number

# a value of another row that reads as the row's own
SAME = "same"


class Tables(RowKind):
    """Rows of a table, of which a column may have become several features, one 0/1 for each of its values."""

    name: ClassVar = "tables"
    order: ClassVar = (
        "the columns that link a row with the test row most, in which both are far from the mean of the rows shown, "
        "with the value of the test row in brackets"
    )

    kind: Literal["tables"] = "tables"

    @property
    def in_text(self) -> str:
        """What they are."""
        return "rows of a table"

    def drawn(self, row: Array, of: FeatureFacts, beside: Array | None, most: int) -> Entries:
        """The columns that link the row with the other one most: |Σ z_j z'_j| over the features of a column, with z and
        z' both rows' distances to the mean in standard deviations. By itself those in which it is farthest from the
        mean, z' = z. Of ties the first.
        """
        spread = np.where(of.deviation > 0.0, of.deviation, 1.0)
        other = row if beside is None else beside
        links = (row - of.mean) * (other - of.mean) / spread**2
        columns = features_by_column(of.columns)
        linked = np.array([abs(links[features].sum()) for features in columns.values()])
        names, order = list(columns), np.argsort(-linked, kind="stable")
        shown = tuple(_entry(names[k], row, columns[names[k]], of, beside) for k in order[:most])
        return Entries(shown, max(0, len(names) - most))


def _entry(column: str, row: Array, features: NDArray[np.int64], of: FeatureFacts, beside: Array | None) -> Entry:
    value = value_of(row, features, of)
    if beside is None:
        return Entry(column, value)
    other = value_of(beside, features, of)
    return Entry(column, value, SAME if other == value else other)


def features_by_column(columns: Sequence[str]) -> dict[str, NDArray[np.int64]]:
    """The features of each column, in the order in which the columns come."""
    found: dict[str, list[int]] = {}
    for j, column in enumerate(columns):
        found.setdefault(column, []).append(j)
    return {column: np.array(features, dtype=np.int64) for column, features in found.items()}


def value_of(row: Array, features: NDArray[np.int64], of: FeatureFacts) -> str:
    """What a row has in a column: the number of a feature that is the column, else the value whose feature is not 0.

    A feature is called by its column, one character, and its value. Of a column of two values, which has a feature for
    the second alone, the first is that it is not the second where no more is known.
    """
    first = int(features[0])
    column, name = of.columns[first], of.names[first]
    if column == name:
        return number(float(row[first]))
    values = [of.names[j][len(column) + 1 :] for j in features if row[j] != 0.0]
    if values:
        return ", ".join(values)
    return of.left_out.get(column, f"not {name[len(column) + 1 :]}") if features.size == 1 else "another"
