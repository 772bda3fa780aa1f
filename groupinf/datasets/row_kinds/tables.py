"""Rows that are rows of a table: columns with values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from groupinf.datasets.row_kinds.row_kind import Array, Entries, Entry, FeatureFacts, RowKind
from groupinf.wording import number


class Tables(RowKind):
    """Rows of a table, of which a column may have become several features, one 0/1 for each of its values."""

    name: ClassVar = "tables"
    order: ClassVar = "the columns in which a row differs most from the test row first, with its value in brackets"

    kind: Literal["tables"] = "tables"

    @property
    def in_text(self) -> str:
        """What they are."""
        return "rows of a table"

    def drawn(self, row: Array, of: FeatureFacts, beside: Array | None, most: int) -> Entries:
        """The columns in which the row is farthest from the other one, or from the mean where there is none, in
        standard deviations: √Σ((x_j − x'_j)/σ_j)² over the features of a column; of ties the first.
        """
        spread = np.where(of.deviation > 0.0, of.deviation, 1.0)
        away = ((row - (of.mean if beside is None else beside)) / spread) ** 2
        columns = features_by_column(of.columns)
        far = np.array([away[features].sum() for features in columns.values()])
        names, order = list(columns), np.argsort(-far, kind="stable")
        shown = tuple(
            Entry(
                names[k],
                value_of(row, columns[names[k]], of),
                "" if beside is None else value_of(beside, columns[names[k]], of),
            )
            for k in order[:most]
        )
        return Entries(shown, max(0, len(names) - most))


def features_by_column(columns: Sequence[str]) -> dict[str, NDArray[np.int64]]:
    """The features of each column, in the order in which the columns come."""
    found: dict[str, list[int]] = {}
    for j, column in enumerate(columns):
        found.setdefault(column, []).append(j)
    return {column: np.array(features, dtype=np.int64) for column, features in found.items()}


def value_of(row: Array, features: NDArray[np.int64], of: FeatureFacts) -> str:
    """What a row has in a column: the number of a feature that is the column, else the value whose feature is not 0.

    A feature is called by its column, one character, and its value. Of a column of two values, which has a feature for
    the second alone, the first is that it is not the second.
    """
    first = int(features[0])
    column, name = of.columns[first], of.names[first]
    if column == name:
        return number(float(row[first]))
    values = [of.names[j][len(column) + 1 :] for j in features if row[j] != 0.0]
    if values:
        return ", ".join(values)
    return f"not {name[len(column) + 1 :]}" if features.size == 1 else "another"
