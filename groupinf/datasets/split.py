"""A seeded split of rows into training and test rows."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def split_rows(rows: int, test_fraction: float, seed: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the sorted indices of the training and of the test rows, drawn uniformly and not stratified.

    The test part has ``round(rows * test_fraction)`` rows; either part may come out empty.
    """
    order = np.random.default_rng(seed).permutation(rows)
    n_test = round(rows * test_fraction)
    return np.sort(order[n_test:]).astype(np.int64), np.sort(order[:n_test]).astype(np.int64)
