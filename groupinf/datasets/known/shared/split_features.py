"""Image features that come as one .npz file for training and one for testing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from groupinf.datasets.dataset import Dataset
from groupinf.datasets.facts import DatasetFacts
from groupinf.datasets.files.data_home import verified_file
from groupinf.datasets.files.npz_archive import open_archive, read_member
from groupinf.datasets.rows.features import check_finite, dense_features
from groupinf.errors import DataError
from groupinf.wording import counted

LABELS = "labels"


def load_split_features(facts: DatasetFacts, features: str, home: Path) -> Dataset:
    """Return the dataset whose ``facts.files`` are the training and the test file, in that order.

    Each holds an array ``features`` (rows, d) and an array ``labels`` (rows,) of zeros and ones.
    Raises DataError where a file is absent, is not the one that is meant, or does not hold such arrays.
    """
    train, test = (verified_file(home, source) for source in facts.files)
    X_train, y_train = _read(train.path, features)
    X_test, y_test = _read(test.path, features)
    if X_test.shape[1] != X_train.shape[1]:
        raise DataError(
            f"{test.path}: {features}: expected {counted(X_train.shape[1], 'column')} as in {train.path.name},"
            f" found shape {X_test.shape}"
        )
    if np.unique(y_train).size < 2:
        raise DataError(f"{train.path}: {LABELS}: expected both 0 and 1, found only {y_train[0]}")
    return Dataset(
        name=facts.name,
        task="classification",
        X_train=X_train,
        y_train=y_train,
        X_test=X_test,
        y_test=y_test,
        classes=(0, 1),
        sample_weight_train=np.ones(y_train.size),
        feature_names=tuple(f"x{j}" for j in range(X_train.shape[1])),
        sources={source.path: file.sha256 for source, file in zip(facts.files, (train, test), strict=True)},
    )


def _read(path: Path, features: str) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    with open_archive(path) as archive:
        X = dense_features(read_member(archive, features, path), f"{path}: {features}")
        y = _zeros_and_ones(read_member(archive, LABELS, path), X.shape[0], f"{path}: {LABELS}")
    check_finite(X, [f"x{j}" for j in range(X.shape[1])], f"{path}: {features}")
    return X, y


def _zeros_and_ones(labels: NDArray[Any], rows: int, where: str) -> NDArray[np.int64]:
    if labels.shape != (rows,) or labels.dtype.kind not in "biuf":
        raise DataError(
            f"{where}: expected {counted(rows, 'number')}, one per row, found shape {labels.shape}, "
            f"dtype {labels.dtype}"
        )
    other = labels[(labels != 0) & (labels != 1)]
    if other.size:
        raise DataError(f"{where}: expected 0 or 1, found {other[0]}")
    return labels.astype(np.int64)
