"""Training rows that are moved into the pool."""

from __future__ import annotations

import numpy as np

from groupinf.datasets.choice.rearranged import Rows, parts_of, rearranged
from groupinf.datasets.dataset import Dataset


def with_pool(dataset: Dataset, rows: Rows) -> Dataset:
    """Return the dataset with these training rows below those that the pool has, with their weights and columns.

    Features stay scaled as they are. Whoever chooses the rows looks that the others have every class
    (``check_training_rows``).
    """
    train, test, pool = parts_of(dataset)
    return rearranged(dataset, np.setdiff1d(train, rows), test, np.concatenate([pool, rows]))
