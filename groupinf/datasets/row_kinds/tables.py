"""Rows that are rows of a table: columns with values."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Annotated, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import AfterValidator, Field

from groupinf.config.section import distinct
from groupinf.datasets.row_kinds.row_kind import Array, Entries, Entry, FeatureFacts, RowKind
from groupinf.wording import number

# between the name of a column and a value of it, in the name of a feature: as tables write it, and as loaders do
_BETWEEN = ("=", "_")


class Tables(RowKind):
    """Rows of a table. Each value of the columns ``one_hot`` is a 0/1 feature, called COLUMN=VALUE or COLUMN_VALUE."""

    name: ClassVar = "tables"
    order: ClassVar = "the columns in which a row differs most from the test row first, with its value in brackets"

    kind: Literal["tables"] = "tables"
    one_hot: Annotated[tuple[str, ...], Field(strict=False), AfterValidator(distinct)] = ()

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


def columns_of(names: Sequence[str], one_hot: Collection[str]) -> tuple[str, ...]:
    """The column that each feature came from: of the columns ``one_hot`` that whose name begins its own, by the longest
    name; of other features its own name.

    >>> columns_of(["age", "sex=male", "day_mon", "day_tue"], ["sex", "day"])
    ('age', 'sex', 'day', 'day')
    """
    longest_first = sorted(one_hot, key=len, reverse=True)
    beginnings = [(f"{column}{sign}", column) for column in longest_first for sign in _BETWEEN]
    return tuple(next((column for start, column in beginnings if name.startswith(start)), name) for name in names)


def features_by_column(columns: Sequence[str]) -> dict[str, NDArray[np.int64]]:
    """The features of each column, in the order in which the columns come."""
    found: dict[str, list[int]] = {}
    for j, column in enumerate(columns):
        found.setdefault(column, []).append(j)
    return {column: np.array(features, dtype=np.int64) for column, features in found.items()}


def value_of(row: Array, features: NDArray[np.int64], of: FeatureFacts) -> str:
    """What a row has in a column: the number of a feature that is the column, else the value whose feature is not 0.

    Of a column of two values, which has a feature for the second alone, the first is that it is not the second.
    """
    first = int(features[0])
    column, name = of.columns[first], of.names[first]
    if column == name:
        return number(float(row[first]))
    values = [of.names[j][len(column) + 1 :] for j in features if row[j] != 0.0]
    if values:
        return ", ".join(values)
    return f"not {name[len(column) + 1 :]}" if features.size == 1 else "another"
