"""What a pass over the data finds of the objectives of groups, with what rounding may have added."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from groupinf.numerics.change import Changed
from groupinf.numerics.fit import Fitted
from groupinf.numerics.losses.loss import Array, Loss
from groupinf.numerics.objective import Objective, row_norms, row_slices, scores, transposed_product
from groupinf.numerics.rounding import SLACK, UNIT, Sizes, gamma, gradient_errors

# shares of a row's curvature at θ̂ below which what it has lost is summed: between them little is gained
SHARES = (1.0, 0.85, 0.6, 0.35)
# the same where models end so near to their minima that a small share of H does
MORE_SHARES = (*SHARES, 0.2, 0.1, 0.05, 0.02)


@dataclass(frozen=True)
class AtFit:
    """The training rows at θ̂: curvature states (n, K'); at least tr(H⁻¹ (x_i x_iᵀ) ⊗ A_i) of each (n,), a leverage of
    weight 1; at least Σ_i s'_i‖x_i‖‖x_i/m‖, by which errors of scores may move a gradient; and how large such an error
    is at ‖x/m‖ = 1.
    """

    state: Array
    leverage: Array
    scattered: float
    score_error: float


@dataclass(frozen=True)
class Passed:
    """B models at θ (P, B): the gradients of their objectives (P, B), and what rounding may have added to them: number
    by number ``off`` (P, B), and by the errors of scores ``scattered`` (B,) in H_θ⁻¹ and ``in_all`` (B,) in the norm of
    θ. ``score_error`` (B,) is at most the error of a score of ‖x/m‖ = 1, ``largest_error`` that of any row, ``surely``
    (B,) at least what that leaves of a ratio of curvatures. ``lost`` (shares, B) says of each of the ``shares`` τ
    (shares, B) what a curvature that has fallen below τ times that at θ̂ takes away: H_θ ≥ τ(H − H(δ)) − lost·H.
    """

    theta: Array
    gradient: Array
    off: Array
    scattered: Array
    in_all: Array
    score_error: Array
    largest_error: Array
    surely: Array
    shares: Array
    lost: Array


def at_fit(fitted: Fitted, largest_weight: Array, sizes: Sizes, leverage: Array) -> AtFit:
    """What passes need of θ̂; ``largest_weight`` (n,) is what a row counts at most, fitted or changed."""
    objective = fitted.objective
    z = scores(objective.X, fitted.theta, objective.loss.outputs)
    return AtFit(
        state=objective.loss.curvature_state(z, objective.y),
        leverage=leverage,
        scattered=float(SLACK * np.sum(largest_weight * row_norms(objective.X) * sizes.rows)),
        score_error=float(score_errors(objective, sizes, fitted.theta[:, None])[0]),
    )


def score_errors(objective: Objective, sizes: Sizes, theta: Array) -> Array:
    """At most the error of a score of a row with ‖x/m‖ = 1, the subtraction of the largest score included: (B,)."""
    return gamma(objective.p + 6) * sizes.of_parameters(theta, objective.loss.outputs)


def passed(changed: Changed, at: AtFit, sizes: Sizes, step: Array, of_shares: tuple[float, ...] = SHARES) -> Passed:
    """One pass at θ̂ + ``step`` (P, B), whose scores may also be those of θ̂ and of the step added up."""
    objective, loss, terms = changed.objective, changed.objective.loss, changed.terms
    theta, B = changed.fitted.theta[:, None] + step, step.shape[1]
    gradient = objective.penalty()[:, None] * theta
    squares, scatter = np.zeros((2, B))
    least, lost = np.ones(B), np.zeros((len(of_shares), B))
    error = at.score_error + score_errors(objective, sizes, step)
    surely = np.exp(-2.0 * _concordance(loss) * sizes.largest_row * (error + at.score_error))
    surely *= 1.0 - 4.0 * loss.roundings * UNIT
    for rows in row_slices(objective, B):
        X, weight = objective.X[rows], objective.sample_weight[rows, None] * terms.counts[rows]
        y = objective.y[rows] if terms.labels is None else terms.labels[rows]
        z = scores(X, theta, loss.outputs)
        state = loss.curvature_state(z, y)
        ratio = surely * loss.curvature_kept(at.state[rows, :, None], state)
        counted = weight > 0.0
        least = np.minimum(least, np.where(counted, ratio, 1.0).min(axis=0))
        of_rows = weight * at.leverage[rows, None]
        for i, share in enumerate(of_shares):
            lost[i] += np.einsum("nb,nb->b", of_rows, np.maximum(share - ratio, 0.0))
        scatter += np.einsum("nb,nb,n->b", loss.curvature_trace(state), weight, sizes.rows[rows] ** 2)
        r = loss.residuals(z, y) * weight[:, None]
        squares += np.einsum("nkb,nkb->b", r, r)
        gradient += transposed_product(X, r)
    if terms.pull is not None:
        gradient = gradient + terms.pull
    residual = np.sqrt(squares) if terms.pulled is None else np.sqrt(squares) + terms.pulled
    off, pulled = gradient_errors(objective, sizes, residual, theta)
    near = np.exp(4.0 * _concordance(loss) * sizes.largest_row * error)
    return Passed(
        theta=theta,
        gradient=gradient,
        off=SLACK * (off + pulled),
        scattered=SLACK * error * np.sqrt(min(loss.outputs, 2) * scatter * near),
        in_all=SLACK * 2.0 * _largest_curvature(loss) * np.sqrt(loss.outputs) * error * at.scattered,
        score_error=error,
        largest_error=sizes.largest_row * error,
        surely=surely,
        shares=np.vstack([np.repeat(np.array(of_shares)[:, None], B, axis=1), least]),
        lost=SLACK * np.vstack([lost, np.zeros(B)]),
    )


def _concordance(loss: Loss) -> float:
    """c, or 0 where no constant is known, and nothing is proven by it."""
    return 0.0 if loss.concordance is None else loss.concordance


def _largest_curvature(loss: Loss) -> float:
    """The bound of uᵀAu for u of range 1."""
    return np.inf if loss.curvature_bound is None else loss.curvature_bound
