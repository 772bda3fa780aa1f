"""Approximate leave-one-out: the score of every row under the model without it, from the one factor of H.

Rad and Maleki, "A scalable estimate of the out-of-sample prediction error via approximate leave-one-out
cross-validation", JRSSB 82 (2020), for smooth losses, with weights and several outputs.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from groupinf.numerics.change import RowChange, removed_curvatures
from groupinf.numerics.conjugate_gradient import column_dots
from groupinf.numerics.factor import BorderedFactor, DenseFactor, SampleSpaceFactor
from groupinf.numerics.fit import Fitted
from groupinf.numerics.losses.loss import Array
from groupinf.numerics.objective import HESSIAN_ROWS, hessian_products, scores
from groupinf.numerics.products import Design, times

# multiplications for one λ, beyond which it is no cheap check any more: some five seconds on one core
MOST_WORK = 1e11
# share of a ρ that rounding may be
MOST_LOST = 0.01
# where what rounding does is not computed: below it what a change leaves of a row's own curvature has lost its digits,
# as leverages are right to about 1e-8
LEAST_LEFT = 1e-6
# rows of which an n × n kernel tells at a time
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


@dataclass(frozen=True)
class ChangedEach:
    """ρ_i (n, K') with H⁻¹X_iᵀρ_i the Newton step of changing row i alone, and ``error`` what rounding does to it, 0
    where that was not asked for.

    Of the rows ``lost`` (n,) that leaves no digits, the leverage being 1 to rounding; there both are 0. ``blocks`` are
    the G_i = X_iH⁻¹X_iᵀ (n, K', K') that tell it.
    """

    residuals: Array
    error: Array
    lost: NDArray[np.bool_]
    blocks: Array


def changed_each(fitted: Fitted, change: RowChange, errors_too: bool = True) -> ChangedEach | None:
    """The steps of single rows; None where H has no factor. Without errors it takes about a quarter of the work.

    With C_i = s_i A_i − s'_i A'_i the curvature that the change takes out, and q_i = s_i r_i − s'_i r'_i,

        (H − X_iᵀC_iX_i)⁻¹X_iᵀq_i = H⁻¹X_iᵀρ_i,  ρ_i = (I − C_iG_i)⁻¹q_i (Woodbury),

    for a removed row of one output s_i r_i/(1 − h_i). An error E_i of G_i moves it by (I − C_iG_i)⁻¹C_iE_iρ_i.
    """
    told = _blocks_and_errors(fitted, errors_too)
    if told is None:
        return None
    G, errors = told
    C, q, diagonal = removed_curvatures(fitted, change), change.residuals, np.arange(fitted.objective.loss.outputs)
    system = -(C @ G)
    system[:, diagonal, diagonal] += 1.0
    lost = np.linalg.det(system) == 0.0
    if errors is None:
        lost |= np.linalg.svd(system, compute_uv=False)[:, -1] < LEAST_LEFT
        errors = np.zeros_like(G)
    system[lost] = np.eye(diagonal.size)
    rho = np.linalg.solve(system, q[:, :, None])
    error = np.linalg.solve(system, C @ (errors @ rho))
    lost |= ~(np.abs(error).max(axis=(1, 2)) <= MOST_LOST * np.abs(rho).max(axis=(1, 2)))
    kept = ~lost[:, None]
    return ChangedEach(np.where(kept, rho[:, :, 0], 0.0), np.where(kept, error[:, :, 0], 0.0), lost, G)


def _blocks_and_errors(fitted: Fitted, errors_too: bool) -> tuple[Array, Array | None] | None:
    """G_i of every row, whatever the work, and X_i H⁻¹(HH⁻¹ − I) X_iᵀ, as products with H by passes tell what rounding
    does to it: (n, K', K') each. None where H has no factor.
    """
    objective, theta, factor = fitted.objective, fitted.theta, fitted.factor
    if isinstance(factor, DenseFactor):
        inverse = factor.factor.inverse()
        if not errors_too:
            return _from_inverse(objective.X, inverse, objective.loss.outputs), None
        product = hessian_products(objective, theta, inverse)
        product[np.diag_indices_from(product)] -= 1.0
        error = inverse @ product
        outputs = objective.loss.outputs
        return (
            _from_inverse(objective.X, inverse, outputs),
            _from_inverse(objective.X, 0.5 * (error + error.T), outputs),
        )
    if isinstance(factor, SampleSpaceFactor | BorderedFactor):
        return _from_kernel(factor, errors_too)
    return None


def own_blocks(fitted: Fitted) -> Array | None:
    """G_i = X_i H⁻¹ X_iᵀ of every row, (n, K', K'); None where H has no factor or the work is above MOST_WORK.

    From H⁻¹ by P²(P + n) multiplications, or from the n × n kernel of the rows by n²(n + P).
    """
    objective, factor = fitted.objective, fitted.factor
    if work_of_blocks(fitted) > MOST_WORK:
        return None
    if isinstance(factor, DenseFactor):
        return _from_inverse(objective.X, factor.factor.inverse(), objective.loss.outputs)
    assert isinstance(factor, SampleSpaceFactor | BorderedFactor)  # of others the work has no bound
    return _from_kernel(factor, errors_too=False)[0]


def work_of_blocks(fitted: Fitted) -> float:
    """Multiplications that ``own_blocks`` takes; infinite where H has no factor."""
    n, P, factor = fitted.objective.n, fitted.objective.size, fitted.factor
    if isinstance(factor, DenseFactor):
        return float(P**2 * (P + n))
    return float(n**2 * (n + P)) if isinstance(factor, SampleSpaceFactor | BorderedFactor) else np.inf


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


def _from_kernel(factor: SampleSpaceFactor | BorderedFactor, errors_too: bool) -> tuple[Array, Array | None]:
    """The same for one output without a vector of P numbers, as H⁻¹ takes the span of the rows to itself.

    With K = XXᵀ (n × n) and C = (λI + DK)⁻¹ the weights of H⁻¹X_iᵀ are XᵀCe_i, less what an intercept b_i takes of
    them, and X_jH⁻¹X_iᵀ = (KC)_ji + b_i: a product with H is one with λI + DK of the coefficients, and a sum over rows.
    """
    inner = factor.inner if isinstance(factor, BorderedFactor) else factor
    gram, D, n = _gram(inner.X), inner.root**2, inner.root.size
    coupling, intercepts = np.zeros(n), np.zeros(n)
    if isinstance(factor, BorderedFactor):
        coupling = _coefficients(inner, D, gram @ D)
        intercepts = (1.0 - gram @ coupling) / factor.schur
    forms, errors = np.empty((2, n))
    for start in range(0, n, SOLVED_TOGETHER):
        rows = np.arange(start, min(start + SOLVED_TOGETHER, n))
        own, column, b = np.arange(rows.size), gram[:, rows], intercepts[rows]
        unit = np.zeros((n, rows.size))
        unit[rows, own] = 1.0
        solved = _coefficients(inner, unit, column) - coupling[:, None] * b
        forms[rows] = column_dots(column, solved) + b
        if errors_too:
            z = gram @ solved
            curved = D[:, None] * (z + b)
            left = inner.lam * solved + curved - unit
            errors[rows] = column_dots(z, left) + b * (curved.sum(axis=0) - 1.0)
    return forms[:, None, None], errors[:, None, None] if errors_too else None


def _gram(X: Design) -> Array:
    """XXᵀ."""
    return X @ X.T if isinstance(X, np.ndarray) else np.asarray((X @ X.T).toarray())


def _coefficients(factor: SampleSpaceFactor, V: Array, KV: Array) -> Array:
    """CV = (V − D^½(λI + D^½KD^½)⁻¹D^½KV)/λ: of rows, those of H⁻¹XᵀV."""
    root = factor.root.reshape(-1, *(1,) * (V.ndim - 1))
    return np.asarray((V - root * factor.kernel.solve(root * KV)) / factor.lam)


def _row_products(X: Design, Y: Array) -> Array:
    """Σ_j X_ij Y_ij: (n,)."""
    if isinstance(X, np.ndarray):
        return np.asarray(np.einsum("nj,nj->n", X, Y))
    return np.asarray(X.multiply(Y).sum(axis=1), dtype=np.float64).ravel()
