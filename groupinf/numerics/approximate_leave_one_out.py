"""Approximate leave-one-out: the score of every row under the model without it, from the one factor of H.

Rad and Maleki, "A scalable estimate of the out-of-sample prediction error via approximate leave-one-out
cross-validation", JRSSB 82 (2020), for smooth losses, with weights and several outputs.
"""

from __future__ import annotations

import numpy as np

from groupinf.numerics.factor import BorderedFactor, DenseFactor, SampleSpaceFactor
from groupinf.numerics.fit import Fitted
from groupinf.numerics.losses.loss import Array
from groupinf.numerics.objective import HESSIAN_ROWS, scores
from groupinf.numerics.products import Design, times

# multiplications for one λ, beyond which it is no cheap check any more: some five seconds on one core
MOST_WORK = 1e11
# columns that a factor of n × n solves for side by side
SOLVED_TOGETHER = 1024


def scores_without_each(fitted: Fitted) -> Array | None:
    """z_i of row i after one Newton step from θ̂ without row i: (n, K'); None where ``own_blocks`` has none.

    With X_i = x_iᵀ ⊗ I (K' × P) that step is (H − s_i X_iᵀA_iX_i)⁻¹ s_i X_iᵀr_i, and by Woodbury

        z_i⁽⁻ⁱ⁾ = z_i + (I − s_i G_i A_i)⁻¹ G_i s_i r_i,  G_i = X_i H⁻¹ X_iᵀ (K' × K'),

    for one output z_i + s_i r_i G_i/(1 − h_i) with the leverage h_i = s_i a_i x_iᵀH⁻¹x_i. Exact for the squared loss.
    The flat direction of softmax adds a multiple of 11ᵀ to G_i, and 1ᵀr_i = 0, A_i1 = 0: it makes no difference.
    """
    G = own_blocks(fitted)
    if G is None:
        return None
    objective, loss = fitted.objective, fitted.objective.loss
    z = scores(objective.X, fitted.theta, loss.outputs)
    system = -(G @ (loss.curvature(z, objective.y) * objective.sample_weight[:, None, None]))
    system[:, np.arange(loss.outputs), np.arange(loss.outputs)] += 1.0
    moved = np.linalg.solve(system, G @ fitted.residuals[:, :, None])[:, :, 0]
    return np.asarray(z + moved)


def own_blocks(fitted: Fitted) -> Array | None:
    """G_i = X_i H⁻¹ X_iᵀ of every row, (n, K', K'); None where H has no factor or the work is above MOST_WORK.

    From H⁻¹ by P²(P + n) multiplications, or by a solve for each row with an n × n factor, n²(n + 2P).
    """
    objective, factor = fitted.objective, fitted.factor
    n, P = objective.n, objective.size
    if isinstance(factor, DenseFactor) and P**2 * (P + n) <= MOST_WORK:
        return _from_inverse(objective.X, factor.factor.inverse(), objective.loss.outputs)
    if isinstance(factor, SampleSpaceFactor | BorderedFactor) and n**2 * (n + 2 * P) <= MOST_WORK:
        return _from_solves(objective.X, factor)
    return None


def _from_inverse(X: Design, inverse: Array, outputs: int) -> Array:
    G = np.empty((X.shape[0], outputs, outputs))
    for k in range(outputs):
        for m in range(k + 1):
            block = np.ascontiguousarray(inverse[k::outputs, m::outputs])
            G[:, k, m] = G[:, m, k] = _forms(X, block)
    return G


def _forms(X: Design, B: Array) -> Array:
    """x_iᵀ B x_i of every row: (n,)."""
    forms = np.empty(X.shape[0])
    for start in range(0, X.shape[0], HESSIAN_ROWS):
        part = X[start : start + HESSIAN_ROWS]
        forms[start : start + HESSIAN_ROWS] = _row_products(part, times(part, B))
    return forms


def _from_solves(X: Design, factor: SampleSpaceFactor | BorderedFactor) -> Array:
    forms = np.empty(X.shape[0])
    for start in range(0, X.shape[0], SOLVED_TOGETHER):
        part = X[start : start + SOLVED_TOGETHER]
        columns = part.T if isinstance(part, np.ndarray) else part.T.toarray()
        solved = factor.solve(np.asfortranarray(columns))
        forms[start : start + SOLVED_TOGETHER] = _row_products(part, solved.T)
    return forms[:, None, None]


def _row_products(X: Design, Y: Array) -> Array:
    """Σ_j X_ij Y_ij: (n,)."""
    if isinstance(X, np.ndarray):
        return np.asarray(np.einsum("nj,nj->n", X, Y))
    return np.asarray(X.multiply(Y).sum(axis=1), dtype=np.float64).ravel()
