"""A factor of H that is proven, rounding included, and with it how much of H is left without a group.

With W ≈ L⁻¹ of H's Cholesky factor, ‖WHWᵀ − I‖ ≤ η follows from the product as it is computed, the rounding of the
two multiplications, at most 2γ_P |W||H||Wᵀ|, and that of H itself, at most ω|X|ᵀD|X| (Rump, Verification methods,
Acta Numerica 19, 2010, section 10). Norms of these are the largest row sums. Then vᵀH⁻¹v ≤ ‖Wv‖²/(1 − η).

What is factored without failing is positive definite but for |ΔA_ij| ≤ γ_{P+1} d_i d_j with d_i² = A_ii (Rump 2010,
theorem 10.8; Higham 2002, section 10.1), and (dᵀ|v|)² ≤ τ vᵀHv with τ = ‖|W|d‖²/(1 − η). So a Cholesky factor of
(H − H(δ)) − H/c proves H ≤ c'(H − H(δ)) with 1/c' = 1/c − (ω + γ_{P+1})τ. In the sample space the same is asked of
(1 − 1/c)I − D^½QD^½ with Q = XH⁻¹Xᵀ on the group's rows, whose rounding is relative to Σh.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.linalg import blas, lapack

from groupinf.numerics.change import Changed
from groupinf.numerics.factor import DenseFactor
from groupinf.numerics.fit import Fitted
from groupinf.numerics.losses.loss import Array
from groupinf.numerics.objective import HESSIAN_ROWS, Objective, Rows, scores
from groupinf.numerics.products import Design
from groupinf.numerics.reduced import Pencil, ReducedSolver
from groupinf.numerics.rounding import SLACK, UNIT, Sizes, gamma, hessian_terms

# P beyond which the proof, four products of P × P matrices for each process, costs more than it tells
LARGEST = 2048
# WHWᵀ is to be nearer to the identity than this, so that little is lost by dividing by 1 − η
LARGEST_DEFICIT = 0.5
# the largest eigenvalue is found to a few percent, and c is taken larger than it by this factor, then by its square
MARGIN, ATTEMPTS, ITERATIONS = 1.5, 3, 8
# Σh up to which 1/(1 − Σh), at most 2, is as good as a factor
SMALL_TRACE = 0.5
# multiplications that a check of XH⁻¹Xᵀ may take: a second of one core
MOST_WORK = 2e10


@dataclass(frozen=True)
class VerifiedFactor:
    """W (P, P), lower triangular, with vᵀH⁻¹v ≤ ‖Wv‖²/(1 − ``deficit``).

    ``weights`` (n,) are D = s_i a_i, ``leverage`` (n,) at least h_i = s_i a_i x_iᵀH⁻¹x_i, ``row_norm`` at least
    √(xᵀH⁻¹x) of any training row or row of the chosen test points; ``diagonal`` (P,) is d of H, ``tau`` τ of d, and
    ``omega`` ω, the rounding of H − H(δ) relative to d dᵀ. ``kernel_error`` is what bounds |Q_ij − x_iᵀWᵀWx_j| relative
    to the rows' norms, Q the kernel of the sample space. ``total`` is what errors of the gradient of size √Σ_i x_ij²
    each usually come to in H⁻¹, an estimate.
    """

    H: Array
    W: Array
    deficit: float
    weights: Array
    leverage: Array
    row_norm: float
    diagonal: Array
    tau: float
    omega: float
    kernel_error: float
    total: float

    def lost(self, pencil: Pencil, trace: float) -> float:
        """What the rounding of a pencil may take from a share of H that it seems to hold."""
        size = pencil.A.shape[0]
        if pencil.H is not None:
            return float(SLACK * (self.omega + 2.0 * gamma(size + 2)) * self.tau)
        of_kernel = (self.deficit + self.kernel_error) / (1.0 - self.deficit) + self.omega
        return float(SLACK * (of_kernel * trace + size * gamma(size + 2)))

    def norm(self, V: Array) -> Array:
        """At least √(vᵀH⁻¹v) of each column of V (P, B): (B,)."""
        rounding = gamma(self.W.shape[0]) * np.linalg.norm(np.abs(self.W) @ np.abs(V), axis=0)
        return self._over(np.linalg.norm(self.W @ V, axis=0) + rounding)

    def norm_within(self, bound: Array) -> Array:
        """At least √(vᵀH⁻¹v) of any v with |v| ≤ ``bound`` (P, B), number by number: (B,)."""
        return self._over(np.linalg.norm(np.abs(self.W) @ bound, axis=0))

    def _over(self, norm: Array) -> Array:
        return np.asarray(SLACK * norm / np.sqrt(1.0 - self.deficit))


def verified_factor(fitted: Fitted, sizes: Sizes, test: Objective, kernel: Array) -> VerifiedFactor | None:
    """Prove a factor of H for one output; None where the loss has no constant of self-concordance, or H no factor,
    where it is too large, or is not close enough.

    ``kernel`` is the engine's Q = XH⁻¹Xᵀ (n, n), empty where it has none.
    """
    objective, factor, concordance = fitted.objective, fitted.factor, fitted.objective.loss.concordance
    if objective.loss.outputs > 1 or concordance is None:
        return None
    if objective.size > LARGEST or not isinstance(factor, DenseFactor):
        return None
    W, info = lapack.dtrtri(factor.factor.lower, lower=1)
    if info != 0:
        return None
    W = np.ascontiguousarray(np.tril(W))
    weights, of_rows = _weights(fitted, sizes, concordance)
    deficit = _deficit(objective, factor.H, W, weights, of_rows)
    if not deficit <= LARGEST_DEFICIT:
        return None
    diagonal = SLACK * np.sqrt(np.diag(factor.H))
    rows = _row_norms(objective.X, W, sizes, deficit)
    largest = max(rows.max(), _row_norms(test.X, W, sizes, deficit).max(initial=0.0))
    return VerifiedFactor(
        H=factor.H,
        W=W,
        deficit=deficit,
        weights=weights,
        leverage=SLACK * (1.0 + of_rows) * weights * rows**2,
        row_norm=float(largest),
        diagonal=diagonal,
        tau=float(SLACK * np.sum((np.abs(W) @ diagonal) ** 2) / (1.0 - deficit)),
        omega=3.0 * of_rows + gamma(objective.size + 2),
        kernel_error=_kernel_error(objective, W, kernel, rows) if kernel.size else np.inf,
        total=float(np.linalg.norm(W * sizes.sums)),
    )


def _weights(fitted: Fitted, sizes: Sizes, concordance: float) -> tuple[Array, float]:
    """The s_i a_i that H sums (n,), and at most what rounding may do to H as a share of |X|ᵀD|X|."""
    objective = fitted.objective
    score_error = gamma(objective.p + 2) * sizes.largest_row * float(sizes.of_parameters(fitted.theta, 1)[0])
    curvature = objective.loss.curvature(scores(objective.X, fitted.theta, 1), objective.y)[:, 0, 0]
    of_rows = SLACK * (
        gamma(hessian_terms(objective)) + 2 * objective.loss.roundings * UNIT + np.expm1(concordance * score_error)
    )
    return curvature * objective.sample_weight, of_rows


def _deficit(objective: Objective, H: Array, W: Array, weights: Array, of_rows: float) -> float:
    """η with ‖WHWᵀ − I‖ ≤ η for the exact H."""
    product = blas.dtrmm(1.0, W.T, blas.dtrmm(1.0, W.T, H.T, trans_a=1), side=1)
    product[np.diag_indices_from(product)] -= 1.0
    off = np.abs(product).sum(axis=1)
    ones = np.abs(W).sum(axis=0)
    of_H = np.abs(W) @ (np.abs(H) @ ones)
    of_X = np.abs(W) @ _absolute_gram_product(objective, weights, ones)
    P = H.shape[0]
    return float(SLACK * (off + (2.0 * gamma(P) * SLACK + 3.0 * UNIT) * of_H + of_rows * of_X).max())


def _absolute_gram_product(objective: Objective, weights: Array, v: Array) -> Array:
    """|X|ᵀD|X|v."""
    total = np.zeros_like(v)
    for start in range(0, objective.n, HESSIAN_ROWS):
        rows = slice(start, start + HESSIAN_ROWS)
        part = _absolute(objective.X[rows])
        total += part.T @ (weights[rows] * (part @ v))
    return total


def _absolute(X: Design) -> Design:
    return np.abs(X) if isinstance(X, np.ndarray) else sparse.csr_array(abs(X))


def _kernel_error(objective: Objective, W: Array, kernel: Array, norms: Array) -> float:
    """max |Q_ij − v_iᵀv_j| / (‖v_i‖‖v_j‖) with v_i = Wx_i, rounding of v and of the products included."""
    X = objective.X
    if objective.n**2 * W.shape[0] > MOST_WORK:
        return np.inf
    V = np.asarray(X @ W.T)
    absolute = np.linalg.norm(np.asarray(_absolute(X) @ np.abs(W.T)), axis=1)
    off = np.abs(kernel - V @ V.T) + 2.0 * gamma(2 * W.shape[0] + 4) * absolute[:, None] * absolute
    return float(SLACK * (off / (norms[:, None] * norms)).max())


def _row_norms(X: Design, W: Array, sizes: Sizes, deficit: float) -> Array:
    """At least √(xᵀH⁻¹x) of each row: (n,)."""
    rounding = gamma(W.shape[0]) * np.linalg.norm(W * sizes.columns) * sizes.largest_row
    norms = np.empty(X.shape[0])
    for start in range(0, X.shape[0], HESSIAN_ROWS):
        norms[start : start + HESSIAN_ROWS] = np.linalg.norm(X[start : start + HESSIAN_ROWS] @ W.T, axis=1)
    return np.asarray(SLACK * (norms + rounding) / np.sqrt(1.0 - deficit))


def amplifications(verified: VerifiedFactor, reduced: ReducedSolver, changed: Changed) -> Array:
    """c with H ≤ c(H − H(δ)), proven, for each group (B,); infinite where none is found.

    With a share q of each row's part in H taken out, qΣ_{i in group} h_i is at least the largest eigenvalue of
    H⁻¹H(δ): where it is small, c = 1/(1 − qΣh) takes no factor. Where rows are added to H only, q is 0.
    """
    share = changed.change.removed_share
    if share is None:
        return np.full(len(changed.members), np.inf)
    return np.array([_amplification(verified, reduced, b, share, rows) for b, rows in enumerate(changed.members)])


def _amplification(verified: VerifiedFactor, reduced: ReducedSolver, column: int, taken: float, rows: Rows) -> float:
    trace = SLACK * taken * float(verified.leverage[rows].sum())
    if trace <= SMALL_TRACE:
        return SLACK / (1.0 - trace)
    pencil = reduced.pencil(column)
    if pencil is None:
        return SLACK / (1.0 - trace) if trace < 1.0 else np.inf
    lost = verified.lost(pencil, trace)
    least = _least_eigenvalue(pencil)
    for attempt in range(1, ATTEMPTS + 1):
        share = least / MARGIN**attempt
        if share > lost and _holds(pencil, share):
            return float(SLACK / (share - lost))
    return np.inf


def _holds(pencil: Pencil, share: float) -> bool:
    system = pencil.A.copy()
    if pencil.H is None:
        system[np.diag_indices_from(system)] -= share
    else:
        system -= share * pencil.H
    _, info = lapack.dpotrf(system, lower=1, overwrite_a=1, clean=0)
    return bool(info == 0)


def _least_eigenvalue(pencil: Pencil) -> float:
    """Of H⁻¹A, by inverse iteration from a fixed vector; an estimate, from above."""
    v = np.random.default_rng(0).normal(size=(pencil.A.shape[0],))
    value = 0.0
    for _ in range(ITERATIONS):
        Hv = pencil.times(v)
        Hv /= np.sqrt(v @ Hv)
        v = pencil.factor.solve(Hv)
        value = 1.0 / float(Hv @ v)
    return value
