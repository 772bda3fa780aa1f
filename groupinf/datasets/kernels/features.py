"""Features Φ whose inner products are those of a kernel: ΦΦᵀ = K on the training rows.

With K = UΛUᵀ they are Φ = UΛ^½, and k(x, X)UΛ^(−½) of any other row x: what of it is outside of the span of the
training rows meets no weight. Rows of a pool are among those that K is made of, as they may be added to these.
Eigenvalues below the rounding of K are dropped.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from groupinf.datasets.kernels.kernel import Array, Kernel
from groupinf.errors import DataError
from groupinf.wording import counted

if TYPE_CHECKING:
    from groupinf.datasets.dataset import Dataset, Features


# K and its eigenvectors are each at most so large: 16,384 rows
KERNEL_BYTES = 2 * 2**30
# K, its eigenvectors, and what finding them works with
MATRICES = 4


def with_kernel(dataset: Dataset, kernel: Kernel) -> Dataset:
    """The dataset with Φ in the place of its features.

    Raises DataError, with the memory that it would take, where there are too many rows.
    """
    from scipy import linalg

    X = _rows(dataset)
    m = X.shape[0]
    if 8 * m**2 > KERNEL_BYTES:
        most = int(np.sqrt(KERNEL_BYTES / 8))
        raise DataError(
            f"expected at most {most:,} training rows, those of a pool among them, found {m:,}: their kernel and its "
            f"eigenvectors would take {MATRICES * 8 * m**2 / 10**9:.1f} GB"
        )
    made = kernel.at(X)
    values, U = linalg.eigh(made.values(X, X), check_finite=False)
    kept = np.flatnonzero(values > m * np.finfo(np.float64).eps * max(float(values[-1]), 0.0))[::-1]
    values, U = values[kept], U[:, kept]
    phi = np.ascontiguousarray(U * np.sqrt(values))
    train, pool = phi[: dataset.n], dataset.pool
    moved = dataset.with_features(
        np.ascontiguousarray(train),
        _outside(made.values(dataset.X_test, X), U, values),
        None if pool is None else np.ascontiguousarray(phi[dataset.n :]),
    )
    return replace(
        moved,
        feature_names=tuple(f"kernel feature {j}" for j in range(values.size)),
        made_by_kernel=f"{counted(values.size, 'feature')} of the {made.in_text} take the place of those of the data",
        feature_columns=(),
        feature_scale=None,
    )


def _rows(dataset: Dataset) -> Features:
    from scipy import sparse

    if dataset.pool is None:
        return dataset.X_train
    if isinstance(dataset.X_train, np.ndarray):
        return np.vstack([dataset.X_train, np.asarray(dataset.pool.X)])
    return sparse.csr_array(sparse.vstack([dataset.X_train, sparse.csr_array(dataset.pool.X)], format="csr"))


def _outside(K: Array, U: Array, values: Array) -> Array:
    return np.ascontiguousarray(K @ U / np.sqrt(values))
