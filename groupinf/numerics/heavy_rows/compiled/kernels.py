"""The kernels of heavy rows compiled: sparse rows and other arrays as numba was told of them, and room to work in."""

from __future__ import annotations

from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from groupinf.numerics.heavy_rows.compiled import products
from groupinf.numerics.heavy_rows.compiled.conjugate_gradients import conjugate_gradients
from groupinf.numerics.heavy_rows.compiled.lanes import LANES
from groupinf.numerics.heavy_rows.compiled.small_systems import middles
from groupinf.numerics.heavy_rows.compiled.steps import step_sums
from groupinf.numerics.heavy_rows.inner import Curved, Found
from groupinf.numerics.heavy_rows.kernels import Step
from groupinf.numerics.heavy_rows.rows import HeavyRows, Single
from groupinf.numerics.losses.loss import Array

Number = TypeVar("Number", np.float32, np.float64)
# bytes of a line of the cache, at which what lanes are read from begins
LINE = 64


def solve(hessian: Curved, V: Single, tolerance: Array, most: int) -> Found:
    """x with Hx = V (p, B), as ``inner.solve`` has it, of sparse rows."""
    (p, count), middle = V.shape, hessian.preconditioner.middle
    found = Found(np.zeros((p, count), np.float32), np.zeros(count, np.int64), np.zeros(count, bool))
    m, k = hessian.curvature.shape[0], middle.shape[1]
    conjugate_gradients(
        _rows(hessian.among.X),
        _rows(hessian.rows.heavy),
        np.ascontiguousarray(hessian.curvature),
        np.ascontiguousarray(middle).reshape(-1, k * k),
        np.ascontiguousarray(hessian.rows.penalty[:, 0]),
        np.ascontiguousarray(V),
        tolerance.astype(np.float32),
        most,
        _room(4 * p + m + k * k + 2 * k + 3, np.float32),
        found.solution,
        found.iterations,
        found.reached,
    )
    return found


def small_systems(gram: Single, roots: Single) -> Single:
    """RK⁻¹R (B, k, k) of groups with ``roots`` R (k, B)."""
    k, count = roots.shape
    middle = np.empty((count, k, k), np.float32)
    middles(np.ascontiguousarray(gram), np.ascontiguousarray(roots), _room(k * k + 2 * k + 1, np.float32), middle)
    return middle


def step(rows: HeavyRows, solution: Single, length: Array, penalty: Array, theta: Array, gradient: Array) -> Step:
    """That of a ``solution`` (p, B) for gradients of ``length`` (B,), from θ (p, B)."""
    v, sums = np.empty(theta.shape), np.zeros((3, theta.shape[1]))
    step_sums(
        np.ascontiguousarray(solution),
        np.ascontiguousarray(length),
        np.ascontiguousarray(rows.scale),
        np.ascontiguousarray(penalty),
        np.ascontiguousarray(theta),
        np.ascontiguousarray(gradient),
        v,
        sums,
    )
    return Step(v, *sums)


def times(X: sparse.csr_array, T: Array) -> Array:
    """X @ T: (n, p) and (p, b) -> (n, b)."""
    product = np.empty((X.shape[0], T.shape[1]))
    products.times(_rows(X), np.ascontiguousarray(T), _room(sum(X.shape), np.float64), product)
    return product


def transposed_times(X: sparse.csr_array, R: Array) -> Array:
    """Xᵀ @ R: (n, p) and (n, b) -> (p, b)."""
    product = np.empty((X.shape[1], R.shape[1]))
    products.transposed_times(_rows(X), np.ascontiguousarray(R), _room(sum(X.shape), np.float64), product)
    return product


def _rows(X: Any) -> tuple[NDArray[np.int64], NDArray[np.int32], Any]:
    """indptr, indices and data."""
    return np.asarray(X.indptr, np.int64), np.asarray(X.indices, np.int32), X.data


def _room(rows: int, number: type[Number]) -> NDArray[Number]:
    """(rows, LANES), not set, from the beginning of a line of the cache on."""
    size = rows * LANES
    room = np.empty(size + LINE, number)
    begin = -room.ctypes.data % LINE // room.itemsize
    return room[begin : begin + size].reshape(rows, LANES)
