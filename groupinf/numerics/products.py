"""X @ T and Xᵀ @ R, cut so that BLAS is fast on them: a tall X and a few dozen columns are not what it is tuned for.

OpenBLAS multiplies matrices of up to DIRECT multiplications without packing them first. Measured on one core with
AVX-512 (peak 54 GFLOP/s), columns side by side: 1,281 × 32, X @ T 29 GFLOP/s whole and 50 in pieces, Xᵀ @ R 18 as it
stands and 37 as (Rᵀ @ X)ᵀ; 128 × 32, X @ T 27 and 40, Xᵀ @ R 20 and 35 in pieces. Elsewhere the pieces cost little.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

Array = NDArray[np.float64]
Design = Array | sparse.csr_array

# multiplications up to which OpenBLAS takes its direct kernels
DIRECT = 1_000_000
# rows of a piece below which calls cost more than they save
FEWEST_ROWS = 8
# Xᵀ @ R is summed over pieces while these have many rows of few columns, and formed as (Rᵀ @ X)ᵀ otherwise
FEWEST_SUMMED, WIDEST_SUMMED = 64, 256


def dense(X: Design) -> Array:
    """X as an array: itself, or CSR written out."""
    return X if isinstance(X, np.ndarray) else np.asarray(X.toarray())


def times(X: Design, T: Array) -> Array:
    """X @ T: (n, p) and (p, b) -> (n, b), dense."""
    n, p = X.shape
    rows = _piece(p * T.shape[1])
    if not isinstance(X, np.ndarray) or rows >= n or rows < FEWEST_ROWS or T.shape[1] == 1:
        return np.asarray(X @ T)
    product = np.empty((n, T.shape[1]), dtype=np.result_type(X, T))
    for start in range(0, n, rows):
        np.matmul(X[start : start + rows], T, out=product[start : start + rows])
    return product


def transposed_times(X: Design, R: Array) -> Array:
    """Xᵀ @ R: (n, p) and (n, b) -> (p, b), dense."""
    n, p = X.shape
    rows = _piece(p * R.shape[1])
    if not isinstance(X, np.ndarray) or rows >= n or R.shape[1] == 1:
        return np.asarray(X.T @ R)
    if rows < FEWEST_SUMMED or p > WIDEST_SUMMED:
        return np.asarray((R.T @ X).T)
    product = X[:rows].T @ R[:rows]
    for start in range(rows, n, rows):
        product += X[start : start + rows].T @ R[start : start + rows]
    return product


def _piece(multiplications: int) -> int:
    """Rows of a piece, of so many multiplications each: a multiple of 8 where that leaves any."""
    rows = DIRECT // max(1, multiplications)
    return rows // 8 * 8 or rows
