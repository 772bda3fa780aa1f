"""How much of H⁻¹ rows see, by a proven factor of H: norms of what their scores are read by, and leverages.

The scores of a row are (x ⊗ I)ᵀθ. With V = W(x ⊗ I) (P, K') and vᵀH⁻¹v ≤ ‖Wv‖²/(1 − η), the norm of the difference of
two scores is at most ‖V(e_k − e_m)‖/√(1 − η), that of one output ‖V‖/√(1 − η); and with A = BᵀB the leverage
s·Σ_km A_km (x ⊗ e_k)ᵀH⁻¹(x ⊗ e_m) is at most s‖VBᵀ‖²_F/(1 − η).

The V that is computed is off by γ_P ‖W∘(m ⊗ 1)‖_F‖x/m‖ in the norm of Frobenius. What rounding does to B is told in
two parts: to √tr A, its size, and to B/√tr A, which moves ‖VBᵀ‖_F/√tr A by ω‖V‖_F at most; of one output that is 1,
and exact, so that no more than K' − 1 of the outputs count there.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from groupinf.numerics.losses.loss import Array
from groupinf.numerics.objective import HESSIAN_ROWS, Objective
from groupinf.numerics.products import Design
from groupinf.numerics.rounding import SLACK, Sizes, gamma

# numbers that are formed of V at a time, K' of each of its own: of one output 64 MiB, of several what a cache holds
MOST_FORMED = 2**23


def training_norms(objective: Objective, z: Array, W: Array, sizes: Sizes, off: float) -> tuple[Array, Array, Array]:
    """Of each training row at its scores z (n, K'), all but the 1/√(1 − η): the largest norm of a difference of two
    scores, or of the one output; ‖VBᵀ‖_F/√tr A; and tr A. (n,) each.

    ``off`` is ω, the relative error of entries of A.
    """
    loss, rounding = objective.loss, _rounding(W, sizes, objective.loss.outputs)
    ranges, curved, traces = np.empty((3, objective.n))
    for rows, V in _images(objective.X, W, loss.outputs):
        trace = np.einsum("nkk->n", loss.curvature(z[rows], objective.y[rows]))
        size = np.sqrt(trace)[:, None, None]
        roots = loss.curvature_root(z[rows], objective.y[rows])
        roots = np.divide(roots, size, out=np.zeros_like(roots), where=size > 0.0)
        ranges[rows] = _range_norms(V) + _of_ranges(rounding, loss.outputs)
        in_all = np.linalg.norm(V.reshape(len(V), -1), axis=1)
        of_roots = (loss.outputs - 1) * off * in_all
        curved[rows] = np.linalg.norm((roots @ V).reshape(len(V), -1), axis=1) + of_roots + rounding
        traces[rows] = trace
    return ranges, curved, traces


def range_norms(X: Design, W: Array, sizes: Sizes, outputs: int) -> Array:
    """The first of ``training_norms`` for any rows: (n,)."""
    norms, rounding = np.empty(X.shape[0]), _of_ranges(_rounding(W, sizes, outputs), outputs)
    for rows, V in _images(X, W, outputs):
        norms[rows] = _range_norms(V) + rounding
    return norms


def proven(norms: Array, deficit: float) -> Array:
    """Norms with W made norms in H⁻¹."""
    return np.asarray(SLACK * norms / np.sqrt(1.0 - deficit))


def _images(X: Design, W: Array, outputs: int) -> Iterator[tuple[slice, Array]]:
    """Vᵀ of some rows at a time: (b, K', P)."""
    P = W.shape[0]
    of_outputs = [np.ascontiguousarray(part) for part in np.moveaxis(W.reshape(P, -1, outputs), 2, 0)]
    held = min(HESSIAN_ROWS, max(1, MOST_FORMED // (P * outputs**2)))
    for start in range(0, X.shape[0], held):
        rows = slice(start, min(start + held, X.shape[0]))
        part = X[rows]
        yield rows, np.stack([np.asarray(part @ of_output.T) for of_output in of_outputs], axis=1)


def _range_norms(V: Array) -> Array:
    """The norm of the one output's column, of several the largest of a difference of two: (b,).

    ‖u_k − u_m‖² = u_kᵀu_k + u_mᵀu_m − 2u_kᵀu_m is off by γ_{P+3}(‖u_k‖ + ‖u_m‖)² at most, and the u are columns less
    their mean: what all outputs share, the penalty alone holds, and it can be far larger than what they differ in.
    """
    if V.shape[1] == 1:
        return np.asarray(np.linalg.norm(V[:, 0], axis=1))
    U = V - V.mean(axis=1, keepdims=True)
    products = U @ U.transpose(0, 2, 1)
    squares = np.einsum("bkk->bk", products)
    between = squares[:, :, None] + squares[:, None, :] - 2.0 * products
    return np.asarray(np.sqrt(between.max(axis=(1, 2)) + 4.0 * SLACK * gamma(V.shape[2] + 3) * squares.max(axis=1)))


def _rounding(W: Array, sizes: Sizes, outputs: int) -> float:
    return float(gamma(W.shape[0]) * np.linalg.norm(W * np.repeat(sizes.columns, outputs)) * sizes.largest_row)


def _of_ranges(rounding: float, outputs: int) -> float:
    """What differences of two columns may be off by, if all columns together are by ``rounding``; their mean, and its
    subtraction, cost no more than four times that.
    """
    return rounding if outputs == 1 else float(5.0 * np.sqrt(2.0) * rounding)
