"""The initial fit θ̂ = argmin L(·; s), with the factor of its Hessian."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from groupinf.errors import ConvergenceError
from groupinf.numerics.factor import Cholesky, cholesky, without_flat_direction
from groupinf.numerics.losses import Array
from groupinf.numerics.minimise import Minimised, minimise
from groupinf.numerics.objective import Objective, gradients, hessian, row_residuals, values

# Newton decrement at which θ̂ counts as exact, relative to the square root of the objective at θ = 0
RELATIVE_TOLERANCE = 1e-11
# passes with one factor before the Hessian is computed anew
PASSES_PER_FACTOR = 8
MAX_FACTORS = 40


@dataclass(frozen=True)
class Fitted:
    """θ̂ (P,) with H = ∇²L(θ̂) (P, P), its factor, s_i r_i at θ̂ (n, K'), and the fit's certificate."""

    objective: Objective
    theta: Array
    H: Array
    factor: Cholesky
    residuals: Array
    gradient_norm: float
    decrement: float
    passes: int


def fit(objective: Objective, start: Array | None = None) -> Fitted:
    """Minimise L(·; s): L-BFGS preconditioned by the Hessian, which is computed anew every few passes.

    Raises ConvergenceError, with the decrement reached and the tolerance, where it does not converge.
    """
    theta = np.zeros(objective.size) if start is None else start.copy()
    zero = np.zeros((objective.size, 1))
    tolerance = RELATIVE_TOLERANCE * np.sqrt(values(objective, zero))
    passes = 0
    for _ in range(MAX_FACTORS):
        H = without_flat_direction(objective, hessian(objective, theta))
        factor = cholesky(H.copy())
        end = _minimise(objective, factor, theta, tolerance)
        passes += int(end.passes[0])
        theta = end.theta[:, 0]
        if end.converged[0] and end.passes[0] == 1:
            return _fitted(objective, theta, H, factor, end, passes)
    raise ConvergenceError(
        f"the fit did not converge: Newton decrement {end.decrement[0]:.3g} after {passes} passes over the data, "
        f"tolerance {tolerance[0]:.3g}; a larger lambda_over_n or scaled features make the problem easier"
    )


def fitted_at(objective: Objective, theta: Array) -> Fitted:
    """The fit whose θ̂ is known already: its Hessian, factor and residuals, by the same arithmetic as ``fit``'s."""
    H = without_flat_direction(objective, hessian(objective, theta))
    factor = cholesky(H.copy())
    end = _minimise(objective, factor, theta, np.array([np.inf]))
    return _fitted(objective, theta, H, factor, end, 1)


def _minimise(objective: Objective, factor: Cholesky, theta: Array, tolerance: Array) -> Minimised:
    return minimise(
        lambda t, _: gradients(objective, t),
        lambda v, _: factor.solve(v),
        theta[:, None],
        tolerance,
        PASSES_PER_FACTOR,
    )


def _fitted(objective: Objective, theta: Array, H: Array, factor: Cholesky, end: Minimised, passes: int) -> Fitted:
    return Fitted(
        objective=objective,
        theta=theta,
        H=H,
        factor=factor,
        residuals=row_residuals(objective, theta),
        gradient_norm=float(np.linalg.norm(end.gradient[:, 0])),
        decrement=float(end.decrement[0]),
        passes=passes,
    )
