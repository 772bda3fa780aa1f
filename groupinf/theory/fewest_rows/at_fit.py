"""What is proven of single training rows at θ̂, rounding included, from which bounds for all subsets are made.

Everything is at the parameters θ̂ as they are stored. A row's gradient there is X_iᵀq_i with q_i = s_i r_i, its part in
the Hessian X_iᵀC_iX_i with C_i = s_i A_i; K_ij = x_iᵀH⁻¹x_j of one output. What is called a bound is above the exact
number: the rounding of scores, residuals, products and of the factor of H are in it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from groupinf.effects.study import Study
from groupinf.numerics.change import changed
from groupinf.numerics.fit import Fitted
from groupinf.numerics.losses.loss import Array
from groupinf.numerics.objective import scores
from groupinf.numerics.rounding import SLACK, UNIT, Sizes, gamma
from groupinf.numerics.verified import VerifiedFactor
from groupinf.theory.end import passed, score_errors
from groupinf.theory.fewest_rows.one_by_one import OneByOne, one_by_one
from groupinf.theory.prover import prover_of

# n up to which K is held and sorted row by row: 32 MiB, and some milliseconds each time
MOST_PAIRS = 2048


@dataclass(frozen=True)
class RowsAtFit:
    """Of the n training rows: ``q`` (n, K') as computed and ``off`` (n,) at most the error of any of its numbers.

    Bounds, (n,) each: ``leverage`` h_i; ``reach`` the norm in H⁻¹ that a score, or a difference of two, is read by;
    ``gradient`` ‖X_iᵀq_i‖ in H⁻¹; ``residual`` Σ_k|q_ik|, of several outputs half of it; ``curvature`` what a number of
    C_i is at most for differences of scores of one, of one output s_i a_i; ``most_curvature`` how many times its C_i a
    row's may be at most, anywhere, infinite of several outputs. ``state`` (n, K') is what C_i is made from.

    ``left`` bounds ‖∇L(θ̂)‖ in H⁻¹, and ``concordance`` is the loss's. ``pairs`` (n, n) bounds |K_ij|, 0 where i = j,
    and ``own`` (n,) K_ii; None of several outputs, or of more than MOST_PAIRS rows. ``alone`` is each row by itself,
    None where these are too many, or their exact effects are known.
    """

    fitted: Fitted
    verified: VerifiedFactor
    sizes: Sizes
    q: Array
    off: Array
    state: Array
    leverage: Array
    reach: Array
    gradient: Array
    residual: Array
    curvature: Array
    most_curvature: Array
    left: float
    concordance: float
    pairs: Array | None
    own: Array
    alone: OneByOne | None


def rows_at_fit(study: Study) -> RowsAtFit | None:
    """The rows of a study of removal; None where no factor of H is proven, or the loss has no bound of curvature."""
    fitted, prover = study.fitted, prover_of(study)
    objective, loss, verified = fitted.objective, fitted.objective.loss, prover.verified
    told_apart = loss.outputs == 1 or loss.flat_direction
    if verified is None or loss.concordance is None or loss.curvature_bound is None or not told_apart:
        return None
    found = passed(
        changed(fitted, study.change, [np.empty(0, dtype=np.int64)]),
        prover.at_fit,
        prover.sizes,
        np.zeros((objective.size, 1)),
    )
    left = verified.norms_of_many(found.gradient) + verified.norm_within(found.off) + found.scattered
    weight = objective.sample_weight
    error = float(score_errors(objective, prover.sizes, fitted.theta[:, None])[0]) * prover.sizes.rows
    z = scores(objective.X, fitted.theta, loss.outputs)
    state = loss.curvature_state(z, objective.y)
    q = loss.residuals(z.copy(), objective.y) * weight[:, None]
    # ∂r/∂z of one output is at most the bound of curvatures; of several a row of A is at most twice that of its range
    off = weight * 2.0 * loss.curvature_bound * error + 2.0 * loss.roundings * UNIT * np.abs(q).max(axis=1)
    share = 1.0 if loss.outputs == 1 else 0.5
    residual = SLACK * share * (np.abs(q).sum(axis=1) + loss.outputs * off)
    near = np.exp(2.0 * loss.concordance * error) * (1.0 + 4.0 * loss.roundings * UNIT)
    single = loss.outputs == 1
    with np.errstate(divide="ignore"):
        most = near * loss.curvature_bound / state[:, 0] if single else np.full(objective.n, np.inf)
    return RowsAtFit(
        fitted=fitted,
        verified=verified,
        sizes=prover.sizes,
        q=q,
        off=off,
        state=state,
        leverage=verified.leverage,
        reach=verified.reach,
        gradient=SLACK * residual * verified.reach,
        residual=residual,
        curvature=SLACK * near * weight * (state[:, 0] if single else loss.curvature_bound),
        most_curvature=np.maximum(SLACK * most, 1.0),
        left=float(SLACK * left[0]),
        concordance=loss.concordance,
        pairs=_pairs(fitted, verified, prover.sizes) if single and objective.n <= MOST_PAIRS else None,
        own=SLACK * verified.reach**2,
        alone=one_by_one(study, prover) if loss.concordance > 0.0 else None,
    )


def _pairs(fitted: Fitted, verified: VerifiedFactor, sizes: Sizes) -> Array:
    """At least |x_iᵀH⁻¹x_j|, 0 where i = j: (n, n).

    With V = XWᵀ as computed, off by γ_P‖W∘m‖_F‖x_i/m‖ in each row, and |x_iᵀH⁻¹x_j − x_iᵀWᵀWx_j| ≤
    η/(1 − η)‖Wx_i‖‖Wx_j‖ with the deficit η of W.
    """
    X, W = fitted.objective.X, verified.W
    V = np.asarray(X @ W.T)
    size = W.shape[0]
    off = gamma(size) * float(np.linalg.norm(W * sizes.columns)) * sizes.rows
    reach = verified.reach + off
    relative = verified.deficit / (1.0 - verified.deficit) + gamma(size + 2)
    error = relative * np.outer(reach, reach) + np.outer(off, reach) + np.outer(reach, off)
    pairs = SLACK * (np.abs(V @ V.T) + error)
    pairs[np.diag_indices_from(pairs)] = 0.0
    return np.asarray(pairs)


@dataclass(frozen=True)
class Direction:
    """A linear function f = cᵀθ of the parameters, as rows see it, and the ``sign`` of the side that is asked for.

    ``norm`` bounds ‖c‖ in H⁻¹. Bounds, (n,) each: ``change`` the influence of removing a row on f towards the side that
    is asked for, b_iᵀq_i with b_i = X_iH⁻¹c, with its sign; ``size`` |b_i|, of several outputs its largest difference;
    ``curved`` √(b_iᵀC_ib_i).
    """

    c: Array
    sign: float
    norm: float
    change: Array
    size: Array
    curved: Array


def direction_of(rows: RowsAtFit, c: Array, sign: float) -> Direction:
    """Of c (P,), towards larger f where ``sign`` is 1, smaller where it is −1.

    With y ≈ H⁻¹c and ρ = c − Hy, X_iH⁻¹c = X_iy + X_iH⁻¹ρ, of which the last is at most a row's reach times ‖ρ‖; what
    rounding does to ρ is bounded by |H_jk| ≤ d_j d_k, and that of the score x_iᵀy by γ‖x_i/m‖‖m∘y‖.
    """
    objective, verified, loss = rows.fitted.objective, rows.verified, rows.fitted.objective.loss
    size, d = c.size, verified.diagonal
    y = rows.fitted.factor.solve(c)
    left = c - verified.H @ y
    of_product = (verified.omega + 3.0 * gamma(size + 2)) * d * (d @ np.abs(y)) + gamma(size + 1) * np.abs(c)
    rest = float(verified.norm(left[:, None])[0] + verified.norm_within(SLACK * of_product[:, None])[0])
    rounding = 2.0 * score_errors(objective, rows.sizes, y[:, None])[0] * rows.sizes.rows
    b = scores(objective.X, y, loss.outputs)
    off = SLACK * (rows.reach * rest + rounding)
    spread = np.abs(b[:, 0]) if loss.outputs == 1 else b.max(axis=1) - b.min(axis=1)
    middle = b if loss.outputs == 1 else b - 0.5 * (b.max(axis=1) + b.min(axis=1))[:, None]
    change = np.einsum("nk,nk->n", middle, rows.q)
    # of several outputs q adds up to 0 but for its rounding, and b counts relative to its middle
    of_change = 2.0 * rows.residual * off + (spread + off) * loss.outputs * rows.off
    of_change += gamma(loss.outputs + 3) * spread * 2.0 * rows.residual
    squares = np.einsum("nk,nk->n", middle, loss.curvature_product(rows.state, middle)) * objective.sample_weight
    relative = np.exp(rows.concordance * float((2.0 * _score_error(rows)).max())) * (1.0 + 8.0 * loss.roundings * UNIT)
    curved = np.sqrt(np.maximum(squares, 0.0) * relative) + np.sqrt(rows.curvature) * (rounding + UNIT * spread)
    return Direction(
        c=c,
        sign=sign,
        norm=float(verified.norm(c[:, None])[0]),
        change=sign * change + SLACK * of_change,
        size=SLACK * (spread + off),
        curved=SLACK * (curved + np.sqrt(rows.leverage) * rest),
    )


def _score_error(rows: RowsAtFit) -> Array:
    errors = score_errors(rows.fitted.objective, rows.sizes, rows.fitted.theta[:, None])
    return np.asarray(errors[0] * rows.sizes.rows)
