"""What is fitted: a model that is linear in its parameters."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from groupinf.datasets.dataset import Dataset, Features
from groupinf.numerics.intercept import Intercept
from groupinf.numerics.losses.loss import Loss
from groupinf.numerics.row_space import is_reduced


@dataclass(frozen=True)
class LinearModel:
    """A loss of scores xᵀθ, and an intercept among θ or none."""

    loss: Loss
    intercept: Intercept = Intercept.FREE

    def size(self, dataset: Dataset) -> int:
        """P: parameters that are worked with, in coordinates of the rows' span where these are fewer than features."""
        X = fitted_rows(dataset)
        features = X.shape[0] if is_reduced(X) else dataset.d
        return (features + self.intercept.columns) * self.loss.outputs


def fitted_rows(dataset: Dataset) -> Features:
    """Features of the training rows and, below them, of the pool."""
    pool = dataset.pool
    if pool is None:
        return dataset.X_train
    if isinstance(dataset.X_train, np.ndarray):
        return np.vstack([dataset.X_train, np.asarray(pool.X)])
    stacked: sparse.csr_array = sparse.vstack(
        [dataset.X_train, sparse.csr_array(pool.X)], format="csr", dtype=np.float64
    )
    return stacked
