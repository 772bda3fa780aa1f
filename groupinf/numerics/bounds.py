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
  Where no intercept is free it is λ‖θ‖² alone.

g is known up to rounding: of each term, s_i r_i and its product with x_ij, by (γ_k + ku)|s_i r_i x_ij|, k the loss's
``roundings``; of the penalty; and of the scores, δ_i ≤ γ_p ‖x_i/m‖‖m∘θ‖, which moves r_i by a_iδ_i: √(Σ s_i a_i δ_i²)
at most in the norm of H_θ⁻¹, as XH_θ⁻¹Xᵀ ≤ D⁻¹. What is proven counts each at its bound, what is
estimated at its usual size.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from groupinf.numerics.change import RowTerms
from groupinf.numerics.fit import Fitted
from groupinf.numerics.intercept import Intercept
from groupinf.numerics.losses.loss import Array
from groupinf.numerics.objective import Objective, row_slices, scores, transposed_product
from groupinf.numerics.products import Design
from groupinf.numerics.rounding import (
    SLACK,
    UNIT,
    USUAL_TERM,
    Sizes,
    estimate_of,
    gamma,
    gradient_errors,
    sizes_of,
)
from groupinf.numerics.verified import VerifiedFactor, verified_factor

# rows among which the score is looked for that rounding moves most, and by how much more than one draw of signs shows
MOST_ROWS, OUTLYING = 2048, 3.0
# squared residuals that are taken from curvatures have lost half of their digits where p is 1/2
ROOT_SLACK = 1.0 + 1e-7


@dataclass(frozen=True)
class End:
    """B models where they ended, (B,) each, over the rows that stay.

    ``theta`` and ``gradient`` (P, B), ``noise`` (P, B) what rounding may have added to the latter; ``along`` vᵀH_θv of
    a step v; ``shift`` ρ, the largest |score − score at θ̂|; ``residual`` √Σ(s r)²; ``scatter`` Σ s·tr(A)‖x/m‖²;
    ``curvature`` A, of several outputs the least eigenvalue of Σ s A_i; ``parameters`` ‖m∘θ‖, with that of θ̂.
    """

    theta: Array
    gradient: Array
    noise: Array
    along: Array
    shift: Array
    residual: Array
    scatter: Array
    curvature: Array
    parameters: Array


@dataclass(frozen=True)
class Bounded:
    """A fitted problem, θ̂ (P,) and its scores (n, K'), with what bounds need: sizes of its rows, and a proven factor of
    H, or None. ``signs`` (n, K') are random ones, of the rounding of the scores.
    """

    objective: Objective
    theta: Array
    at_fit: Array
    sizes: Sizes
    verified: VerifiedFactor | None
    signs: Array
    some_test_rows: Design


def bounded_problem(fitted: Fitted, test: Objective, kernel: Array) -> Bounded:
    """The problem of a fit, with the rows of its test points; ``kernel`` is the engine's, empty where it has none."""
    objective, sizes = fitted.objective, sizes_of(fitted.objective, test)
    at_fit = scores(objective.X, fitted.theta, objective.loss.outputs)
    # of several outputs nothing is proven here that would need it
    factor = verified_factor(fitted, sizes, test, kernel) if objective.loss.outputs == 1 else None
    signs = np.random.default_rng(0).choice([-1.0, 1.0], size=(objective.n, objective.loss.outputs))
    return Bounded(objective, fitted.theta, at_fit, sizes, factor, signs, _some_rows(test.X))


def end_of(problem: Bounded, objective: Objective, terms: RowTerms, theta: Array, gradient: Array, step: Array) -> End:
    """What bounds need of B models θ (P, B) on the rows of ``objective`` that ``terms`` count, in one pass.

    ``step`` (P, B) are the v.
    """
    sizes, loss = problem.sizes, objective.loss
    B = theta.shape[1]
    shift, squares, scatter, curvature = np.zeros((4, B))
    noise = np.zeros_like(theta)
    along = objective.penalty() @ step**2
    for rows in row_slices(objective, B):
        X, weight = objective.X[rows], objective.sample_weight[rows, None] * terms.counts[rows]
        y = objective.y[rows] if terms.labels is None else terms.labels[rows]
        z, u = scores(X, theta, loss.outputs), scores(X, step, loss.outputs)
        moved = np.abs(z - problem.at_fit[rows, :, None])
        moved *= np.asarray(terms.counts[rows, None, :], dtype=bool)
        shift = np.maximum(shift, moved.max(axis=(0, 1)))
        state = loss.curvature_state(z, y)
        along += np.einsum("nkb,nkb,nb->b", u, loss.curvature_product(state, u), weight)
        curvature += loss.shared_curvature(state, weight)
        traces = loss.curvature_trace(state) * weight
        traces *= sizes.rows[rows, None] ** 2
        scatter += traces.sum(axis=0)
        scattered = np.broadcast_to((problem.signs[rows] * sizes.rows[rows, None])[:, :, None], z.shape)
        noise += transposed_product(X, loss.curvature_product(state, scattered) * weight[:, None, :])
        squares += np.einsum("nb,nb,nb->b", loss.squared_residuals(z, state, y), weight, weight)
    parameters = sizes.of_parameters(theta, loss.outputs) + sizes.of_parameters(problem.theta[:, None], loss.outputs)
    # what new labels add is summed beside the residuals that the data's labels leave
    residual = ROOT_SLACK * (np.sqrt(squares) if terms.pulled is None else np.sqrt(squares) + terms.pulled)
    noise = noise * (estimate_of(objective.p + 2) * parameters) + _of_sums(problem, theta, residual)
    return End(theta, gradient, noise, along, shift, residual, scatter, curvature, parameters)


def _of_sums(problem: Bounded, theta: Array, residual: Array) -> Array:
    """Errors of the terms of a gradient and of the penalty, of random sign: (P, B)."""
    objective, outputs = problem.objective, problem.objective.loss.outputs
    signs = np.random.default_rng(1).choice([-1.0, 1.0], size=(theta.shape[0], 1))
    sums = np.repeat(problem.sizes.sums, outputs)[:, None]
    return np.asarray(signs * (USUAL_TERM * sums * residual + 3.0 * UNIT * objective.lam * np.abs(theta)))


def proven_score_errors(problem: Bounded, end: End, amplification: Array) -> Array:
    """At most |fl(xᵀθ) − xᵀθ*| for every training row and row of the chosen test points: (B,).

    ``amplification`` (B,) is a with H ≤ a(H − H(w)). Infinite where nothing is proven: of several outputs, and of a
    loss without a constant of self-concordance.
    """
    objective, sizes, verified = problem.objective, problem.sizes, problem.verified
    concordance, g = objective.loss.concordance, end.gradient
    if objective.loss.outputs > 1 or concordance is None:
        return np.full(end.shift.shape, np.inf)
    of_scores = gamma(objective.p + 2) * sizes.largest_row * end.parameters
    with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
        near = np.exp(concordance * of_scores)
        off, pulled = gradient_errors(objective, sizes, end.residual, end.theta)
        scattered = gamma(objective.p + 2) * end.parameters * np.sqrt(end.scatter * near)
        R, norm = _by_the_penalty(objective, sizes, end, near, off, pulled)
        product = R * (norm + scattered)
        if verified is not None:
            growth = np.sqrt(amplification * np.exp(concordance * (end.shift + 2.0 * of_scores)))
            norm = growth * (verified.norm(g) + verified.norm_within(off + pulled))
            product = np.fmin(product, growth * verified.row_norm * (norm + scattered))
    return np.asarray(SLACK * (_distance(concordance, SLACK * product) + of_scores))


def usual_decrement(problem: Bounded, end: End, amplification: Array) -> Array:
    """What rounding usually leaves of √(gᵀH_θ⁻¹g), errors taken as independent: an estimate, whatever g is: (B,)."""
    objective, sizes, verified = problem.objective, problem.sizes, problem.verified
    of_terms = USUAL_TERM * end.residual
    scattered = estimate_of(objective.p + 2) * end.parameters * np.sqrt(end.scatter)
    weights, at_mean = np.sqrt(objective.lam), float(np.linalg.norm(sizes.mean)) + sizes.spread
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        if objective.intercept is Intercept.FREE:
            of_intercept = of_terms * sizes.sums[-1] * (1.0 / np.sqrt(end.curvature) + at_mean / weights)
            summed = of_intercept + of_terms * np.linalg.norm(sizes.sums[:-1]) / weights
        else:
            summed = of_terms * np.linalg.norm(sizes.sums) / weights
        if verified is not None:
            summed = np.fmin(summed, np.sqrt(amplification) * of_terms * verified.total)
    return np.asarray(scattered + summed + 3.0 * UNIT * weights * np.linalg.norm(end.theta, axis=0))


def usual_score_errors(problem: Bounded, end: End, moved: Array) -> Array:
    """How far rounding usually moves a score, with ``moved`` (P, B) the Newton steps of ``end.noise``: (B,).

    An estimate: the largest move of a training or test row, of MOST_ROWS of each where there are more.
    """
    objective = problem.objective
    largest = [
        np.abs(scores(X, moved, objective.loss.outputs)).max(axis=(0, 1))
        for X in (_some_rows(objective.X), problem.some_test_rows)
    ]
    of_scores = estimate_of(objective.p + 2) * problem.sizes.largest_row * end.parameters
    return np.asarray(OUTLYING * np.maximum(*largest) + of_scores)


def _some_rows(X: Design) -> Design:
    return X[:: max(1, X.shape[0] // MOST_ROWS)]


def _distance(concordance: float, product: Array) -> Array:
    if concordance == 0.0:
        return product
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(concordance * product < 1.0, -np.log1p(-concordance * product) / concordance, np.inf)


def _by_the_penalty(
    objective: Objective, sizes: Sizes, end: End, near: Array, off: Array, pulled: Array
) -> tuple[Array, Array]:
    """R, and ν without what the scores scatter, with λ‖weights‖² + A(x̄ᵀweights + intercept)², or with λ‖θ‖² where no
    intercept is free: (B,) twice.
    """
    if objective.intercept is not Intercept.FREE:
        of_theta = sum(np.linalg.norm(v, axis=0) for v in (end.gradient, off, pulled)) / np.sqrt(objective.lam)
        return np.full_like(of_theta, sizes.reach / np.sqrt(objective.lam)), np.asarray(of_theta)
    A, g = end.curvature / near / SLACK, end.gradient
    at_mean = float(np.linalg.norm(sizes.mean)) + sizes.spread
    weights = np.linalg.norm(g[:-1] - sizes.mean[:, None] * g[-1], axis=0) + sizes.spread * np.abs(g[-1])
    weights += np.linalg.norm(off[:-1], axis=0) + np.linalg.norm(pulled[:-1], axis=0) + at_mean * off[-1]
    norm = np.sqrt(weights**2 / objective.lam + (np.abs(g[-1]) + off[-1]) ** 2 / A)
    return np.sqrt((sizes.reach + sizes.spread) ** 2 / objective.lam + 1.0 / A), norm
