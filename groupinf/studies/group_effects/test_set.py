"""The whole test set of a dataset, as evaluations ask for rows of it by their columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from groupinf.datasets.dataset import Dataset
from groupinf.datasets.unknown_column import unknown_column
from groupinf.groups.by_value import rows_by_value
from groupinf.numerics.losses.loss import Loss
from groupinf.numerics.objective import Rows


@dataclass(frozen=True)
class TestSetByColumn:
    """The test rows of a dataset, and the ``loss`` that is fitted; the rows of a column are told once and then kept."""

    __test__: ClassVar[bool] = False  # not a pytest class

    dataset: Dataset
    loss: Loss
    _told: dict[tuple[str, ...], Mapping[str, Rows]] = field(default_factory=dict, init=False, repr=False)

    @property
    def y(self) -> NDArray[np.float64]:
        """The labels."""
        return self.dataset.y_test.astype(np.float64)

    @property
    def classes(self) -> tuple[str, ...]:
        """As text."""
        return tuple(str(label) for label in self.dataset.classes)

    def problem(self, columns: tuple[str, ...]) -> str | None:
        """A column that test rows do not have, or that they have none at all."""
        return column_problem(columns, self.dataset)

    def sets(self, columns: tuple[str, ...]) -> Mapping[str, Rows]:
        """By the rule of groups and sets of test points."""
        if columns not in self._told:
            found = rows_by_value(self.dataset.test_columns, columns)
            self._told[columns] = {value.name: value.rows for value in found.values}
        return self._told[columns]


def column_problem(columns: tuple[str, ...], dataset: Dataset) -> str | None:
    """What is wrong with names of columns of the test rows; None where nothing is."""
    if not dataset.test_columns:
        return f"expected data with columns of their test rows, found {dataset.name}, which has none"
    absent = next((name for name in columns if name not in dataset.test_columns), None)
    return None if absent is None else unknown_column(absent, dataset.test_columns, dataset.uses)
