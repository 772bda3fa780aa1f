"""The initial fit θ̂ = argmin L(·; s), with the factor of its Hessian."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from groupinf.errors import ConvergenceError
from groupinf.numerics.factor import Factor, IterativeFactor, factorise
from groupinf.numerics.gram import is_dear, stored_entries
from groupinf.numerics.losses.loss import Array
from groupinf.numerics.minimise import Minimised, minimise
from groupinf.numerics.objective import (
    Objective,
    gradients,
    row_residuals,
    row_slices,
    scores,
    transposed_product,
    values,
)
from groupinf.numerics.preconditioners import cheap_preconditioner
from groupinf.numerics.rounding import sizes_of, usual_decrement
from groupinf.wording import counted, number

# Newton decrement at which θ̂ counts as exact, relative to the square root of the objective at θ = 0
RELATIVE_TOLERANCE = 1e-11
# passes with one preconditioner before it is computed anew: the Hessian's, and the cheap one's
PASSES_PER_FACTOR = 8
PASSES_PER_CHEAP = 40
# and with a cheap one that costs as much as some sixty passes, after that of the start
PASSES_PER_DEAR = 200
MAX_FACTORS = 40
MAX_CHEAP = 25
# a fit that begins without a Hessian goes so many times beyond the tolerance, as its norm is not that of the Hessian
BEYOND = 10
# passes that a dense Hessian may cost before the fit begins without one
DENSE_PASSES = 60
# more than this share of √L(0) is no rounding
MOST_ROUNDING = 1e-9
# from there to what rounding allows: quadratic convergence needs one or two passes
POLISHING_PASSES = 4
# parameters beyond which a second Hessian, at the polished θ̂, costs more than the polish tells
LARGEST_POLISHED = 4096


@dataclass(frozen=True)
class Fitted:
    """θ̂ (P,) with H = ∇²L(θ̂) ready to be solved with, s_i r_i at the minimum (n, K'), and the fit's certificate.

    ``gradient`` is ∇L(θ̂) (P,) and ``left`` H⁻¹∇L(θ̂), the Newton step that is left; ``residuals`` are taken where it
    leads, s(r − A X left): where the model all but interpolates, r = z − y has lost the digits that this brings back.
    ``scale`` is √L(0), what decrements are measured by. ``tilt`` is None where θ̂ is the minimum of this L; where it is
    that of another, it is ∇L(θ̂): L less its product with θ has its minimum there.
    """

    objective: Objective
    theta: Array
    factor: Factor
    residuals: Array
    gradient: Array
    left: Array
    gradient_norm: float
    decrement: float
    passes: int
    scale: float
    tilt: Array | None = None


def fit(objective: Objective, start: Array | None = None) -> Fitted:
    """θ̂ to rounding: ``polished(first_fit(objective, start))``."""
    return polished(first_fit(objective, start))


def first_fit(objective: Objective, start: Array | None = None, threads: int = 1) -> Fitted:
    """Minimise L(·; s) by L-BFGS, preconditioned by the Hessian, which is computed anew every few passes.

    Where a dense Hessian costs more than many passes, a cheap preconditioner comes first, so that the Hessian is
    computed only once, at the minimum. Raises ConvergenceError, with the decrement reached and the tolerance, or where
    a value is not finite. Groups are drawn from this fit, and residuals are p − y: which of two rows that are alike
    comes first is decided by the last digits, which must not change with what is added to them, nor with how many
    ``threads`` sum the Hessian.
    """
    if objective.loss.easier is not None:
        easier = first_fit(replace(objective, loss=objective.loss.easier), start, threads)
        end = _plain_first(objective, easier.theta, threads)
        return replace(end, passes=easier.passes + end.passes)
    return _plain_first(objective, np.zeros(objective.size) if start is None else start.copy(), threads)


def _plain_first(objective: Objective, theta: Array, threads: int) -> Fitted:
    try:
        return _first_fit(objective, theta, True, threads)
    except ConvergenceError:
        return _first_fit(objective, theta, False, threads)


def polished(first: Fitted) -> Fitted:
    """The same fit, taken to where rounding ends it, and its residuals with it."""
    objective = first.objective
    if objective.size > LARGEST_POLISHED or isinstance(first.factor, IterativeFactor):
        return replace(fitted_with(objective, first.theta, first.factor, first.scale), passes=first.passes)
    end = _minimise(objective, first.factor, first.theta, np.zeros(1), POLISHING_PASSES)
    theta = end.theta[:, 0]
    again = fitted_with(objective, theta, factorise(objective, theta), first.scale)
    return replace(again, passes=first.passes + int(end.passes[0]))


def _first_fit(objective: Objective, theta: Array, plain: bool, threads: int) -> Fitted:
    scale = _scale(objective)
    tolerance = np.array([RELATIVE_TOLERANCE * scale])
    _check_finite(tolerance)
    passes = 0
    if _dense_is_dear(objective):
        theta, passes = _cheaply(objective, theta, tolerance / BEYOND, plain)
    factor, end = with_new_factors(objective, theta, tolerance, plain, threads)
    passes += int(end.passes[0])
    if not end.converged[0] and not _at_rounding(objective, end, scale):
        raise ConvergenceError(
            f"the fit did not converge: Newton decrement {number(end.decrement[0])} after "
            f"{counted(passes, 'pass', 'passes')} over the data, tolerance {number(tolerance[0])}; a larger "
            "lambda_over_n or scaled features make the problem easier"
        )
    theta = end.theta[:, 0]
    residuals = row_residuals(objective, theta)
    return _fitted(objective, theta, factor, end.gradient[:, 0], residuals, passes, scale=scale)


def _at_rounding(objective: Objective, end: Minimised, scale: float) -> bool:
    """Whether θ is as near to the minimum as its gradient can be told from rounding."""
    usual = usual_decrement(objective, end.theta[:, 0], sizes_of(objective, objective))
    return bool(end.decrement[0] <= min(usual, MOST_ROUNDING * scale))


def with_new_factors(
    objective: Objective, theta: Array, tolerance: Array, plain: bool = False, threads: int = 1
) -> tuple[Factor, Minimised]:
    """Minimise from θ (P,) with a Hessian factored anew every few passes, until it is that of where θ ends."""
    passes = np.zeros(1, dtype=np.int64)
    for _ in range(MAX_FACTORS):
        factor = factorise(objective, theta, threads)
        end = _minimise(objective, factor, theta, tolerance, PASSES_PER_FACTOR, plain)
        passes = passes + end.passes
        stalled = bool(np.array_equal(theta, end.theta[:, 0]))
        theta = end.theta[:, 0]
        _check_finite(end.decrement, theta)
        if end.converged[0] and end.passes[0] == 1:
            return factor, replace(end, passes=passes)
        if stalled:
            break
    return factor, replace(end, passes=passes, converged=np.zeros(1, dtype=bool))


def _check_finite(*arrays: Array) -> None:
    if not all(np.isfinite(array).all() for array in arrays):
        raise ConvergenceError(
            "the fit did not converge: the objective or its gradient overflows; features on a smaller scale make the "
            "problem easier"
        )


def fitted_at(objective: Objective, theta: Array) -> Fitted:
    """The fit whose θ̂ is known already: its Hessian, factor and residuals, by the same arithmetic as ``fit``'s."""
    return fitted_with(objective, theta, factorise(objective, theta))


def fitted_with(objective: Objective, theta: Array, factor: Factor, scale: float | None = None) -> Fitted:
    """The fit whose θ̂ is known, the factor of its Hessian there, and √L(0) where that is known too."""
    residuals, gradient = _residuals_and_gradient(objective, theta)
    left = factor.solve(gradient)
    residuals -= _fallen(objective, theta, left) * objective.sample_weight[:, None]
    return _fitted(objective, theta, factor, gradient, residuals, 1, left, scale)


def differentiated_at(objective: Objective, theta: Array, left: Array | None = None) -> Fitted:
    """θ (P,) that minimises another objective, with the derivatives that this one has there.

    ``left`` is the step that is left to the other's minimum, None where it is none. ``gradient`` and ``decrement`` say
    how far this one is from its own minimum.
    """
    residuals, gradient = _residuals_and_gradient(objective, theta)
    factor = factorise(objective, theta)
    if left is not None:
        residuals -= _fallen(objective, theta, left) * objective.sample_weight[:, None]
    own = _fitted(objective, theta, factor, gradient, residuals, 1)
    return replace(own, left=np.zeros_like(theta) if left is None else left, tilt=gradient)


def refined_residuals(rows: Objective, weight: Array, theta: Array, left: Array) -> Array:
    """weight_i r_i of some rows where the step that is ``left`` at θ̂ leads, as ``Fitted.residuals``: (m, K')."""
    loss = rows.loss
    residuals = loss.residuals(scores(rows.X, theta, loss.outputs), rows.y)
    return (residuals - _fallen(rows, theta, left)) * weight[:, None]


def _fallen(objective: Objective, theta: Array, left: Array) -> Array:
    """By how much r falls along the step that is left: (n, K')."""
    loss = objective.loss
    state = loss.curvature_state(scores(objective.X, theta, loss.outputs), objective.y)
    return loss.curvature_product(state, scores(objective.X, left, loss.outputs))


def _dense_is_dear(objective: Objective) -> bool:
    p, outputs = objective.p, objective.loss.outputs
    entries = stored_entries(objective.X)
    hessian_work = entries * p * outputs * (outputs + 1) / 2 + objective.size**3 / 3
    return hessian_work > DENSE_PASSES * 4 * entries * outputs


def _cheaply(objective: Objective, theta: Array, tolerance: Array, plain: bool) -> tuple[Array, int]:
    """As near to the minimum as a cheap preconditioner, renewed now and then, gets: (θ, passes)."""
    passes, most = 0, PASSES_PER_CHEAP
    for _ in range(MAX_CHEAP):
        preconditioner = cheap_preconditioner(objective, theta)
        end = _minimise(objective, preconditioner, theta, tolerance, most, plain)
        # the curvature changes most at the start
        most = PASSES_PER_DEAR if is_dear(objective.X) else PASSES_PER_CHEAP
        passes += int(end.passes[0])
        theta = end.theta[:, 0]
        if end.converged[0]:
            break
    return theta, passes


def _minimise(
    objective: Objective, factor: Factor, theta: Array, tolerance: Array, max_passes: int, plain: bool = False
) -> Minimised:
    return minimise(
        lambda t, _: gradients(objective, t, plain=plain),
        lambda v, _: factor.solve(v),
        theta[:, None],
        tolerance,
        max_passes,
    )


def _fitted(
    objective: Objective,
    theta: Array,
    factor: Factor,
    gradient: Array,
    residuals: Array,
    passes: int,
    left: Array | None = None,
    scale: float | None = None,
) -> Fitted:
    left = factor.solve(gradient) if left is None else left
    return Fitted(
        objective=objective,
        theta=theta,
        factor=factor,
        residuals=residuals,
        gradient=gradient,
        left=left,
        gradient_norm=float(np.linalg.norm(gradient)),
        decrement=float(np.sqrt(np.maximum(gradient @ left, 0.0))),
        passes=passes,
        scale=_scale(objective) if scale is None else scale,
    )


def _residuals_and_gradient(objective: Objective, theta: Array) -> tuple[Array, Array]:
    """s_i r_i (n, K') and ∇L (P,) from the same r: what rounding does to r, the gradient has seen."""
    loss = objective.loss
    residuals, gradient = np.empty((objective.n, loss.outputs)), objective.penalty() * theta
    for rows in row_slices(objective, 1):
        X = objective.X[rows]
        residuals[rows] = loss.residuals(scores(X, theta, loss.outputs), objective.y[rows])
        residuals[rows] *= objective.sample_weight[rows, None]
        gradient += transposed_product(X, residuals[rows])
    return residuals, gradient


def _scale(objective: Objective) -> float:
    return float(np.sqrt(values(objective, np.zeros((objective.size, 1)))[0]))
