"""The initial fit θ̂ = argmin L(·; s), with the factor of its Hessian."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from groupinf.errors import ConvergenceError
from groupinf.numerics.factor import Factor, factorise
from groupinf.numerics.losses import Array
from groupinf.numerics.minimise import Minimised, minimise
from groupinf.numerics.objective import Objective, gradients, row_residuals, stored_entries, values
from groupinf.numerics.preconditioners import cheap_preconditioner

# Newton decrement at which θ̂ counts as exact, relative to the square root of the objective at θ = 0
RELATIVE_TOLERANCE = 1e-11
# passes with one preconditioner before it is computed anew: the Hessian's, and the cheap one's
PASSES_PER_FACTOR = 8
PASSES_PER_CHEAP = 40
MAX_FACTORS = 40
MAX_CHEAP = 25
# passes that a dense Hessian may cost before the fit begins without one
DENSE_PASSES = 60


@dataclass(frozen=True)
class Fitted:
    """θ̂ (P,) with H = ∇²L(θ̂) ready to be solved with, s_i r_i at θ̂ (n, K'), and the fit's certificate.

    ``scale`` is √L(0), what decrements are measured by.
    """

    objective: Objective
    theta: Array
    factor: Factor
    residuals: Array
    gradient_norm: float
    decrement: float
    passes: int
    scale: float


def fit(objective: Objective, start: Array | None = None) -> Fitted:
    """Minimise L(·; s) by L-BFGS, preconditioned by the Hessian, which is computed anew every few passes.

    Where a dense Hessian costs more than many passes, a cheap preconditioner comes first, so that the Hessian is
    computed only once, at the minimum. Raises ConvergenceError, with the decrement reached and the tolerance, or where
    a value is not finite.
    """
    theta = np.zeros(objective.size) if start is None else start.copy()
    scale = _scale(objective)
    tolerance = np.array([RELATIVE_TOLERANCE * scale])
    _check_finite(tolerance)
    passes = 0
    if _dense_is_dear(objective):
        theta, passes = _cheaply(objective, theta, tolerance / 10)
    factor, end = with_new_factors(objective, theta, tolerance)
    passes += int(end.passes[0])
    if end.converged[0]:
        return _fitted(objective, end.theta[:, 0], factor, end, passes, scale)
    raise ConvergenceError(
        f"the fit did not converge: Newton decrement {end.decrement[0]:.3g} after {passes} passes over the data, "
        f"tolerance {tolerance[0]:.3g}; a larger lambda_over_n or scaled features make the problem easier"
    )


def with_new_factors(objective: Objective, theta: Array, tolerance: Array) -> tuple[Factor, Minimised]:
    """Minimise from θ (P,) with a Hessian factored anew every few passes, until it is that of where θ ends."""
    passes = np.zeros(1, dtype=np.int64)
    for _ in range(MAX_FACTORS):
        factor = factorise(objective, theta)
        end = _minimise(objective, factor, theta, tolerance, PASSES_PER_FACTOR)
        passes = passes + end.passes
        theta = end.theta[:, 0]
        _check_finite(end.decrement, theta)
        if end.converged[0] and end.passes[0] == 1:
            return factor, replace(end, passes=passes)
    return factor, replace(end, passes=passes, converged=np.zeros(1, dtype=bool))


def _check_finite(*arrays: Array) -> None:
    if not all(np.isfinite(array).all() for array in arrays):
        raise ConvergenceError(
            "the fit did not converge: the objective or its gradient overflows; features on a smaller scale make the "
            "problem easier"
        )


def fitted_at(objective: Objective, theta: Array) -> Fitted:
    """The fit whose θ̂ is known already: its Hessian, factor and residuals, by the same arithmetic as ``fit``'s."""
    factor = factorise(objective, theta)
    end = _minimise(objective, factor, theta, np.array([np.inf]), PASSES_PER_FACTOR)
    return _fitted(objective, theta, factor, end, 1, _scale(objective))


def _dense_is_dear(objective: Objective) -> bool:
    p, outputs = objective.p, objective.loss.outputs
    entries = stored_entries(objective.X)
    hessian_work = entries * p * outputs * (outputs + 1) / 2 + objective.size**3 / 3
    return hessian_work > DENSE_PASSES * 4 * entries * outputs


def _cheaply(objective: Objective, theta: Array, tolerance: Array) -> tuple[Array, int]:
    """As near to the minimum as a cheap preconditioner, renewed now and then, gets: (θ, passes)."""
    passes = 0
    for _ in range(MAX_CHEAP):
        end = _minimise(objective, cheap_preconditioner(objective, theta), theta, tolerance, PASSES_PER_CHEAP)
        passes += int(end.passes[0])
        theta = end.theta[:, 0]
        if end.converged[0]:
            break
    return theta, passes


def _minimise(objective: Objective, factor: Factor, theta: Array, tolerance: Array, max_passes: int) -> Minimised:
    return minimise(
        lambda t, _: gradients(objective, t),
        lambda v, _: factor.solve(v),
        theta[:, None],
        tolerance,
        max_passes,
    )


def _fitted(objective: Objective, theta: Array, factor: Factor, end: Minimised, passes: int, scale: float) -> Fitted:
    return Fitted(
        objective=objective,
        theta=theta,
        factor=factor,
        residuals=row_residuals(objective, theta),
        gradient_norm=float(np.linalg.norm(end.gradient[:, 0])),
        decrement=float(end.decrement[0]),
        passes=passes,
        scale=scale,
    )


def _scale(objective: Objective) -> float:
    return float(np.sqrt(values(objective, np.zeros((objective.size, 1)))[0]))
