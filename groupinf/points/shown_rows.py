"""The rows that are shown one by one, with their plain features."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

Features = NDArray[np.float64] | sparse.csr_array


@dataclass(frozen=True)
class ShownRows:
    """X (k, d) of the training rows ``rows`` (k,) and X_test (m, d) of the ``test_rows`` (m,), before they are
    standardised or made by a kernel, with the names of the features and the columns that they were made from, where the
    data are a table.
    """

    rows: NDArray[np.int64]
    X: Features
    test_rows: NDArray[np.int64]
    X_test: Features
    feature_names: tuple[str, ...]
    feature_columns: tuple[str, ...] = ()
