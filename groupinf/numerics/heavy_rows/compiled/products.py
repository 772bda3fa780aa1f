"""X @ T and Xᵀ @ R of CSR in double precision, LANES columns at a time: what is added up stays in registers."""

from __future__ import annotations

import numpy as np
from numba.core.types import float64
from numpy.typing import NDArray

from groupinf.numerics.heavy_rows.compiled.function import called_with, rows_of, whole, written
from groupinf.numerics.heavy_rows.compiled.function import inner as called
from groupinf.numerics.heavy_rows.compiled.lanes import LANES, broadcast, fused, load, store

Array = NDArray[np.float64]
Rows = tuple[NDArray[np.int64], NDArray[np.int32], Array]


@called
def _into_lanes(of_columns: Array, begin: int, lanes: Array) -> None:
    width = min(LANES, of_columns.shape[1] - begin)
    for i in range(of_columns.shape[0]):
        for lane in range(width):
            lanes[i, lane] = of_columns[i, begin + lane]
        for lane in range(width, LANES):
            lanes[i, lane] = 0.0


@called
def _from_lanes(lanes: Array, begin: int, of_columns: Array) -> None:
    width = min(LANES, of_columns.shape[1] - begin)
    for i in range(of_columns.shape[0]):
        for lane in range(width):
            of_columns[i, begin + lane] = lanes[i, lane]


@called_with(rows_of(float64), whole(float64, 2), written(float64, 2), written(float64, 2))
def times(rows: Rows, T: Array, room: Array, product: Array) -> None:
    """X @ T: (p, b) -> (n, b); ``room`` (p + n, LANES) is written over."""
    indptr, indices, data = rows
    n, p = product.shape[0], T.shape[0]
    before, after = room[:p], room[p:]
    for begin in range(0, T.shape[1], LANES):
        _into_lanes(T, begin, before)
        for i in range(n):
            total = broadcast(0.0)
            for e in range(indptr[i], indptr[i + 1]):
                total = fused(broadcast(data[e]), load(before, indices[e]), total)
            store(after, i, total)
        _from_lanes(after, begin, product)


@called_with(rows_of(float64), whole(float64, 2), written(float64, 2), written(float64, 2))
def transposed_times(rows: Rows, R: Array, room: Array, product: Array) -> None:
    """Xᵀ @ R: (n, b) -> (p, b); ``room`` (p + n, LANES) is written over."""
    indptr, indices, data = rows
    n, p = R.shape[0], product.shape[0]
    after, before = room[:p], room[p:]
    for begin in range(0, R.shape[1], LANES):
        _into_lanes(R, begin, before)
        after[:] = 0.0
        for i in range(n):
            added = load(before, i)
            for e in range(indptr[i], indptr[i + 1]):
                store(after, indices[e], fused(broadcast(data[e]), added, load(after, indices[e])))
        _from_lanes(after, begin, product)
