"""How far training rows are from test rows."""

from __future__ import annotations

import numpy as np

from groupinf.numerics.losses.loss import Array
from groupinf.numerics.objective import HESSIAN_ROWS, row_norms
from groupinf.numerics.products import Design, dense


def distances(X: Design, others: Design) -> Array:
    """‖x_i − t_j‖ of each row of X (n, d) and each of the ``others`` (m, d): (m, n).

    By differences where X is dense, so that a row that is alike is at 0; of sparse rows from their inner products,
    whose rounding is that of the squares.
    """
    if isinstance(X, np.ndarray):
        found = np.empty((others.shape[0], X.shape[0]))
        for start in range(0, X.shape[0], HESSIAN_ROWS):
            part = X[start : start + HESSIAN_ROWS]
            for j, other in enumerate(dense(others)):
                found[j, start : start + HESSIAN_ROWS] = np.linalg.norm(part - other, axis=1)
        return found
    products: Array = dense(others @ X.T)
    squares = row_norms(others)[:, None] ** 2 + row_norms(X) ** 2 - 2.0 * products
    return np.asarray(np.sqrt(np.maximum(squares, 0.0)))
