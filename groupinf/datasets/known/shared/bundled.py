"""What the datasets that scikit-learn brings along share."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from groupinf.datasets.dataset import Dataset
from groupinf.datasets.rows.labels import encode_targets
from groupinf.datasets.rows.origins import RowOrigins
from groupinf.datasets.rows.split import split_rows

TEST_FRACTION = 0.2


def split_bundled(
    name: str, X: NDArray[np.float64], y: NDArray[Any], feature_names: Iterable[str], seed: int, standardise: bool
) -> Dataset:
    """Return an 80/20 split of the rows; standardised features have mean 0 and deviation 1 over the training rows.

    The source is the sha256 of the rows before that: there is no file of the user's.
    """
    train, test = split_rows(len(y), TEST_FRACTION, seed)
    targets = encode_targets(y[train], y[test], "classification", name)
    rows = X.astype("<f8").tobytes() + y.astype("<i8").tobytes()
    if standardise:
        X = (X - X[train].mean(axis=0)) / X[train].std(axis=0)
    source = f"scikit-learn {name}"
    line = np.concatenate([train, test])
    return Dataset(
        name=name,
        task="classification",
        X_train=X[train],
        y_train=targets.y_train,
        X_test=X[test],
        y_test=targets.y_test,
        classes=targets.classes,
        sample_weight_train=np.ones(train.size),
        feature_names=tuple(str(f) for f in feature_names),
        sources={source: hashlib.sha256(rows).hexdigest()},
        origins=RowOrigins(np.full(line.size, source, dtype=object), line),
    )
