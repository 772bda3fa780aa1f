"""A user's own .npy files: features, labels and weights. Features are mapped and not read into memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import model_validator

from groupinf.config.named_file import DataPath, FilePath, file_keys
from groupinf.config.section import Section
from groupinf.datasets.choice.options import RowChoice
from groupinf.datasets.dataset import Dataset, Task
from groupinf.datasets.files.data_home import sha256_of
from groupinf.datasets.files.mapped_rows import as_float64, let_go, map_array, rows_of
from groupinf.datasets.kind import DatasetKind, nothing_more
from groupinf.datasets.own.options import Stratify, TestFile, TestFraction
from groupinf.datasets.own.own_dataset import own_dataset
from groupinf.datasets.row_kinds.registry import RowsAre
from groupinf.datasets.rows.features import check_finite, feature_names
from groupinf.datasets.rows.labels import check_weights, encode_targets
from groupinf.datasets.rows.origins import RowOrigins
from groupinf.datasets.rows.split import SplitKey, check_every_class_trains, split_file
from groupinf.errors import DataError
from groupinf.wording import counted


class _Npy(Section):
    npy: DataPath
    y: FilePath
    sample_weight: FilePath | None = None
    test_file: TestFile = None
    y_test: FilePath | None = None
    test_fraction: TestFraction = None
    task: Task = "classification"
    stratify: Stratify = None
    rows_are: RowsAre = None

    @model_validator(mode="after")
    def _both_or_neither(self) -> Self:
        if (self.test_file is None) != (self.y_test is None):
            found = "y_test" if self.test_file is None else "test_file"
            raise ValueError(f"expected files for both test_file and y_test or for neither, found only {found}")
        return self


class NpyDataset(RowChoice, _Npy):
    """A user's .npy of features, dense, with .npy of labels and weights; test rows in two more, or drawn."""


@dataclass(frozen=True)
class _Pair:
    """Features (rows, d) and labels (rows,) of two files; ``rows`` are their numbers in these."""

    X: NDArray[Any]
    y: NDArray[Any]
    path: Path
    rows: NDArray[np.int64]

    def at(self, rows: NDArray[np.int64]) -> _Pair:
        """Some of the rows."""
        return _Pair(rows_of(self.X, rows), self.y[rows], self.path, rows)


def load_npy(config: NpyDataset, files: Sequence[Path], seed: int) -> Dataset:
    """Return the dataset of .npy files: features (rows, d), which stay mapped, labels (rows,) and weights (rows,).

    Test rows are those of a second pair, or drawn from ``seed``. Raises DataError, naming the file, where one is no
    such array, of the wrong shape or type, or holds values with which nothing can be computed, and DatasetConfigError
    where a part is left without a row, or the training rows without a class.
    """
    given = [key for key in file_keys(NpyDataset) if getattr(config, key) is not None]
    paths = dict(zip(given, files, strict=True))
    pair, file = _pair(paths["npy"], paths["y"]), str(paths["y"])
    made_by: SplitKey = "test_file"
    if config.test_fraction is None:
        train, test = pair, _pair(paths["test_file"], paths["y_test"], like=pair)
    else:
        made_by = "test_fraction"
        parts = split_file(pair.y, config.test_fraction, seed, str(pair.path), bool(config.stratify))
        train, test = (pair.at(rows) for rows in parts)
    targets = encode_targets(train.y, test.y, config.task, file)
    if config.task == "classification":
        check_every_class_trains(
            np.concatenate([train.y, test.y]), np.arange(train.y.size), "the labels", file, made_by
        )
    names = feature_names(pair.X.shape[1], str(pair.path))
    X = as_float64(train.X), as_float64(test.X)
    dataset = own_dataset(config, X, targets, names, [(path, sha256_of(path)) for path in files])
    if "sample_weight" in paths:
        weight = _weights(paths["sample_weight"], pair)[train.rows]
        check_weights(weight, targets, str(paths["sample_weight"]))
        dataset = replace(dataset, sample_weight_train=weight)
    pairs = (train, test)
    called = dict(zip(files, dataset.sources, strict=True))
    return replace(
        dataset,
        origins=RowOrigins(
            np.repeat(np.array([called[part.path] for part in pairs], dtype=object), [part.y.size for part in pairs]),
            np.concatenate([part.rows for part in pairs]),
        ),
    )


def _pair(path: Path, labels: Path, like: _Pair | None = None) -> _Pair:
    """The rows of two files, with as many features as ``like`` has; raises DataError where they are none."""
    X = map_array(path)
    if X.ndim != 2 or 0 in X.shape:
        raise DataError(f"{path}: expected shape (rows, features) with at least one of each, found {X.shape}")
    if X.dtype.kind not in "biuf":
        raise DataError(f"{path}: expected numbers, found dtype {X.dtype}")
    if like is not None and X.shape[1] != like.X.shape[1]:
        expected = f"expected {counted(like.X.shape[1], 'column')} as in {like.path.name}"
        raise DataError(f"{path}: {expected}, found shape {X.shape}")
    check_finite(X, feature_names(X.shape[1], str(path)), str(path))
    let_go(X)
    return _Pair(X, _of_rows(labels, X, path), path, np.arange(X.shape[0], dtype=np.int64))


def _of_rows(path: Path, X: NDArray[Any], of: Path) -> NDArray[Any]:
    values = map_array(path)
    if values.shape != X.shape[:1]:
        found = f"found shape {values.shape}"
        raise DataError(f"{path}: expected {counted(X.shape[0], 'value')}, one for each row of {of.name}, {found}")
    return np.array(values)


def _weights(path: Path, pair: _Pair) -> NDArray[np.float64]:
    weights = _of_rows(path, pair.X, pair.path)
    if weights.dtype.kind not in "biuf":
        raise DataError(f"{path}: expected numbers, found dtype {weights.dtype}")
    return weights.astype(np.float64)


# what memory the rows take is not told: they are mapped
NPY = DatasetKind(name="npy", options=NpyDataset, load=load_npy, declared_bytes=None, identity=nothing_more)
