"""The rows that a caller hands over, as arrays: NumPy, SciPy sparse or pandas in, float64 out."""

from __future__ import annotations

from collections import Counter
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
class Given:
    """What a caller hands over as it is: rows that a model was fitted to, and others that effects are measured on."""

    X: Any
    y: Any
    X_test: Any = None
    y_test: Any = None
    sample_weight: Any = None
    test_columns: Any = None

    def require_together(self) -> None:
        """Raises DataError where something of test rows comes without them, or the index of one argument has that of
        another in another order.
        """
        for name in ("y_test", "test_columns"):
            if self.X_test is None and getattr(self, name) is not None:
                raise DataError(f"expected {name} together with X_test, found it alone")
        if self.test_columns is not None and not isinstance(self.test_columns, pd.DataFrame | pd.Series):
            found = type(self.test_columns).__name__
            raise DataError(f"test_columns: expected a data frame of columns of the rows of X_test, found {found}")
        for name, others in (
            ("y", ("X",)),
            ("sample_weight", ("X", "y")),
            ("y_test", ("X_test",)),
            ("test_columns", ("X_test", "y_test")),
        ):
            for of in others:
                require_order(getattr(self, name), index_of(getattr(self, of)), name, of)

    def columns_of_test_rows(self, rows: int) -> Mapping[str, NDArray[np.object_]]:
        """The columns by which test rows are told apart: those of ``test_columns``, and those of the frame X_test."""
        more = self.test_columns.to_frame() if isinstance(self.test_columns, pd.Series) else self.test_columns
        if more is not None and len(more) != rows:
            raise DataError(f"test_columns: expected {counted(rows, 'row')}, as X_test has, found {len(more):,}")
        return FrameColumns(tuple(frame for frame in (more, self.X_test) if isinstance(frame, pd.DataFrame)))


@dataclass(frozen=True)
class FrameColumns(Mapping[str, NDArray[np.object_]]):
    """The columns of frames by their names, each made an array when it is asked for; of one name those of the first."""

    frames: tuple[Any, ...]

    def __getitem__(self, name: str) -> NDArray[np.object_]:
        for frame in self.frames:
            for column in frame.columns:
                if str(column) == name:
                    values: NDArray[np.object_] = frame[column].to_numpy(dtype=object, na_value=None)
                    return values
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys(str(column) for frame in self.frames for column in frame.columns))

    def __len__(self) -> int:
        return len(list(iter(self)))


def features_of(X: Any, what: str, called: tuple[str, ...] = ()) -> tuple[Features, tuple[str, ...]]:
    """X (n, d) as float64, dense in C order or CSR, and what its features are called: the columns of a frame, else as
    they are ``called`` where these are as many, else x0, x1, ...

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
        features = sparse_features(parts, f"{what}.")
        names = called if len(called) == rows.shape[1] else feature_names(rows.shape[1], what)
    else:
        features = dense_features(np.asarray(X), what)
        names = called if len(called) == features.shape[1] else feature_names(features.shape[1], what)
    check_finite(features, names, what)
    return features, names


def _numbers(frame: pd.DataFrame, what: str) -> NDArray[Any]:
    other = next((name for name, kind in frame.dtypes.items() if not pd.api.types.is_numeric_dtype(kind)), None)
    if other is not None:
        found = f"found the column {str(other)!r} of {frame[other].dtype}"
        raise DataError(f"{what}: expected numbers, {found}; a Pipeline whose first steps encode it will do")
    return frame.to_numpy(dtype=np.float64, na_value=np.nan)


def index_of(given: Any) -> pd.Index[Any] | None:
    """What pandas calls the rows of a frame or a Series; None of anything else."""
    return given.index if isinstance(given, pd.DataFrame | pd.Series) else None


def require_order(given: Any, labels: pd.Index[Any] | None, what: str, of: str, called: str = "") -> None:
    """Raises DataError where the rows of ``given`` have the ``labels``, which are those ``of`` another argument, in
    another order: by position a value would be that of another row. Other labels than these say nothing of the order.
    """
    index = index_of(given)
    if index is None or labels is None or len(index) != len(labels) or index.equals(labels):
        return
    if Counter(index) == Counter(labels):
        instead = f"take {called or what}.loc[{of}.index], or .to_numpy()"
        raise DataError(f"{what}: expected rows in the order of {of}, found its index in another; {instead}")


def column_of(values: Any, n: int, what: str, of: str = "X") -> NDArray[Any]:
    """One value for each of the n rows ``of`` X or X_test, (n,): numbers, bools or objects. Raises DataError where
    there are others.
    """
    array = values.to_numpy() if isinstance(values, pd.Series | pd.Index) else np.asarray(values)
    if array.ndim == 2 and array.shape[1] == 1:
        array = array[:, 0]
    if array.ndim != 1:
        raise DataError(f"{what}: expected one value for each row, found shape {array.shape}")
    if array.size != n:
        raise DataError(f"{what}: expected {counted(n, 'value')}, one for each row of {of}, found {array.size:,}")
    return array


def targets_of(y: Any, n: int, what: str, of: str) -> Array:
    """Targets of a regression as float64; raises DataError where they are no finite numbers."""
    values = column_of(y, n, what, of)
    text = values.dtype.kind == "O" and any(isinstance(value, str | bytes) for value in values)
    found = "text" if text else f"dtype {values.dtype}"
    no_numbers = DataError(f"{what}: expected numbers for a regression, found {found}")
    if text or values.dtype.kind not in "biufO":  # digits as text would be numbers to NumPy
        raise no_numbers
    try:
        targets = values.astype(np.float64)
    except (TypeError, ValueError) as error:
        raise no_numbers from error
    bad = np.flatnonzero(~(np.abs(targets) <= LARGEST))
    if bad.size:
        raise DataError(f"{what}: expected finite values, found {targets[bad[0]]} in row {bad[0]}")
    return targets


def codes_of(y: Any, classes: Sequence[object], n: int, what: str, of: str) -> Array:
    """Labels as places among the ``classes`` of the model; raises DataError where one is none of them."""
    values = column_of(y, n, what, of)
    codes = pd.Index(list(classes), dtype=object).get_indexer(pd.Index(values.tolist(), dtype=object))
    unknown = np.flatnonzero(codes < 0)
    if unknown.size:
        label = values[unknown[0]]
        shown = label.item() if isinstance(label, np.generic) else label
        found = f"found {shown!r} in row {unknown[0]}"
        raise DataError(f"{what}: expected the model's classes {shortened(list(classes))}, {found}")
    return codes.astype(np.float64)


def require_every_class(codes: Array, classes: Sequence[object], what: str) -> None:
    """Raises DataError where no row is of one of the classes."""
    lacking = [label for code, label in enumerate(classes) if not (codes == code).any()]
    if lacking:
        raise DataError(f"{what}: expected a row of every class of the model, found none of {shortened(lacking)}")


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
