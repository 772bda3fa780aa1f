"""What all groups of a problem of one output share: its rows in single precision, and the few heavy ones among them.

With D = diag(s_i a_i) the curvatures, T the rows of largest D_i‖x_i‖² at θ̂, and d the diagonal of what the others and
the penalty make of H there, H at any θ is near to

    P = diag(d) + X_TᵀD_T X_T,

whatever rows are removed and wherever θ is, if D_T is that of the group at θ: what removing rows does to the curvature
of a model that separates its classes almost perfectly is carried by few rows. All is written in u = d^½ v, in which
P is the identity and a matrix of rank |T|.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from groupinf.numerics.heavy_rows.kernels import Kernels, compiler_is_installed, kernels
from groupinf.numerics.losses.loss import Array
from groupinf.numerics.objective import Objective, Rows, scores
from groupinf.numerics.products import Design

Single = NDArray[np.float32]
SingleRows = Single | sparse.csr_array
SingleColumns = Single | sparse.csc_array

# rows in T: on Enron (n = 4,137) conjugate gradients took 60, 54, 51 and 49 iterations for a group with 32, 48, 64 and
# 96 of them, and 48 the least time
MOST_HEAVY = 48
# and at most this share of all rows, so that d tells of every direction
HEAVY_SHARE = 0.25
# d is at least this share of the diagonal of H, so that it can be divided by also where T holds a feature's every row
LEAST_LEFT = 1e-6


@dataclass(frozen=True)
class HeavyRows:
    """X d^{−½} (n, p) and its rows T, as rows and transposed, with their numbers; ‖x_i d^{−½}‖² (n,), d^{−½}
    (p,), the penalty over d (p, 1), X_T d⁻¹X_Tᵀ (k, k), and whether what computes with them is ``compiled``.
    """

    X: SingleRows
    numbers: Rows
    heavy: SingleRows
    heavy_transposed: SingleColumns
    lengths: NDArray[np.float64]
    scale: NDArray[np.float64]
    penalty: Single
    gram: Single
    compiled: bool

    @property
    def kernels(self) -> Kernels:
        """What computes with them."""
        return kernels(self.compiled)


def heavy_rows(objective: Objective, theta: Array) -> HeavyRows:
    """Those of an objective of one output at θ (P,)."""
    X = objective.X
    curvature = objective.loss.curvature(scores(X, theta, 1), objective.y)[:, 0, 0] * objective.sample_weight
    squares = X**2 if isinstance(X, np.ndarray) else X.power(2)
    weight = curvature * np.asarray(squares.sum(axis=1)).ravel()
    most = max(1, min(MOST_HEAVY, int(HEAVY_SHARE * objective.n)))
    numbers = np.sort(np.argsort(-weight, kind="stable")[:most]).astype(np.int64)
    others = curvature.copy()
    others[numbers] = 0.0
    diagonal = objective.penalty() + np.asarray(squares.T @ curvature).ravel()
    d = np.maximum(objective.penalty() + np.asarray(squares.T @ others).ravel(), LEAST_LEFT * diagonal)
    scale = 1.0 / np.sqrt(np.where(d > 0.0, d, 1.0))
    scaled = _scaled(X, scale)
    heavy = scaled[numbers]
    gram = heavy @ heavy.T
    return HeavyRows(
        X=scaled,
        numbers=numbers,
        heavy=heavy,
        heavy_transposed=heavy.T,
        lengths=np.asarray(squares @ scale**2),
        scale=scale,
        penalty=(objective.penalty() * scale**2).astype(np.float32)[:, None],
        gram=gram if isinstance(gram, np.ndarray) else gram.toarray(),
        compiled=not isinstance(X, np.ndarray) and compiler_is_installed(),
    )


def _scaled(X: Design, scale: NDArray[np.float64]) -> SingleRows:
    if isinstance(X, np.ndarray):
        return np.asarray(X * scale, dtype=np.float32)
    return sparse.csr_array(((X.data * scale[X.indices]).astype(np.float32), X.indices, X.indptr), shape=X.shape)
