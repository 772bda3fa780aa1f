"""Points to be clustered, known by their inner products: plain features, and gradients in factored form."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol, Self

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from groupinf.datasets.dataset import Features

Rows = NDArray[np.int64]
Floats = NDArray[np.float64]

ALL = slice(None)
WIDE = 256  # columns from which on products are most of the time of a search
SMALL = 1e-8  # of the largest number of a factor, and 1 over it: far from what float32 cannot hold, squared
DIGEST_BYTES = 16  # of a point: two different ones agree with a probability of about n²/2¹²⁹


class Points(Protocol):
    """n points of a Euclidean space. ``inner`` may use any origin, as distances do not depend on it."""

    @property
    def n(self) -> int:
        """Number of points."""

    @property
    def width(self) -> float:
        """Multiplications that one inner product costs."""

    @property
    def explicit_width(self) -> float:
        """Stored numbers per point in ``matrix``."""

    @property
    def squared_norms(self) -> Floats:
        """(n,) inner products of every point with itself."""

    def inner(self, rows: Rows, columns: slice = ALL) -> Floats:
        """(m, w) inner products of the points ``rows`` (m,) with the points ``columns``; a new array."""

    def single(self) -> SinglePrecision | None:
        """The inner products in single precision, where that halves a large part of the time; None elsewhere."""

    def distances(self, i: Rows, j: Rows) -> Floats:
        """(m,) distances of the pairs (i, j), from differences of coordinates and so free of cancellation."""

    def keys(self) -> list[bytes]:
        """One digest per point, equal where the points are equal."""

    def take(self, rows: Rows) -> Self:
        """The points ``rows`` alone."""

    def matrix(self, rows: Rows) -> Features:
        """(m, coordinates) the points ``rows`` written out."""


@dataclass(frozen=True)
class SinglePrecision:
    """Inner products a·b of n points as products over ``factors``, each (n, p) in float32, of their rows' products.

    |a·b as computed − a·b| ≤ ``rounding``·|a||b| + ``floor``, the latter for what underflows.
    """

    factors: tuple[NDArray[np.float32], ...]
    rounding: float
    floor: float

    def inner(self, rows: Rows, columns: slice = ALL) -> NDArray[np.float32]:
        """(m, w) inner products of the points ``rows`` (m,) with the points ``columns``; a new array."""
        first, *others = (factor[rows] @ factor[columns].T for factor in self.factors)
        for other in others:
            first *= other
        return first


def single_precision(*factors: Features) -> SinglePrecision | None:
    """None for sparse or narrow factors, and for numbers that come near the limits of float32.

    A product of p terms is off by at most (p + 2)u/(1 − (p + 2)u) of Σ|a_l b_l|, in whatever order they are added
    (Higham 2002, eq. 3.5), u = 2⁻²⁴; 2u of it for the numbers themselves.
    """
    dense = [f for f in factors if isinstance(f, np.ndarray)]
    if len(dense) < len(factors) or sum(f.shape[1] for f in dense) < WIDE:
        return None
    largest = [float(max(f.max(), -f.min())) for f in dense]
    if not all(SMALL < m < 1 / SMALL for m in largest):
        return None
    terms = sum(f.shape[1] + 4 for f in dense)
    unit = float(np.finfo(np.float32).eps) / 2
    products = [f.shape[1] * m * m for f, m in zip(dense, largest, strict=True)]
    floor = terms * float(np.finfo(np.float32).smallest_normal) * float(np.prod(np.maximum(products, 1.0)))
    return SinglePrecision(tuple(f.astype(np.float32) for f in dense), terms * unit / (1 - terms * unit), floor)


@dataclass(frozen=True)
class FeaturePoints:
    """The rows of X (n, d), dense or CSR."""

    X: Features

    @property
    def n(self) -> int:
        return int(self.X.shape[0])

    @property
    def width(self) -> float:
        return _stored_per_row(self.X)

    @property
    def explicit_width(self) -> float:
        return _stored_per_row(self.X)

    @cached_property
    def squared_norms(self) -> Floats:
        return _squared_rows(self._centred)

    @cached_property
    def _centred(self) -> Features:
        # a mean far from 0 costs digits in |a|² + |b|² − 2ab; sparse rows stay sparse instead
        return self.X - self.X.mean(axis=0) if isinstance(self.X, np.ndarray) else self.X

    def inner(self, rows: Rows, columns: slice = ALL) -> Floats:
        return _row_products(self._centred, rows, columns)

    def single(self) -> SinglePrecision | None:
        return single_precision(self._centred)

    def distances(self, i: Rows, j: Rows) -> Floats:
        return np.sqrt(_squared_rows(self.X[i] - self.X[j]))

    def keys(self) -> list[bytes]:
        return [_digest(row) for row in _row_bytes(self.X)]

    def take(self, rows: Rows) -> Self:
        return type(self)(self.X[rows])

    def matrix(self, rows: Rows) -> Features:
        return self.X[rows]


@dataclass(frozen=True)
class GradientPoints:
    """Outer products x_i ⊗ r_i with x_i the rows of X1 = [X, 1] (n, d+1), or of X, and r_i those of R (n, K).

    ⟨x_i ⊗ r_i, x_j ⊗ r_j⟩ = (x_i·x_j)(r_i·r_j), so that the (n, (d+1)·K) matrix is never needed.
    """

    X1: Features
    R: Floats

    @property
    def n(self) -> int:
        return int(self.R.shape[0])

    @property
    def width(self) -> float:
        return _stored_per_row(self.X1) + float(self.R.shape[1])

    @property
    def explicit_width(self) -> float:
        return _stored_per_row(self.X1) * float(self.R.shape[1])

    @cached_property
    def squared_norms(self) -> Floats:
        return _squared_rows(self.X1) * _squared_rows(self.R)

    def inner(self, rows: Rows, columns: slice = ALL) -> Floats:
        products = _row_products(self.X1, rows, columns)
        products *= self.R[rows] @ self.R[columns].T
        return products

    def single(self) -> SinglePrecision | None:
        return single_precision(self.X1, self.R)

    def distances(self, i: Rows, j: Rows) -> Floats:
        """With means x̄, r̄ and differences δx, δr of a pair, x_i⊗r_i − x_j⊗r_j = x̄⊗δr + δx⊗r̄.

        A column of ones in X1 keeps the result at least |δr|, so that the three terms cancel little.
        """
        x_mean, x_diff = _mean_and_difference(self.X1, i, j)
        r_mean, r_diff = _mean_and_difference(self.R, i, j)
        cross = _row_dots(x_mean, x_diff) * _row_dots(r_mean, r_diff)
        squared = _squared_rows(x_mean) * _squared_rows(r_diff) + _squared_rows(x_diff) * _squared_rows(r_mean)
        return np.sqrt(np.maximum(squared + 2 * cross, 0.0))

    def keys(self) -> list[bytes]:
        zero = (self.R == 0).all(axis=1).tolist()  # a gradient of 0 is the same point whatever its x
        pairs = zip(_row_bytes(self.X1), _row_bytes(self.R), zero, strict=True)
        return [b"" if is_zero else _digest(x + r) for x, r, is_zero in pairs]

    def take(self, rows: Rows) -> Self:
        return type(self)(self.X1[rows], self.R[rows])

    def matrix(self, rows: Rows) -> Features:
        """(m, (d + 1)K') the outer products written out, K' coordinates for each feature; CSR where X is."""
        X1, R = self.X1[rows], self.R[rows]
        if isinstance(X1, np.ndarray):
            return (X1[:, :, None] * R[:, None, :]).reshape(rows.size, -1)
        K = R.shape[1]
        data = X1.data[:, None] * np.repeat(R, np.diff(X1.indptr), axis=0)
        indices = X1.indices[:, None] * K + np.arange(K)
        return sparse.csr_array((data.ravel(), indices.ravel(), X1.indptr * K), shape=(rows.size, X1.shape[1] * K))


def gradient_points(X: Features, residuals: Floats, has_intercept: bool = True) -> Points:
    """The loss gradients [x_i, 1] ⊗ residuals[i] at θ̂, X (n, d), residuals (n, K'); x_i alone without an intercept.

    With K' = 1 they are no wider than X and are written out; else they stay in factored form.
    """
    X1 = _with_ones(X) if has_intercept else X
    if residuals.shape[1] > 1:
        return GradientPoints(X1, residuals)
    scaled = X1 * residuals if isinstance(X1, np.ndarray) else sparse.csr_array(X1.multiply(residuals))
    return FeaturePoints(scaled)


def _with_ones(X: Features) -> Features:
    ones = np.ones((X.shape[0], 1))
    if isinstance(X, np.ndarray):
        return np.hstack([X, ones])
    return sparse.csr_array(sparse.hstack([X, sparse.csr_array(ones)]))


def _mean_and_difference(X: Features, i: Rows, j: Rows) -> tuple[Features, Features]:
    if isinstance(X, np.ndarray):
        return (X[i] + X[j]) / 2, X[i] - X[j]
    return sparse.csr_array((X[i] + X[j]) / 2), sparse.csr_array(X[i] - X[j])


def _stored_per_row(X: Features) -> float:
    return float(X.shape[1]) if isinstance(X, np.ndarray) else X.nnz / X.shape[0]


def _row_products(X: Features, rows: Rows, columns: slice) -> Floats:
    if isinstance(X, np.ndarray):
        return X[rows] @ X[columns].T
    return np.asarray((X[columns] @ X[rows].toarray().T).T)


def _row_dots(A: Features, B: Features) -> Floats:
    if isinstance(A, np.ndarray) and isinstance(B, np.ndarray):
        return np.asarray(np.einsum("ij,ij->i", A, B), dtype=np.float64)
    return np.asarray((A * B).sum(axis=1), dtype=np.float64)


def _squared_rows(A: Features) -> Floats:
    return _row_dots(A, A)


def _row_bytes(X: Features) -> list[bytes]:
    if isinstance(X, np.ndarray):
        return [(row + 0.0).tobytes() for row in X]  # + 0.0 turns -0.0 into 0.0
    canonical = X.copy()
    canonical.sum_duplicates()
    canonical.eliminate_zeros()
    ends = zip(canonical.indptr[:-1], canonical.indptr[1:], strict=True)
    return [canonical.indices[a:b].tobytes() + canonical.data[a:b].tobytes() for a, b in ends]


def _digest(row: bytes) -> bytes:
    return hashlib.blake2b(row, digest_size=DIGEST_BYTES).digest()
