"""Training rows that become test rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from groupinf.datasets.choice.every_class import check_training_rows
from groupinf.datasets.config_error import DatasetConfigError

if TYPE_CHECKING:
    from groupinf.datasets.dataset import Dataset


KEY = ("dataset", "test_rows")


def with_test_rows(dataset: Dataset, rows: Sequence[int]) -> Dataset:
    """Return the dataset with some training rows as test rows, after the others and in this order.

    Raises DatasetConfigError where there is no such row, or the others lack a class.
    """
    from groupinf.datasets.rows.rearranged import parts_of, rearranged

    beyond = next((row for row in rows if row >= dataset.n), None)
    if beyond is not None:
        hint = ", one more than the last: rows count from 0" if beyond == dataset.n else ""
        raise DatasetConfigError(f"expected training rows 0 to {dataset.n - 1}, found {beyond}{hint}", KEY)
    train, test, pool = parts_of(dataset)
    taken = np.array(rows, dtype=np.int64)
    left = np.setdiff1d(train, taken)
    check_training_rows(dataset, left, KEY)
    return rearranged(dataset, left, np.concatenate([test, taken]), pool)
