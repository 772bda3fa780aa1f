"""The arrays of an .npz file of data, by their names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from groupinf.datasets.dataset import Features
from groupinf.datasets.rows.features import SPARSE_PARTS, dense_features, sparse_features
from groupinf.errors import DataError

Arrays = Mapping[str, NDArray[Any]]


def features_of(arrays: Arrays, name: str, file: str) -> Features:
    """Return the features of an array, or of the four that are its CSR parts; raises DataError where they are none."""
    pieces = {piece: f"{name}_{piece}" for piece in SPARSE_PARTS}
    given = [array for array in pieces.values() if array in arrays]
    if name in arrays and given:
        raise DataError(f"{file}: {name}: expected it either dense or as {given[0]} and so on, found both")
    if not given:
        return dense_features(required(arrays, name, file), f"{file}: {name}")
    parts = {piece: required(arrays, array, file) for piece, array in pieces.items()}
    return sparse_features(parts, f"{file}: {name}_")


def required(arrays: Arrays, name: str, file: str) -> NDArray[Any]:
    """Return an array; raises DataError, which lists those that there are, where it is not there."""
    if name not in arrays:
        raise DataError(f"{file}: expected an array {name}, found {', '.join(arrays) or 'none of the arrays'}")
    return arrays[name]


def vector(arrays: Arrays, name: str, rows: int, of: str, file: str) -> NDArray[Any]:
    """Return an array with a value for each of the ``rows`` of another; raises DataError where it is none."""
    array = required(arrays, name, file)
    if array.shape != (rows,):
        raise DataError(f"{file}: {name}: expected shape ({rows},), a value per row of {of}, found {array.shape}")
    return array


def weights_of(arrays: Arrays, name: str, rows: int, of: str, file: str) -> NDArray[np.float64]:
    """Return an array of weights, 1 each where there is none; raises DataError where they are no numbers."""
    if name not in arrays:
        return np.ones(rows)
    weights = vector(arrays, name, rows, of, file)
    if weights.dtype.kind not in "biuf":
        raise DataError(f"{file}: {name}: expected numbers, found dtype {weights.dtype}")
    return weights.astype(np.float64)
