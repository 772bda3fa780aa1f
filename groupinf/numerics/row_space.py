"""Fewer rows than features: the weights at every minimum lie in the span of the rows, whichever rows are removed.

With Xᵀ = QR (Q (d, n), QᵀQ = I) and weights Qβ the scores are Rᵀβ and the penalty is (λ/2)‖β‖²: the same problem in n
coordinates, so that what is factored has n + 1 rows instead of d + 1. A test row x has the coordinates Qᵀx; what of it
is outside of the span meets no weight. Householder QR perturbs each row of X by rounding of its own length alone
(Higham, Accuracy and Stability of Numerical Algorithms, 2002, theorem 19.4).
"""

from __future__ import annotations

import numpy as np
from scipy import linalg

from groupinf.numerics.losses.loss import Array
from groupinf.numerics.products import Design, dense

# Q is at most this large
BASIS_BYTES = 2 * 2**30
# multiplications for the coordinates of the rows beyond which they are taken from the factorisation: below, half a
# second at most, they are rounded as ever
DEAR_COORDINATES = 1e10
# rows up to which sparse rows are worth writing out in coordinates, which are dense: beyond, passes over what is
# stored of word counts cost less than the factors of n × n that their coordinates ask for
MOST_SPARSE_ROWS = 512


def is_reduced(X: Design) -> bool:
    """Whether the rows of X (n, d) are written in coordinates of their span."""
    n, d = X.shape
    fits = 8 * n * d <= BASIS_BYTES
    return d > n and fits and (isinstance(X, np.ndarray) or n <= MOST_SPARSE_ROWS)


def row_space_basis(X: Design) -> Array:
    """Q (d, n) with orthonormal columns that span the rows of X (n, d), n < d."""
    return _orthonormal(X)[0]


def row_space(X: Design) -> tuple[Array, Array]:
    """The basis Q of ``row_space_basis`` and the rows in its coordinates XQ (n, n): Rᵀ, where the product is dear."""
    Q, R = _orthonormal(X)
    n, d = X.shape
    return Q, np.ascontiguousarray(R.T) if n**2 * d > DEAR_COORDINATES else np.asarray(X @ Q)


def _orthonormal(X: Design) -> tuple[Array, Array]:
    Q, R = linalg.qr(dense(X).T, mode="economic", check_finite=False)
    return np.ascontiguousarray(Q), np.asarray(R, dtype=np.float64)


def in_full(basis: Array, theta: Array, outputs: int) -> Array:
    """Parameters (P, ...) of n coordinates as those of d features: weights Qβ, an intercept below them as it is."""
    return _mapped(basis, theta, outputs)


def in_coordinates(basis: Array, theta: Array, outputs: int) -> Array:
    """The other way round: β = Qᵀweights."""
    return _mapped(basis.T, theta, outputs)


def _mapped(M: Array, theta: Array, outputs: int) -> Array:
    rows = theta.reshape(theta.shape[0] // outputs, -1)
    weights = M.shape[1]
    return np.vstack([M @ rows[:weights], rows[weights:]]).reshape(-1, *theta.shape[1:])
