"""The first training or test rows, as they come."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from groupinf.datasets.choice.every_class import check_training_rows
from groupinf.datasets.config_error import DatasetConfigError
from groupinf.wording import counted

if TYPE_CHECKING:
    from groupinf.datasets.dataset import Dataset


KEY, TEST_KEY = ("dataset", "first_rows"), ("dataset", "first_test_rows")


def first_rows(dataset: Dataset, count: int) -> Dataset:
    """Return the dataset with its first so many training rows.

    Raises DatasetConfigError where there are fewer, or these lack a class.
    """
    from groupinf.datasets.rows.rearranged import parts_of, rearranged

    if count > dataset.n:
        expected = f"expected at most the {counted(dataset.n, 'training row')} that there are"
        raise DatasetConfigError(f"{expected}, found {count:,}", KEY)
    train, test, pool = parts_of(dataset)
    check_training_rows(dataset, train[:count], KEY)
    return rearranged(dataset, train[:count], test, pool)


def first_test_rows(dataset: Dataset, count: int, moved: int) -> Dataset:
    """Return the dataset with its first so many test rows and the last ``moved``, which were training rows.

    Raises DatasetConfigError where there are fewer.
    """
    from groupinf.datasets.rows.rearranged import parts_of, rearranged

    own = dataset.n_test - moved
    if count > own:
        expected = f"expected at most the {counted(own, 'test row')} that there are"
        raise DatasetConfigError(f"{expected}, found {count:,}", TEST_KEY)
    train, test, pool = parts_of(dataset)
    return rearranged(dataset, train, np.concatenate([test[:count], test[own:]]), pool)
