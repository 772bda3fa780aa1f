"""Feature matrices from arrays of any number type: float64, dense in C order or CSR, every value finite."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from groupinf.datasets.dataset import Features
from groupinf.errors import DataError
from groupinf.wording import counted

if TYPE_CHECKING:
    from scipy import sparse


SPARSE_PARTS = ("data", "indices", "indptr", "shape")

MOST_FEATURES = 10_000_000  # whose names alone take half a gigabyte

FLOAT64_BYTES = 8  # of a number as it is computed with

LARGEST = 1e30  # of a number that is computed with: losses are squares of it, correlations of them eighth powers
TOO_LARGE = f"above {LARGEST:g} in size, too large to compute with; rescale it"


def dense_features(X: NDArray[Any], where: str) -> NDArray[np.float64]:
    """Return X (rows, d) as float64 in C order; ``where`` opens the messages.

    Raises DataError where it is not two-dimensional, empty, or not numbers.
    """
    if X.ndim != 2 or 0 in X.shape:
        raise DataError(f"{where}: expected shape (rows, features) with at least one of each, found {X.shape}")
    return _float64(X, where)


def sparse_features(parts: Mapping[str, NDArray[Any]], where: str) -> sparse.csr_array:
    """Return the CSR matrix of data, indices, indptr and shape, with sorted indices.

    ``where`` is what messages put before the name of a part.
    Raises DataError where the four arrays are not those of a CSR matrix with at least one row and column, or a row
    holds an index twice.
    """
    from scipy import sparse

    data, indices, indptr = (_one_dimensional(parts[p], f"{where}{p}") for p in ("data", "indices", "indptr"))
    rows, d = _sparse_shape(parts["shape"], f"{where}shape")
    indices, indptr = (_integers(a, f"{where}{p}") for a, p in ((indices, "indices"), (indptr, "indptr")))
    if indptr.size != rows + 1 or indptr[0] != 0 or indptr[-1] != data.size or (np.diff(indptr) < 0).any():
        raise DataError(f"{where}indptr: expected {rows + 1} values rising from 0 to {data.size}, the size of data")
    if indices.size != data.size:
        raise DataError(f"{where}indices: expected {counted(data.size, 'value')} as in data, found {indices.size}")
    outside = np.flatnonzero((indices < 0) | (indices >= d))
    if outside.size:
        raise DataError(f"{where}indices: expected values in 0..{d - 1}, found {indices[outside[0]]}")
    X = sparse.csr_array((_float64(data, f"{where}data"), indices, indptr), shape=(rows, d))
    X.sort_indices()
    rows_of = np.repeat(np.arange(rows), np.diff(X.indptr))
    twice = np.flatnonzero((np.diff(X.indices) == 0) & (np.diff(rows_of) == 0))
    if twice.size:
        raise DataError(
            f"{where}indices: expected each column once in a row, found {X.indices[twice[0]]} twice in row"
            f" {rows_of[twice[0]]}; X.sum_duplicates() adds them up"
        )
    return X


def check_finite(X: Features, names: Sequence[str], where: str) -> None:
    """Refuse NaN, infinite and too large values, naming the row and the feature of the first.

    Raises DataError where there is one.
    """
    values = X if isinstance(X, np.ndarray) else X.data
    if not values.size or (values.min() >= -LARGEST and values.max() <= LARGEST):  # a NaN would fail both
        return
    usable = np.abs(values) <= LARGEST
    if isinstance(X, np.ndarray):
        row, column = (int(i) for i in np.argwhere(~usable)[0])
    else:
        at = int(np.flatnonzero(~usable)[0])
        row, column = int(np.searchsorted(X.indptr, at, side="right")) - 1, int(X.indices[at])
    found = f"found {X[row, column]} in row {row}, column {column} ({names[column]!r})"
    if np.isfinite(X[row, column]):
        raise DataError(f"{where}: {found}, {TOO_LARGE}")
    raise DataError(f"{where}: expected finite values, {found}")


def _float64(array: NDArray[Any], where: str) -> NDArray[np.float64]:
    if array.dtype.kind not in "biuf":
        raise DataError(f"{where}: expected numbers, found dtype {array.dtype}")
    with np.errstate(over="ignore"):  # a wider float that overflows is found as infinite
        return np.ascontiguousarray(array, dtype=np.float64)


def _one_dimensional(array: NDArray[Any], where: str) -> NDArray[Any]:
    if array.ndim != 1:
        raise DataError(f"{where}: expected one dimension, found shape {array.shape}")
    return array


def _integers(array: NDArray[Any], where: str) -> NDArray[np.int64]:
    if array.dtype.kind not in "iu":
        raise DataError(f"{where}: expected integers, found dtype {array.dtype}")
    return array.astype(np.int64)


def feature_names(d: int, where: str, first: int = 0) -> tuple[str, ...]:
    """Return x0, x1, ... for features that have no names.

    Raises DataError where there are more features than could be named, let alone fitted.
    """
    if d > MOST_FEATURES:
        raise DataError(f"{where}: expected at most {MOST_FEATURES:,} features, found {d:,}")
    return tuple(f"x{j}" for j in range(first, first + d))


def _sparse_shape(shape: NDArray[Any], where: str) -> tuple[int, int]:
    if shape.shape != (2,) or shape.dtype.kind not in "iu" or not ((shape >= 1) & (shape < 2**31)).all():
        raise DataError(f"{where}: expected two integers (rows, features) in 1..2147483647, found {shape.tolist()}")
    rows, d = (int(s) for s in shape)
    return rows, d
