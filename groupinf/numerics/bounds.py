"""How far scores of a fitted or retrained model are from those of its exact minimum: proven for one output, and usual.

Let g be the gradient of a group's objective at θ, H_θ its Hessian there, ν = √(gᵀH_θ⁻¹g), and R the largest norm
√(xᵀH_θ⁻¹x) of a row. Where the curvature obeys |d log a/dz| ≤ c it falls by no more than e^{−c|x(θ*−θ)|} along the
segment to the minimum θ*. With d = ‖θ*−θ‖ in H_θ this gives, by convexity and Cauchy and Schwarz,
ν ≥ (1 − e^{−cRd})/(cR), and therefore, where cRν < 1,

    |xᵀ(θ − θ*)| ≤ Rd ≤ −log(1 − cRν)/c    for every row x with √(xᵀH_θ⁻¹x) ≤ R

(generalised self-concordance, Bach 2010, section 2; c = 1 for the logistic loss, and Rd ≤ Rν where c = 0).
H_θ is not formed. Two matrices below it are at hand, and the smaller of the two products Rν counts:
- e^{−cρ}H/a, with ρ = max |x_iᵀ(θ − θ̂)| over the rows that stay, H ≤ a(H − H(w)), and a proven factor of H;
- λ‖weights‖² + A(x̄ᵀweights + intercept)² with A = Σ s_i a_i of the rows that stay at θ, by Jensen: for it
  vᵀM⁻¹v = ‖v_weights − v_intercept x̄‖²/λ + v_intercept²/A, with an x̄ that is a mean of rows, and so near their mean.

g is known up to rounding: of each term, s_i r_i and its product with x_ij, by (γ_k + PER_ROW)|s_i r_i x_ij|; of the
penalty; and of the scores, δ_i ≤ γ_p ‖x_i/m‖‖m∘θ‖, which moves r_i by a_iδ_i: √(Σ s_i a_i δ_i²) at most in the norm of
H_θ⁻¹, as XH_θ⁻¹Xᵀ ≤ D⁻¹. What is proven counts each at its bound, what is estimated at its usual size.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from groupinf.numerics.losses import Array
from groupinf.numerics.objective import Objective, row_slices, scores
from groupinf.numerics.rounding import PER_ROW, SLACK, UNIT, Sizes, estimate_of, gamma, summed_terms
from groupinf.numerics.verified import VerifiedFactor

# the usual error of a term s_i r_i x_ij of a gradient and of the sums it goes through, each to a few roundings,
# relative to √Σ(s r)²·√Σx_ij², which bounds the sum of the terms' sizes
USUAL_TERM = 4.0 * UNIT

# squared residuals that are taken from curvatures have lost half of their digits where p is 1/2
ROOT_SLACK = 1.0 + 1e-7


@dataclass(frozen=True)
class End:
    """B models where they ended, (B,) each, over the rows that stay.

    ``theta`` and ``gradient`` (P, B); ``along`` vᵀH_θv of a step v; ``shift`` ρ, the largest |score − score at θ̂|;
    ``residual`` √Σ(s r)²; ``scatter`` Σ s·tr(A)‖x/m‖² and ``most_scattered`` the largest of its terms; ``curvature`` A,
    of several outputs the least eigenvalue of Σ s A_i; ``parameters`` ‖m∘θ‖, with that of θ̂.
    """

    theta: Array
    gradient: Array
    along: Array
    shift: Array
    residual: Array
    scatter: Array
    most_scattered: Array
    curvature: Array
    parameters: Array


@dataclass(frozen=True)
class Bounded:
    """A fitted problem, θ̂ (P,) and its scores (n, K'), with what bounds need: sizes of its rows, and a proven factor of
    H, or None.
    """

    objective: Objective
    theta: Array
    at_fit: Array
    sizes: Sizes
    verified: VerifiedFactor | None


def end_of(problem: Bounded, theta: Array, gradient: Array, step: Array, kept: NDArray[np.bool_]) -> End:
    """What bounds need of B models θ (P, B) on the rows ``kept`` (n, B), in one pass; ``step`` (P, B) are the v."""
    objective, sizes, loss = problem.objective, problem.sizes, problem.objective.loss
    B = theta.shape[1]
    shift, squares, scatter, most, curvature = np.zeros((5, B))
    along = objective.penalty() @ step**2
    for rows in row_slices(objective, B):
        X, weight = objective.X[rows], objective.sample_weight[rows, None] * kept[rows]
        z, u = scores(X, theta, loss.outputs), scores(X, step, loss.outputs)
        moved = np.abs(z - problem.at_fit[rows, :, None])
        moved *= kept[rows, None, :]
        shift = np.maximum(shift, moved.max(axis=(0, 1)))
        state = loss.curvature_state(z)
        along += np.einsum("nkb,nkb,nb->b", u, loss.curvature_product(state, u), weight)
        curvature += loss.shared_curvature(state, weight)
        terms = loss.curvature_trace(state) * weight
        terms *= sizes.rows[rows, None] ** 2
        scatter, most = scatter + terms.sum(axis=0), np.maximum(most, terms.max(axis=0))
        squares += np.einsum("nb,nb,nb->b", loss.squared_residuals(z, state, objective.y[rows]), weight, weight)
    parameters = sizes.of_parameters(theta, loss.outputs) + sizes.of_parameters(problem.theta[:, None], loss.outputs)
    return End(theta, gradient, along, shift, ROOT_SLACK * np.sqrt(squares), scatter, most, curvature, parameters)


def proven_score_errors(problem: Bounded, end: End, amplification: Array) -> Array:
    """At most |fl(xᵀθ) − xᵀθ*| for every training row and row of the chosen test points: (B,).

    ``amplification`` (B,) is a with H ≤ a(H − H(w)). Infinite where nothing is proven.
    """
    objective, sizes, verified = problem.objective, problem.sizes, problem.verified
    concordance, g = objective.loss.concordance, end.gradient
    if np.isinf(concordance):
        return np.full(end.shift.shape, np.inf)
    of_scores = gamma(objective.p + 2) * sizes.largest_row * end.parameters
    with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
        near = np.exp(concordance * of_scores)
        of_terms = SLACK * (gamma(summed_terms(objective) + 3) + PER_ROW) * end.residual
        off, pulled = of_terms * sizes.sums[:, None], 3.0 * UNIT * objective.lam * np.abs(end.theta)
        scattered = gamma(objective.p + 2) * end.parameters * np.sqrt(end.scatter * near)
        R, norm = _by_the_penalty(objective, sizes, end, near, off, pulled)
        product = R * (norm + scattered)
        if verified is not None:
            growth = np.sqrt(amplification * np.exp(concordance * (end.shift + 2.0 * of_scores)))
            norm = growth * (verified.norm(g) + verified.norm_within(off + pulled))
            product = np.fmin(product, growth * verified.row_norm * (norm + scattered))
    return np.asarray(SLACK * (_distance(concordance, SLACK * product) + of_scores))


def usual_errors(problem: Bounded, end: End, amplification: Array) -> tuple[Array, Array]:
    """What rounding usually leaves of √(gᵀH_θ⁻¹g), and of a score: (B,) twice. Estimates, whatever g is.

    Rounding errors are taken as independent: e of the gradient leaves √(eᵀH⁻¹e) of a decrement, but of a score no more
    than √(xᵀH⁻¹x) times the largest of their standard deviations in H⁻¹, as each direction has its own.
    """
    objective, sizes, verified = problem.objective, problem.sizes, problem.verified
    of_parameters = estimate_of(objective.p + 2) * end.parameters
    of_terms = USUAL_TERM * end.residual
    scattered, most_scattered = of_parameters * np.sqrt(end.scatter), of_parameters * np.sqrt(end.most_scattered)
    weights, intercept = np.sqrt(objective.lam), np.sqrt(end.curvature)
    at_mean = float(np.linalg.norm(sizes.mean)) + sizes.spread
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        of_intercept = of_terms * sizes.sums[-1] * (1.0 / intercept + at_mean / weights)
        pulled = 3.0 * UNIT * weights * np.abs(end.theta)
        decrement = scattered + of_intercept + of_terms * np.linalg.norm(sizes.sums[:-1]) / weights
        decrement += np.linalg.norm(pulled, axis=0)
        R = np.sqrt((sizes.reach + sizes.spread) ** 2 / objective.lam + 1.0 / end.curvature)
        largest = of_terms * sizes.sums[:-1].max(initial=0.0) / weights + pulled.max(axis=0)
        score = R * (most_scattered + of_intercept + largest)
        if verified is not None:
            growth = np.sqrt(amplification)
            decrement = np.fmin(
                decrement, scattered + growth * of_terms * verified.total + np.linalg.norm(pulled, axis=0)
            )
            largest = growth * of_terms * verified.largest + pulled.max(axis=0)
            score = np.fmin(score, growth * verified.row_norm * (most_scattered + largest))
    return decrement, score + of_parameters * sizes.largest_row


def _distance(concordance: float, product: Array) -> Array:
    if concordance == 0.0:
        return product
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(concordance * product < 1.0, -np.log1p(-concordance * product) / concordance, np.inf)


def _by_the_penalty(
    objective: Objective, sizes: Sizes, end: End, near: Array, off: Array, pulled: Array
) -> tuple[Array, Array]:
    """R, and ν without what the scores scatter, with λ‖weights‖² + A(x̄ᵀweights + intercept)²: (B,) twice."""
    A, g = end.curvature / near / SLACK, end.gradient
    at_mean = float(np.linalg.norm(sizes.mean)) + sizes.spread
    weights = np.linalg.norm(g[:-1] - sizes.mean[:, None] * g[-1], axis=0) + sizes.spread * np.abs(g[-1])
    weights += np.linalg.norm(off[:-1], axis=0) + np.linalg.norm(pulled[:-1], axis=0) + at_mean * off[-1]
    norm = np.sqrt(weights**2 / objective.lam + (np.abs(g[-1]) + off[-1]) ** 2 / A)
    return np.sqrt((sizes.reach + sizes.spread) ** 2 / objective.lam + 1.0 / A), norm
