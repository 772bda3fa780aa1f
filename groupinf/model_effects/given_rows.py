"""The rows that a caller hands over, as arrays: NumPy, SciPy sparse or pandas in, float64 out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from groupinf.datasets.dataset import Features
from groupinf.datasets.rows.features import (
    LARGEST,
    SPARSE_PARTS,
    check_finite,
    dense_features,
    feature_names,
    sparse_features,
)
from groupinf.datasets.rows.labels import check_sizes, shortened
from groupinf.errors import DataError
from groupinf.numerics.losses.loss import Array
from groupinf.wording import counted


@dataclass(frozen=True)
class FrameColumns(Mapping[str, NDArray[np.object_]]):
    """The columns of a frame by their names, each made an array when it is asked for; none of anything else."""

    rows: Any

    def __getitem__(self, name: str) -> NDArray[np.object_]:
        if name not in iter(self):
            raise KeyError(name)
        column = next(column for column in self.rows.columns if str(column) == name)
        values: NDArray[np.object_] = self.rows[column].to_numpy(dtype=object, na_value=None)
        return values

    def __iter__(self) -> Iterator[str]:
        return map(str, self.rows.columns if isinstance(self.rows, pd.DataFrame) else ())

    def __len__(self) -> int:
        return len(list(iter(self)))


def features_of(X: Any, what: str) -> tuple[Features, tuple[str, ...]]:
    """X (n, d) as float64, dense in C order or CSR, and what its features are called: the columns of a frame, else
    x0, x1, ...

    Raises DataError where it is no table of finite numbers.
    """
    if isinstance(X, pd.DataFrame):
        names = tuple(str(name) for name in X.columns)
        features: Features = dense_features(_numbers(X, what), what)
    elif sparse.issparse(X):
        given: Any = X
        rows = sparse.csr_array(given)
        rows.sum_duplicates()
        parts = {part: np.asarray(getattr(rows, part)) for part in SPARSE_PARTS}
        features, names = sparse_features(parts, f"{what}."), feature_names(rows.shape[1], what)
    else:
        features = dense_features(np.asarray(X), what)
        names = feature_names(features.shape[1], what)
    check_finite(features, names, what)
    return features, names


def _numbers(frame: pd.DataFrame, what: str) -> NDArray[Any]:
    other = next((name for name, kind in frame.dtypes.items() if not pd.api.types.is_numeric_dtype(kind)), None)
    if other is not None:
        found = f"found the column {str(other)!r} of {frame[other].dtype}"
        raise DataError(f"{what}: expected numbers, {found}; a Pipeline whose first steps encode it will do")
    return frame.to_numpy(dtype=np.float64, na_value=np.nan)


def column_of(values: Any, n: int, what: str) -> NDArray[Any]:
    """One value for each of n rows, (n,): numbers, bools or objects. Raises DataError where there are others."""
    array = values.to_numpy() if isinstance(values, pd.Series | pd.Index) else np.asarray(values)
    if array.ndim == 2 and array.shape[1] == 1:
        array = array[:, 0]
    if array.ndim != 1:
        raise DataError(f"{what}: expected one value for each row, found shape {array.shape}")
    if array.size != n:
        raise DataError(f"{what}: expected {counted(n, 'value')}, one for each row of X, found {array.size:,}")
    return array


def targets_of(y: Any, n: int, what: str) -> Array:
    """Targets of a regression as float64; raises DataError where they are no finite numbers."""
    values = column_of(y, n, what)
    try:
        targets = values.astype(np.float64)
    except (TypeError, ValueError) as error:
        raise DataError(f"{what}: expected numbers for a regression, found dtype {values.dtype}") from error
    bad = np.flatnonzero(~(np.abs(targets) <= LARGEST))
    if bad.size:
        raise DataError(f"{what}: expected finite values, found {targets[bad[0]]} in row {bad[0]}")
    return targets


def codes_of(y: Any, classes: Sequence[object], n: int, what: str) -> Array:
    """Labels as places among the ``classes`` of the model; raises DataError where one is none of them."""
    values = column_of(y, n, what)
    codes = pd.Index(list(classes), dtype=object).get_indexer(pd.Index(values.tolist(), dtype=object))
    unknown = np.flatnonzero(codes < 0)
    if unknown.size:
        label = values[unknown[0]]
        shown = label.item() if isinstance(label, np.generic) else label
        found = f"found {shown!r} in row {unknown[0]}"
        raise DataError(f"{what}: expected the model's classes {shortened(list(classes))}, {found}")
    return codes.astype(np.float64)


def weights_of(sample_weight: Any, n: int) -> Array:
    """A weight for each row, 1 where none are given; raises DataError where one is negative or not finite."""
    if sample_weight is None:
        return np.ones(n)
    values = column_of(sample_weight, n, "sample_weight")
    if values.dtype.kind not in "biuf":
        raise DataError(f"sample_weight: expected numbers, found dtype {values.dtype}")
    weight = values.astype(np.float64)
    check_sizes(weight, "sample_weight")
    return weight
