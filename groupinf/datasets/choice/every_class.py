"""What every choice of training rows must leave."""

from __future__ import annotations

from typing import TYPE_CHECKING

from groupinf.config.reader import Key
from groupinf.datasets.config_error import DatasetConfigError

if TYPE_CHECKING:
    from groupinf.datasets.dataset import Dataset
    from groupinf.datasets.rows.rearranged import Rows


def check_training_rows(dataset: Dataset, train: Rows, key: Key) -> None:
    """Refuse training rows of which none, or none of some class, has a positive weight.

    Raises DatasetConfigError at the ``key`` that chose them.
    """
    y, weight = dataset.y_train[train], dataset.sample_weight_train[train]
    if not weight.any():
        raise DatasetConfigError("expected to leave a training row with a positive weight, found none left", key)
    for code, label in enumerate(dataset.classes):
        if not weight[y == code].any():
            expected = "expected to leave every class a training row with a positive weight"
            raise DatasetConfigError(f"{expected}, found none of class {label!r} left", key)
