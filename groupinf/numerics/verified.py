"""A factor of H that is proven, rounding included, and with it how much of H is left without a group.

With W ≈ L⁻¹ of H's Cholesky factor, ‖WHWᵀ − I‖ ≤ η follows from the product as it is computed, the rounding of the
two multiplications, at most 2γ_P |W||H||Wᵀ|, and that of H itself, at most ω Σ s_i (|x_i| ⊗ a_i)(|x_i| ⊗ a_i)ᵀ with
a_ik = √A_i,kk (Rump, Verification methods, Acta Numerica 19, 2010, section 10). Norms of these are the largest row
sums. Then vᵀH⁻¹v ≤ ‖Wv‖²/(1 − η).

ω counts the sums, the entries of A at the scores as they are computed, and what the error of the scores does: where two
scores of a row differ by ρ more or less than they should, −(e^{cρ} − 1)A ≤ ΔA ≤ (e^{cρ} − 1)A with the constant c of
self-concordance, and |ΔA_km| ≤ (e^{cρ} − 1)a_k a_m, as of any matrix that lies between −A and A.

Where L has a flat direction u, which adds a constant to all intercepts, H stands for H + κuuᵀ (``with_flat_filled``).
Every exact gradient is orthogonal to u, on which H⁻¹ is then that of the pseudo-inverse whatever κ is; no difference
of scores is read along u; and H(δ)u = 0. So nothing that is said of gradients, ranges of scores or leverages depends
on κ, and of a gradient that rounding has turned towards u too much is said, not too little.

What is factored without failing is positive definite but for |ΔA_ij| ≤ γ_{P+1} d_i d_j with d_i² = A_ii (Rump 2010,
theorem 10.8; Higham 2002, section 10.1), and (dᵀ|v|)² ≤ τ vᵀHv with τ = ‖|W|d‖²/(1 − η). So a Cholesky factor of
(H − H(δ)) − H/c proves H ≤ c'(H − H(δ)) with 1/c' = 1/c − (ω + γ_{P+1})τ. In the sample space the same is asked of
(1 − 1/c)I − D^½QD^½ with Q = XH⁻¹Xᵀ on the group's rows, whose rounding is relative to Σh.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.linalg import blas, lapack

from groupinf.numerics.change import Changed
from groupinf.numerics.factor import DenseFactor, Factor
from groupinf.numerics.fit import Fitted
from groupinf.numerics.losses.loss import Array
from groupinf.numerics.objective import HESSIAN_ROWS, Objective, Rows, scores, transposed_product
from groupinf.numerics.products import Design
from groupinf.numerics.reduced import Pencil
from groupinf.numerics.rounding import SLACK, UNIT, Sizes, gamma, hessian_terms
from groupinf.numerics.row_norms import proven, range_norms, training_norms

# the pencil of a group by its number among the changed; None where none is at hand
PencilOf = Callable[[int], Pencil | None]
# P beyond which the proof, four products of P × P matrices for each process, costs more than it tells
LARGEST = 2048
# WHWᵀ is to be nearer to the identity than this, so that little is lost by dividing by 1 − η
LARGEST_DEFICIT = 0.5
# the largest eigenvalue is found to a few percent, and c is taken larger than it by this factor, then by its square
MARGINS, ITERATIONS = (1.5, 1.5**2, 1.5**3), 8
# Σh up to which 1/(1 − Σh), at most 2, is as good as a factor
SMALL_TRACE = 0.5
# multiplications that a check of XH⁻¹Xᵀ may take: a second of one core
MOST_WORK = 2e10


@dataclass(frozen=True)
class VerifiedFactor:
    """W (P, P), lower triangular, its ``column_norms`` (P,), and vᵀH⁻¹v ≤ ‖Wv‖²/(1 − ``deficit``).

    ``leverage`` (n,) is at least h_i = tr(H⁻¹ s_i (x_i x_iᵀ) ⊗ A_i), of one output s_i a_i x_iᵀH⁻¹x_i, and
    ``unit_leverage`` (n,) the same of rows of weight 1. ``reach`` (n,) is at least the norm in H⁻¹ that differences of
    two scores of a training row are read by, of one output √(xᵀH⁻¹x), ``test_reach`` (m,) that of rows of the chosen
    test points. ``diagonal`` (P,) is d of H, ``tau`` τ of d, and ``omega`` ω, the rounding of H − H(δ) relative to
    d dᵀ. ``kernel_error`` is what bounds |Q_ij − x_iᵀWᵀWx_j| relative to the rows' norms, Q the kernel of the sample
    space. ``total`` is what errors of the gradient of size √Σ_i x_ij² each usually come to in H⁻¹, an estimate.
    """

    H: Array
    W: Array
    column_norms: Array
    deficit: float
    leverage: Array
    unit_leverage: Array
    reach: Array
    test_reach: Array
    diagonal: Array
    tau: float
    omega: float
    kernel_error: float
    total: float

    @property
    def row_norm(self) -> float:
        """The largest reach of a training row or a row of the chosen test points."""
        return float(max(self.reach.max(), self.test_reach.max(initial=0.0)))

    def lost(self, pencil: Pencil, trace: float) -> float:
        """What the rounding of a pencil may take from a share of H that it seems to hold."""
        size = pencil.A.shape[0]
        if pencil.H is not None:
            return float(SLACK * pencil.rounding * (self.omega + 2.0 * gamma(size + 2)) * self.tau)
        of_kernel = (self.deficit + self.kernel_error) / (1.0 - self.deficit) + self.omega
        return float(SLACK * (of_kernel * trace + size * gamma(size + 2)))

    def norm(self, V: Array) -> Array:
        """At least √(vᵀH⁻¹v) of each column of V (P, B): (B,)."""
        rounding = gamma(self.W.shape[0]) * np.linalg.norm(np.abs(self.W) @ np.abs(V), axis=0)
        return self._over(np.linalg.norm(self.W @ V, axis=0) + rounding)

    def norms_of_many(self, V: Array) -> Array:
        """The same of many columns at half the work: what rounding does is bounded by the norms of W's columns."""
        rounding = gamma(self.W.shape[0]) * self.column_norms @ np.abs(V)
        return self._over(np.linalg.norm(self.W @ V, axis=0) + rounding)

    def norm_within(self, bound: Array) -> Array:
        """At least √(vᵀH⁻¹v) of any v with |v| ≤ ``bound`` (P, B), number by number: (B,)."""
        return self._over(np.linalg.norm(np.abs(self.W) @ bound, axis=0))

    def reduced_norm(self, pencil: Pencil | None, V: Array, amplification: float) -> Array:
        """At least N = √(vᵀ(H − H(δ))⁻¹v) of each column of V (P, B), with H ≤ ``amplification``·(H − H(δ)): (B,).

        With x ≈ (H − H(δ))⁻¹v and r = v − (H − H(δ))x, N² = vᵀx + vᵀ(H − H(δ))⁻¹r ≤ vᵀx + Nε with ε = √a‖r‖ in H⁻¹,
        so that N ≤ ½(ε + √(ε² + 4vᵀx)). |A_ij| ≤ d_i d_j bounds what rounding does to the product of A with x, and what
        it has done to A. Where no pencil in the parameters is at hand it is √a times the norm in H⁻¹.
        """
        if not np.isfinite(amplification):
            return np.full(V.shape[1], np.inf)
        plain = SLACK * np.sqrt(amplification) * self.norm(V)
        if pencil is None or pencil.H is None:
            return np.asarray(plain)
        size, x = V.shape[0], pencil.factor.solve(V)
        d = SLACK * np.sqrt(np.maximum(np.diag(pencil.A), np.diag(pencil.H)))
        off = self._left(pencil.A, d, pencil.rounding * self.omega, V, x)
        epsilon = np.sqrt(amplification) * off
        square = np.einsum("pb,pb->b", V, x) + gamma(size) * np.einsum("pb,pb->b", np.abs(V), np.abs(x))
        tight = 0.5 * (epsilon + np.sqrt(epsilon**2 + 4.0 * np.maximum(square, 0.0)))
        return np.asarray(np.minimum(SLACK * tight, plain))

    def solved(self, V: Array, factor: Factor) -> tuple[Array, Array]:
        """x ≈ H⁻¹V by ``factor``, and at least the norms in H⁻¹ of the V − Hx that it leaves, as in ``reduced_norm``:
        (P, B) and (B,).
        """
        x = factor.solve(V)
        return x, self._left(self.H, self.diagonal, self.omega, V, x)

    def _left(self, A: Array, d: Array, omega: float, V: Array, x: Array) -> Array:
        """At least the norm in H⁻¹ of V − Ax with the exact A, of which no number is off by more than ω d_i d_j."""
        size = V.shape[0]
        of_products = (omega + 3.0 * gamma(size + 2)) * np.outer(d, d @ np.abs(x)) + gamma(size + 1) * np.abs(V)
        return np.asarray(self.norm(V - A @ x) + self.norm_within(SLACK * of_products))

    def _over(self, norm: Array) -> Array:
        return np.asarray(SLACK * norm / np.sqrt(1.0 - self.deficit))


def verified_factor(
    fitted: Fitted, sizes: Sizes, test: Objective, kernel: Array, largest: int = LARGEST
) -> VerifiedFactor | None:
    """Prove a factor of H; None where the loss has no constant of self-concordance, or H no factor, where P is more
    than ``largest``, or the factor is not close enough.

    ``kernel`` is the engine's Q = XH⁻¹Xᵀ (n, n) of one output, empty where it has none.
    """
    objective, factor, concordance = fitted.objective, fitted.factor, fitted.objective.loss.concordance
    if concordance is None or objective.size > largest or not isinstance(factor, DenseFactor):
        return None
    W, info = lapack.dtrtri(factor.factor.lower, lower=1)
    if info != 0:
        return None
    W = np.ascontiguousarray(np.tril(W))
    outputs = objective.loss.outputs
    z, of_rows = scores(objective.X, fitted.theta, outputs), _of_rows(fitted, sizes, concordance)
    deficit = _deficit(objective, factor.H, W, z, of_rows)
    if not deficit <= LARGEST_DEFICIT:
        return None
    diagonal = SLACK * np.sqrt(np.diag(factor.H))
    ranges, curved, traces = training_norms(objective, z, W, sizes, of_rows)
    reach, squares = proven(ranges, deficit), proven(curved, deficit) ** 2
    return VerifiedFactor(
        H=factor.H,
        W=W,
        column_norms=SLACK * np.linalg.norm(W, axis=0),
        deficit=deficit,
        leverage=SLACK * (1.0 + of_rows) * (traces * objective.sample_weight) * squares,
        unit_leverage=SLACK * (1.0 + of_rows) * traces * squares,
        reach=reach,
        test_reach=proven(range_norms(test.X, W, sizes, outputs), deficit),
        diagonal=diagonal,
        tau=float(SLACK * np.sum((np.abs(W) @ diagonal) ** 2) / (1.0 - deficit)),
        omega=3.0 * of_rows + gamma(objective.size + 2),
        kernel_error=_kernel_error(objective, W, kernel, reach) if kernel.size else np.inf,
        total=float(np.linalg.norm(W * np.repeat(sizes.sums, outputs))),
    )


def _of_rows(fitted: Fitted, sizes: Sizes, concordance: float) -> float:
    """At most what rounding may do to H as a share of Σ s_i (|x_i| ⊗ a_i)(|x_i| ⊗ a_i)ᵀ."""
    objective, outputs = fitted.objective, fitted.objective.loss.outputs
    score_error = gamma(objective.p + 2) * sizes.largest_row * float(sizes.of_parameters(fitted.theta, outputs)[0])
    # the difference of two scores has the errors of both
    of_scores = np.expm1(concordance * (min(outputs, 2) * score_error))
    return float(SLACK * (gamma(hessian_terms(objective)) + 2 * objective.loss.roundings * UNIT + of_scores))


def _deficit(objective: Objective, H: Array, W: Array, z: Array, of_rows: float) -> float:
    """η with ‖WHWᵀ − I‖ ≤ η for the exact H."""
    product = blas.dtrmm(1.0, W.T, blas.dtrmm(1.0, W.T, H.T, trans_a=1), side=1)
    product[np.diag_indices_from(product)] -= 1.0
    off = np.abs(product).sum(axis=1)
    ones = np.abs(W).sum(axis=0)
    of_H = np.abs(W) @ (np.abs(H) @ ones)
    of_X = np.abs(W) @ _absolute_gram_product(objective, z, ones)
    P = H.shape[0]
    return float(SLACK * (off + (2.0 * gamma(P) * SLACK + 3.0 * UNIT) * of_H + of_rows * of_X).max())


def _absolute_gram_product(objective: Objective, z: Array, v: Array) -> Array:
    """Σ s_i (|x_i| ⊗ a_i)(|x_i| ⊗ a_i)ᵀv, with A_i at the scores z (n, K')."""
    total, loss = np.zeros_like(v), objective.loss
    for start in range(0, objective.n, HESSIAN_ROWS):
        rows = slice(start, start + HESSIAN_ROWS)
        part = _absolute(objective.X[rows])
        diagonal = np.einsum("nkk->nk", loss.curvature(z[rows], objective.y[rows]))
        squares = np.sqrt(diagonal)[:, :, None] * np.sqrt(diagonal)[:, None, :]
        squares[:, np.arange(loss.outputs), np.arange(loss.outputs)] = diagonal
        squares *= objective.sample_weight[rows, None, None]
        total += transposed_product(part, np.einsum("nkm,nm->nk", squares, scores(part, v, loss.outputs)))
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


def amplifications(
    verified: VerifiedFactor, pencil_of: PencilOf, changed: Changed, margins: Sequence[float] = MARGINS
) -> Array:
    """c with H ≤ c(H − H(δ)), proven, for each group (B,) with its own pencil; infinite where none is found.

    It is as much larger than its estimate as the first of the ``margins`` with which it can be proven.

    With a share q of each row's part in H taken out, qΣ_{i in group} h_i is at least the largest eigenvalue of
    H⁻¹H(δ): where it is small, c = 1/(1 − qΣh) takes no factor. Where rows are added to H only, q is 0.
    """
    share = changed.change.removed_share
    if share is None:
        return np.full(len(changed.members), np.inf)
    each = enumerate(changed.members)
    return np.array([_amplification(verified, pencil_of, b, share, rows, margins) for b, rows in each])


def _amplification(
    verified: VerifiedFactor, pencil_of: PencilOf, column: int, taken: float, rows: Rows, margins: Sequence[float]
) -> float:
    trace = SLACK * taken * float(verified.leverage[rows].sum())
    if trace <= SMALL_TRACE:
        return SLACK / (1.0 - trace)
    pencil = pencil_of(column)
    if pencil is None:
        return SLACK / (1.0 - trace) if trace < 1.0 else np.inf
    return proven_amplification(verified, pencil, trace, margins)


def proven_amplification(
    verified: VerifiedFactor, pencil: Pencil, trace: float, margins: Sequence[float] = MARGINS
) -> float:
    """c with H ≤ cA of a pencil, infinite where none is found; ``trace`` is at least that of what A lacks of H, which
    counts in the sample space alone.
    """
    lost = verified.lost(pencil, trace)
    least = _least_eigenvalue(pencil)
    for margin in margins:
        share = least / margin
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
