"""The pool of an .npz file of data: X_pool, y_pool and, where they are there, sample_weight_pool."""

from __future__ import annotations

import numpy as np

from groupinf.datasets.dataset import Features, PoolRows, Task
from groupinf.datasets.own.npz_arrays import Arrays, features_of, vector, weights_of
from groupinf.datasets.rows.features import SPARSE_PARTS, check_finite
from groupinf.datasets.rows.labels import check_sizes, encode_targets
from groupinf.errors import DataError
from groupinf.wording import counted

SPARSE_POOL = tuple(f"X_pool_{piece}" for piece in SPARSE_PARTS)
POOL = ("X_pool", "y_pool", "sample_weight_pool", "row_key_pool", *SPARSE_POOL)


def pool_of(arrays: Arrays, X_train: Features, names: tuple[str, ...], task: Task, file: str) -> PoolRows | None:
    """Return the pool, None where the file has none of its arrays.

    Raises DataError, naming the file and the array, where one is missing, of another shape or type than it must be, or
    holds values with which nothing can be computed.
    """
    if not any(name in arrays for name in POOL):
        return None
    X = features_of(arrays, "X_pool", file)
    if isinstance(X, np.ndarray) != isinstance(X_train, np.ndarray):
        raise DataError(f"{file}: X_pool: expected it dense or sparse as X_train is, found one of each")
    if X.shape[1] != X_train.shape[1]:
        expected = f"expected {counted(X_train.shape[1], 'column')} as in X_train"
        raise DataError(f"{file}: X_pool: {expected}, found shape {X.shape}")
    check_finite(X, names, f"{file}: X_pool")
    y = vector(arrays, "y_pool", X.shape[0], "X_pool", file)
    weights = weights_of(arrays, "sample_weight_pool", y.size, "X_pool", file)
    check_sizes(weights, f"{file}: sample_weight_pool")
    return PoolRows(X, encode_targets(arrays["y_train"], y, task, file, "y_pool").y_test, weights)
