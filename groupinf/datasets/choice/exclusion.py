"""Training rows that are left out, by what they hold."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from groupinf.config.reader import Key
from groupinf.datasets.choice.every_class import check_training_rows
from groupinf.datasets.choice.matching import code_of, holding
from groupinf.datasets.choice.options import Condition
from groupinf.datasets.config_error import DatasetConfigError
from groupinf.datasets.unknown_column import unknown_column

if TYPE_CHECKING:
    from groupinf.datasets.dataset import Dataset


KEY = ("dataset", "exclude")


def without(dataset: Dataset, conditions: Sequence[Condition], keep: int) -> Dataset:
    """Return the dataset without the training rows for which all conditions hold, but for the last ``keep`` of them.

    Raises DatasetConfigError where a column, value or label is not in the data, no row is left out, or the rows that
    are left lack a class.
    """
    from groupinf.datasets.rows.rearranged import parts_of, rearranged

    held = [_holds(dataset, condition, (*KEY, i)) for i, condition in enumerate(conditions)]
    found = np.flatnonzero(np.logical_and.reduce(held))
    if not found.size:
        raise DatasetConfigError("expected conditions that hold together for a training row, found none", KEY)
    if keep >= found.size:
        expected = f"expected fewer than the {found.size:,} training rows for which the conditions hold"
        raise DatasetConfigError(f"{expected}, found {keep:,}", ("dataset", "keep"))
    train, test, pool = parts_of(dataset)
    left = np.setdiff1d(train, found[: found.size - keep])
    check_training_rows(dataset, left, KEY)
    return rearranged(dataset, left, test, pool)


def _holds(dataset: Dataset, condition: Condition, key: Key) -> NDArray[np.bool_]:
    """For which training rows a condition holds: (n,)."""
    if condition.label is not None:
        if not dataset.classes:
            return holding(dataset.y_train.astype(object), condition.label, (*key, "label"))
        return np.asarray(dataset.y_train == code_of(condition.label, dataset.classes, (*key, "label")))
    assert condition.column is not None  # the schema wants one of the two
    assert condition.equals is not None
    if not dataset.columns:
        raise DatasetConfigError(f"expected data with columns, found {dataset.name}, which has none", (*key, "column"))
    if condition.column not in dataset.columns:
        raise DatasetConfigError(unknown_column(condition.column, dataset.columns, dataset.uses), (*key, "column"))
    return holding(dataset.columns[condition.column], condition.equals, (*key, "equals"))
