"""Features with standard deviation 1 over the training rows."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy import sparse
from sklearn.preprocessing import StandardScaler

from groupinf.datasets.dataset import Features
from groupinf.datasets.rows.features import check_finite
from groupinf.errors import DataError


def standardised(X_train: Features, X_test: Features, names: Sequence[str], file: str) -> tuple[Features, Features]:
    """Return (x − mean)/sd of every feature, mean and sd (ddof 0) over the training rows, which count alike.

    A sparse matrix stays sparse: x/sd. With a free intercept that is the same model. A feature
    that is constant over the training rows has no sd: it is not scaled.
    Raises DataError, naming it, where a feature's variance overflows.
    """
    scaler = StandardScaler(with_mean=isinstance(X_train, np.ndarray))
    with np.errstate(over="ignore", invalid="ignore"):
        scaler.fit(X_train)
        scale = np.asarray(scaler.scale_)
        overflowing = np.flatnonzero(~np.isfinite(scale))
        if overflowing.size:
            name = names[int(overflowing[0])]
            raise DataError(f"{file}: feature {name!r}: expected a finite variance to standardise by, found none")
        scaled = [_same_kind(scaler.transform(X)) for X in (X_train, X_test)]
    for part, X in zip(("training", "test"), scaled, strict=True):
        check_finite(X, names, f"{file}: standardised {part} rows")
    return scaled[0], scaled[1]


def _same_kind(X: Features | sparse.csr_matrix) -> Features:
    return np.ascontiguousarray(X) if isinstance(X, np.ndarray) else sparse.csr_array(X)
