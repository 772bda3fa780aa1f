"""A user's own .npz file: arrays that are already split into training and test rows."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import model_validator

from groupinf.config.named_file import DataPath, FilePath
from groupinf.config.section import Section
from groupinf.datasets.choice.options import RowChoice
from groupinf.datasets.dataset import Dataset, Features, Task
from groupinf.datasets.files.data_home import sha256_of
from groupinf.datasets.files.npz_archive import UNREADABLE, open_archive, read_member, stated_numbers
from groupinf.datasets.kind import DatasetKind, nothing_more
from groupinf.datasets.own.npz_arrays import Arrays, features_of, vector, weights_of
from groupinf.datasets.own.npz_pool import POOL, pool_of
from groupinf.datasets.own.own_dataset import own_dataset
from groupinf.datasets.own.sparse_npz import read_sparse
from groupinf.datasets.row_kinds.registry import RowsAre
from groupinf.datasets.rows.features import (
    FLOAT64_BYTES,
    SPARSE_PARTS,
    check_finite,
    feature_names,
)
from groupinf.datasets.rows.labels import check_weights, encode_targets
from groupinf.datasets.rows.origins import RowOrigins, key_text
from groupinf.errors import DataError
from groupinf.wording import counted

REQUIRED = ("X_train", "y_train", "X_test", "y_test")
PARTS = ("train", "test", "pool")
KEYS = tuple(f"row_key_{part}" for part in PARTS)
OPTIONAL = ("sample_weight_train", "feature_names", *KEYS)
OF_POOL = ("sample_weight_pool",)
SPARSE = tuple(f"X_{part}_{piece}" for part in ("train", "test") for piece in SPARSE_PARTS)
ALL = tuple(dict.fromkeys((*REQUIRED, *OPTIONAL, *SPARSE, *POOL)))

# The arrays that become features: in an .npz of data, and in a file of scipy.sparse.save_npz.
FEATURES = ("X_train", "X_test", "X_pool", "X_train_data", "X_test_data", "X_pool_data")
SPARSE_FEATURES = ("data",)

ALMOST = 0.77  # likeness of sample_weight, sample_weights and feature_name to what they should be; features is less


class _Npz(Section):
    npz: DataPath
    X_train: FilePath | None = None
    X_test: FilePath | None = None
    task: Task = "classification"
    rows_are: RowsAre = None

    @model_validator(mode="after")
    def _both_or_neither(self) -> Self:
        if (self.X_train is None) != (self.X_test is None):
            found = "X_test" if self.X_train is None else "X_train"
            raise ValueError(f"expected files for both X_train and X_test or for neither, found only {found}")
        return self


class NpzDataset(RowChoice, _Npz):
    """A user's .npz: X_train, y_train, X_test, y_test, optional sample_weight_train and feature_names.

    With the keys X_train and X_test the features come from files of their own, written by scipy.sparse.save_npz.
    """


def load_npz(config: NpzDataset, files: Sequence[Path], seed: int) -> Dataset:
    """Return the dataset of an .npz file; ``seed`` is not used, the rows come split.

    Arrays: X_train (n, d), y_train (n,), X_test (m, d), y_test (m,), and optionally sample_weight_train (n,),
    feature_names (d,), row_key_train (n,) with row_key_test (m,), and X_pool (k, d) with y_pool (k,) and
    sample_weight_pool (k,), rows that are kept out of both parts; keys of rows are then also row_key_pool (k,). A CSR
    matrix is given as X_train_data, X_train_indices, X_train_indptr and X_train_shape in place of X_train, X_test and
    X_pool likewise; or X_train and X_test are two more files, which scipy.sparse.save_npz wrote. Other arrays are not
    looked at.
    Raises DataError, naming the file and the array, where the file is no such archive, or an array is missing, of the
    wrong shape or type, or holds values with which nothing can be computed.
    """
    path, *features = files
    file = str(path)
    arrays = read_arrays(path)
    X_train, X_test = _from_files(arrays, features, file) if features else _both_features(arrays, file)
    names = _feature_names(arrays, X_train.shape[1], file)
    of_train, of_test = (path.name for path in features) if features else ("X_train", "X_test")
    places = list(map(str, features)) if features else [f"{file}: X_train", f"{file}: X_test"]
    for place, X in zip(places, (X_train, X_test), strict=True):
        check_finite(X, names, place)
    y_train = vector(arrays, "y_train", X_train.shape[0], of_train, file)
    y_test = vector(arrays, "y_test", X_test.shape[0], of_test, file)
    targets = encode_targets(y_train, y_test, config.task, file)
    dataset = own_dataset(config, (X_train, X_test), targets, names, [(p, sha256_of(p)) for p in files])
    weights = weights_of(arrays, "sample_weight_train", dataset.n, of_train, file)
    check_weights(weights, targets, f"{file}: sample_weight_train")
    pool = pool_of(arrays, X_train, names, config.task, file)
    made = replace(dataset, sample_weight_train=weights, pool=pool)
    return replace(made, origins=_origins(arrays, (made.n, made.n_test, made.n_pool), path))


def read_arrays(path: Path) -> dict[str, NDArray[Any]]:
    """Return the arrays of an .npz file that a dataset is made of; nothing in it is ever unpickled.

    Raises DataError where the file is no NumPy archive, damaged, holds Python objects, or misspells an optional array.
    """
    with open_archive(path) as archive:
        for name in archive.files:  # an optional array under a slightly wrong name would be left out without a word
            near = [
                meant for names in (OPTIONAL, OF_POOL) for meant in get_close_matches(name, names, n=1, cutoff=ALMOST)
            ]
            if near and name not in ALL:
                raise DataError(f"{path}: {name}: not an array that is read; rename it to {near[0]} or leave it out")
        if {"format", "indptr"} <= set(archive.files) and not set(REQUIRED) & set(archive.files):
            raise DataError(
                f"{path}: expected the arrays {', '.join(REQUIRED)}, found a sparse matrix of scipy.sparse.save_npz;"
                " give it by X_train: or X_test:, and a file of y_train and y_test by npz:"
            )
        wanted = [name for name in ALL if name in archive.files]
        return {name: read_member(archive, name, path) for name in wanted}


def _both_features(arrays: Arrays, file: str) -> tuple[Features, Features]:
    X_train, X_test = (features_of(arrays, name, file) for name in ("X_train", "X_test"))
    if isinstance(X_train, np.ndarray) != isinstance(X_test, np.ndarray):
        raise DataError(f"{file}: X_test: expected it dense or sparse as X_train is, found one of each")
    if X_train.shape[1] != X_test.shape[1]:
        raise DataError(
            f"{file}: X_test: expected {counted(X_train.shape[1], 'column')} as in X_train, found shape {X_test.shape}"
        )
    return X_train, X_test


def _from_files(arrays: Arrays, paths: Sequence[Path], file: str) -> tuple[Features, Features]:
    given = next((name for name in ("X_train", "X_test", *SPARSE) if name in arrays), None)
    if given is not None:
        raise DataError(f"{file}: {given}: expected it here or in a file of its own, found both")
    X_train, X_test = (read_sparse(path) for path in paths)
    if X_train.shape[1] != X_test.shape[1]:
        raise DataError(
            f"{paths[1]}: expected {counted(X_train.shape[1], 'column')} as in {paths[0].name}, "
            f"found shape {X_test.shape}"
        )
    return X_train, X_test


def _origins(arrays: Arrays, sizes: tuple[int, ...], path: Path) -> RowOrigins:
    """Rows of the arrays, counted from 0, and their keys where there are any."""
    line = np.concatenate([np.arange(size, dtype=np.int64) for size in sizes])
    file = np.full(line.size, path.name, dtype=object)
    if not any(name in arrays for name in KEYS):
        return RowOrigins(file, line)
    named = {name: (size, f"y_{part}") for name, size, part in zip(KEYS, sizes, PARTS, strict=True) if size}
    parts = {name: vector(arrays, name, size, of, str(path)) for name, (size, of) in named.items()}
    return RowOrigins(file, line, "row_key", _keys(parts, path))


def _keys(parts: Arrays, path: Path) -> NDArray[np.object_]:
    keys: list[str] = []
    seen: set[str] = set()
    for name, part in parts.items():
        if part.dtype.kind not in "iuU":
            raise DataError(f"{path}: {name}: expected whole numbers or text, found dtype {part.dtype}")
        for row, value in enumerate(part.tolist()):
            key = key_text(value)
            if not key or key in seen:
                found = f"{key!r} again" if key else "an empty one"
                raise DataError(f"{path}: {name}: expected every row key once, found {found} in row {row}")
            seen.add(key)
            keys.append(key)
    return np.array(keys, dtype=object)


def _feature_names(arrays: Arrays, d: int, file: str) -> tuple[str, ...]:
    if "feature_names" not in arrays:
        return feature_names(d, f"{file}: X_train")
    names = arrays["feature_names"]
    if names.shape != (d,) or names.dtype.kind != "U":
        raise DataError(
            f"{file}: feature_names: expected {counted(d, 'text')}, one per feature,"
            f" found shape {names.shape}, dtype {names.dtype}"
        )
    return tuple(names.tolist())


def _declared_bytes(config: NpzDataset, files: Sequence[Path]) -> int:
    """Features as float64, by what the headers of their arrays state where the archive holds so many bytes."""
    path, *features = files
    return _stated_bytes(path, FEATURES) + sum(_stated_bytes(file, SPARSE_FEATURES) for file in features)


def _stated_bytes(path: Path, arrays: Sequence[str]) -> int:
    members = [f"{name}.npy" for name in arrays]
    try:
        with zipfile.ZipFile(path) as archive:
            found = [name for name in archive.namelist() if name in members]
            return FLOAT64_BYTES * sum(stated_numbers(archive, name) for name in found)
    except UNREADABLE:
        return 0


NPZ = DatasetKind(
    name="npz",
    options=NpzDataset,
    load=load_npz,
    declared_bytes=_declared_bytes,
    identity=nothing_more,
)
