"""Features with standard deviation 1 over the training rows."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from groupinf.datasets.choice.left import FeatureScale
from groupinf.errors import DataError

if TYPE_CHECKING:
    from groupinf.datasets.dataset import Dataset, Features


if TYPE_CHECKING:
    from sklearn.preprocessing import StandardScaler


def standardised(dataset: Dataset, where: str) -> Dataset:
    """Return (x − mean)/sd of every feature, mean and sd (ddof 0) over the training rows, which count alike.

    A sparse matrix stays sparse: x/sd. With a free intercept that is the same model. A feature
    that is constant over the training rows has no sd: it is not scaled.
    Raises DataError, opened by ``where`` and naming the feature, where its variance overflows.
    """
    from sklearn.preprocessing import StandardScaler

    from groupinf.datasets.files.mapped_rows import slices_of
    from groupinf.datasets.rows.features import check_finite

    scaler = StandardScaler(with_mean=isinstance(dataset.X_train, np.ndarray))
    names, pool = dataset.feature_names, dataset.pool
    with np.errstate(over="ignore", invalid="ignore"):
        X_train = dataset.X_train
        for part in slices_of(X_train) if isinstance(X_train, np.ndarray) else (X_train,):
            scaler.partial_fit(part)
        overflowing = np.flatnonzero(~np.isfinite(np.asarray(scaler.scale_)))
        if overflowing.size:
            name = names[int(overflowing[0])]
            raise DataError(f"{where}: feature {name!r}: expected a finite variance to standardise by, found none")

        def scaled(X: Features, rows: str) -> Features:
            X = _transformed(scaler, X)
            check_finite(X, names, f"{where}: standardised {rows} rows")
            return X

        moved = dataset.with_features(
            scaled(dataset.X_train, "training"),
            scaled(dataset.X_test, "test"),
            None if pool is None else scaled(pool.X, "pool"),
        )
        sd = np.asarray(scaler.scale_, dtype=np.float64)
        mean = np.asarray(scaler.mean_, dtype=np.float64) if scaler.with_mean else np.zeros_like(sd)
        return replace(moved, feature_scale=FeatureScale(mean, sd))


def _transformed(scaler: StandardScaler, X: Features) -> Features:
    from scipy import sparse

    from groupinf.datasets.files.mapped_rows import is_mapped, slices_of, written

    if not isinstance(X, np.ndarray):
        return sparse.csr_array(scaler.transform(X))
    if is_mapped(X):
        return written(map(scaler.transform, slices_of(X)), X.shape)
    return np.ascontiguousarray(scaler.transform(X))
