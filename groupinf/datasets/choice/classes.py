"""Rows of some classes alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from groupinf.datasets.choice.matching import code_of
from groupinf.datasets.config_error import DatasetConfigError

if TYPE_CHECKING:
    from groupinf.datasets.dataset import Dataset


KEY = ("dataset", "classes")


def of_classes(dataset: Dataset, labels: Sequence[str], moved: int = 0) -> Dataset:
    """Return the training, test and pool rows with one of these labels, which are its classes in their old order.

    The last ``moved`` test rows are those that a configuration has named one by one.
    Raises DatasetConfigError where there are no classes, a label is none of them or is named twice, no test row has
    one of them, or one of the rows that were named has another.
    """
    from groupinf.datasets.rows.rearranged import parts_of, rearranged

    if not dataset.classes:
        raise DatasetConfigError(f"expected classes only of classification, found {dataset.name}, a regression", KEY)
    codes = [code_of(label, dataset.classes, (*KEY, i)) for i, label in enumerate(labels)]
    twice = next((i for i, code in enumerate(codes) if code in codes[:i]), None)
    if twice is not None:
        first = labels[codes.index(codes[twice])]
        raise DatasetConfigError(f"expected each class once, found {labels[twice]!r} after {first!r}", (*KEY, twice))
    kept = np.sort(codes)
    y = np.concatenate([dataset.y_train, dataset.y_test, *([] if dataset.pool is None else [dataset.pool.y])])
    train, test, pool = (rows[np.isin(y[rows], kept)] for rows in parts_of(dataset))
    _check_test_rows(dataset, kept, test.size, moved)
    left = rearranged(dataset, train, test, pool)
    return replace(
        left,
        y_train=np.searchsorted(kept, left.y_train),
        y_test=np.searchsorted(kept, left.y_test),
        pool=None if left.pool is None else replace(left.pool, y=np.searchsorted(kept, left.pool.y)),
        classes=tuple(dataset.classes[code] for code in kept),
    )


def _check_test_rows(dataset: Dataset, kept: NDArray[np.int64], left: int, moved: int) -> None:
    others = np.flatnonzero(~np.isin(dataset.y_test[dataset.n_test - moved :], kept))
    if others.size:
        label = dataset.classes[int(dataset.y_test[dataset.n_test - moved + others[0]])]
        raise DatasetConfigError(
            f"expected rows of the classes that are kept, found one of class {label!r}",
            ("dataset", "test_rows", int(others[0])),
        )
    if not left:
        raise DatasetConfigError("expected classes that a test row has, found none in the test rows", KEY)
