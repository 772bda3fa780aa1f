"""A user's own .npz file: arrays that are already split into training and test rows."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import model_validator

from groupinf.config.named_file import DataPath, FilePath
from groupinf.config.section import Section
from groupinf.datasets.dataset import Dataset, Features, Task
from groupinf.datasets.files.data_home import sha256_of
from groupinf.datasets.files.npz_archive import UNREADABLE, open_archive, read_member, stated_numbers
from groupinf.datasets.kind import DatasetKind, nothing_more
from groupinf.datasets.own.options import Standardise
from groupinf.datasets.own.own_dataset import own_dataset
from groupinf.datasets.own.sparse_npz import read_sparse
from groupinf.datasets.rows.features import (
    FLOAT64_BYTES,
    SPARSE_PARTS,
    check_finite,
    dense_features,
    feature_names,
    sparse_features,
)
from groupinf.datasets.rows.labels import Targets, check_weights, encode_targets
from groupinf.datasets.rows.origins import RowOrigins, key_text
from groupinf.errors import DataError
from groupinf.wording import counted

REQUIRED = ("X_train", "y_train", "X_test", "y_test")
KEYS = ("row_key_train", "row_key_test")
OPTIONAL = ("sample_weight_train", "feature_names", *KEYS)
SPARSE = tuple(f"X_{part}_{piece}" for part in ("train", "test") for piece in SPARSE_PARTS)

# The arrays that become features: in an .npz of data, and in a file of scipy.sparse.save_npz.
FEATURES = ("X_train", "X_test", "X_train_data", "X_test_data")
SPARSE_FEATURES = ("data",)

ALMOST = 0.77  # likeness of sample_weight, sample_weights and feature_name to what they should be; features is less

Arrays = Mapping[str, NDArray[Any]]


class NpzDataset(Section):
    """A user's .npz: X_train, y_train, X_test, y_test, optional sample_weight_train and feature_names.

    With the keys X_train and X_test the features come from files of their own, written by scipy.sparse.save_npz.
    """

    npz: DataPath
    X_train: FilePath | None = None
    X_test: FilePath | None = None
    task: Task = "classification"
    standardise: Standardise = None

    @model_validator(mode="after")
    def _both_or_neither(self) -> Self:
        if (self.X_train is None) != (self.X_test is None):
            found = "X_test" if self.X_train is None else "X_train"
            raise ValueError(f"expected files for both X_train and X_test or for neither, found only {found}")
        return self


def load_npz(config: NpzDataset, files: Sequence[Path], seed: int) -> Dataset:
    """Return the dataset of an .npz file; ``seed`` is not used, the rows come split.

    Arrays: X_train (n, d), y_train (n,), X_test (m, d), y_test (m,), and optionally sample_weight_train (n,),
    feature_names (d,), and row_key_train (n,) with row_key_test (m,). A CSR matrix is given as X_train_data,
    X_train_indices, X_train_indptr and X_train_shape in place of X_train, X_test likewise; or X_train and X_test are
    two more files, which scipy.sparse.save_npz wrote. Other arrays are not looked at.
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
    y_train = _vector(arrays, "y_train", X_train.shape[0], of_train, file)
    y_test = _vector(arrays, "y_test", X_test.shape[0], of_test, file)
    targets = encode_targets(y_train, y_test, config.task, file)
    dataset = own_dataset(config, (X_train, X_test), targets, names, [(p, sha256_of(p)) for p in files])
    weights = _weights(arrays, dataset.n, of_train, file)
    check_weights(weights, targets, f"{file}: sample_weight_train")
    return replace(dataset, sample_weight_train=weights, origins=_origins(arrays, targets, path))


def read_arrays(path: Path) -> dict[str, NDArray[Any]]:
    """Return the arrays of an .npz file that a dataset is made of; nothing in it is ever unpickled.

    Raises DataError where the file is no NumPy archive, damaged, holds Python objects, or misspells an optional array.
    """
    with open_archive(path) as archive:
        for name in archive.files:  # an optional array under a slightly wrong name would be left out without a word
            near = get_close_matches(name, OPTIONAL, n=1, cutoff=ALMOST)
            if near and name not in (*REQUIRED, *OPTIONAL, *SPARSE):
                raise DataError(f"{path}: {name}: not an array that is read; rename it to {near[0]} or leave it out")
        if {"format", "indptr"} <= set(archive.files) and not set(REQUIRED) & set(archive.files):
            raise DataError(
                f"{path}: expected the arrays {', '.join(REQUIRED)}, found a sparse matrix of scipy.sparse.save_npz;"
                " give it by X_train: or X_test:, and a file of y_train and y_test by npz:"
            )
        wanted = [name for name in (*REQUIRED, *OPTIONAL, *SPARSE) if name in archive.files]
        return {name: read_member(archive, name, path) for name in wanted}


def _both_features(arrays: Arrays, file: str) -> tuple[Features, Features]:
    X_train, X_test = (_features(arrays, name, file) for name in ("X_train", "X_test"))
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


def _features(arrays: Arrays, name: str, file: str) -> Features:
    pieces = {piece: f"{name}_{piece}" for piece in SPARSE_PARTS}
    given = [array for array in pieces.values() if array in arrays]
    if name in arrays and given:
        raise DataError(f"{file}: {name}: expected it either dense or as {given[0]} and so on, found both")
    if not given:
        return dense_features(_required(arrays, name, file), f"{file}: {name}")
    parts = {piece: _required(arrays, array, file) for piece, array in pieces.items()}
    return sparse_features(parts, f"{file}: {name}_")


def _required(arrays: Arrays, name: str, file: str) -> NDArray[Any]:
    if name not in arrays:
        raise DataError(f"{file}: expected an array {name}, found {', '.join(arrays) or 'none of the arrays'}")
    return arrays[name]


def _vector(arrays: Arrays, name: str, rows: int, of: str, file: str) -> NDArray[Any]:
    array = _required(arrays, name, file)
    if array.shape != (rows,):
        raise DataError(f"{file}: {name}: expected shape ({rows},), a value per row of {of}, found {array.shape}")
    return array


def _weights(arrays: Arrays, rows: int, of: str, file: str) -> NDArray[np.float64]:
    name = "sample_weight_train"
    if name not in arrays:
        return np.ones(rows)
    weights = _vector(arrays, name, rows, of, file)
    if weights.dtype.kind not in "biuf":
        raise DataError(f"{file}: {name}: expected numbers, found dtype {weights.dtype}")
    return weights.astype(np.float64)


def _origins(arrays: Arrays, targets: Targets, path: Path) -> RowOrigins:
    """Rows of the arrays, counted from 0, and their keys where there are any."""
    sizes = targets.y_train.size, targets.y_test.size
    line = np.concatenate([np.arange(size, dtype=np.int64) for size in sizes])
    file = np.full(line.size, path.name, dtype=object)
    given = [name for name in KEYS if name in arrays]
    if not given:
        return RowOrigins(file, line)
    parts = [
        _vector(arrays, name, size, of, str(path)) for name, size, of in zip(KEYS, sizes, REQUIRED[1::2], strict=True)
    ]
    return RowOrigins(file, line, "row_key", _keys(parts, path))


def _keys(parts: list[NDArray[Any]], path: Path) -> NDArray[np.object_]:
    keys: list[str] = []
    seen: set[str] = set()
    for name, part in zip(KEYS, parts, strict=True):
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
