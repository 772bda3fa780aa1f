"""Exact retraining of a block of groups, each with a certificate."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from groupinf.numerics.conjugate_gradient import ColumnMap, Columns, conjugate_gradient
from groupinf.numerics.losses import Array
from groupinf.numerics.minimise import Minimised, minimise
from groupinf.numerics.objective import gradients, hessian_products
from groupinf.numerics.reduced import CERTIFICATE_TOLERANCE, ReducedSolver
from groupinf.numerics.removal import Removal

# passes after which a group takes Newton steps with its own Hessian where it stands, and how many of them
MAX_PASSES = 150
MAX_REFRESHES = 12
PASSES_PER_REFRESH = 6
REFRESH_TOLERANCE = 1e-4
REFRESH_ITERATIONS = 400


@dataclass(frozen=True)
class Retrained:
    """θ̂(w) of B groups (P, B), the gradient of their own objectives there, and certificates (B,).

    ``solved`` is M⁻¹∇L(θ̂(w); s∘(1−w)) with M = H − H(w), the step that Newton's method would still take;
    ``decrement`` is √(gᵀM⁻¹g); ``refreshed`` counts Hessians renewed where L-BFGS did not get there.
    """

    theta: Array
    solved: Array
    gradient_norm: Array
    decrement: Array
    passes: NDArray[np.int64]
    refreshed: NDArray[np.int64]
    converged: NDArray[np.bool_]


def retrain(
    removal: Removal, reduced: ReducedSolver, precondition: ColumnMap, start: Array, tolerance: Array
) -> Retrained:
    """θ̂(w) = argmin L(·; s∘(1−w)) for B groups from ``start`` (P, B), to √(gᵀM₀⁻¹g) ≤ ``tolerance`` (B,).

    ``precondition`` is M₀⁻¹ for L-BFGS. A group that does not get there takes Newton steps with the Hessian where it
    stands; what is then not converged says so and must not be used.
    """
    objective = removal.fitted.objective

    def gradient(theta: Array, columns: Columns) -> Array:
        return gradients(objective, theta, removal.kept[:, columns])

    end = minimise(gradient, precondition, start, tolerance, MAX_PASSES)
    theta, passes, final, converged = end.theta, end.passes, end.gradient, end.converged.copy()
    refreshed = np.zeros(start.shape[1], dtype=np.int64)
    for b in np.flatnonzero(~end.converged):
        again, refreshed[b] = _with_new_hessians(removal, precondition, int(b), theta[:, [b]], tolerance[[b]])
        theta[:, [b]], final[:, [b]], converged[b] = again.theta, again.gradient, again.converged[0]
        passes[b] += again.passes[0]
    solved = reduced.solve(final, np.arange(start.shape[1]), CERTIFICATE_TOLERANCE)
    return Retrained(
        theta=theta,
        solved=solved,
        gradient_norm=np.linalg.norm(final, axis=0),
        decrement=np.sqrt(np.maximum(np.einsum("ij,ij->j", final, solved), 0.0)),
        passes=passes,
        refreshed=refreshed,
        converged=converged,
    )


def _with_new_hessians(
    removal: Removal, precondition: ColumnMap, b: int, theta: Array, tolerance: Array
) -> tuple[Minimised, int]:
    """Group b alone, from θ (P, 1), preconditioned by its Hessian where it stands; and how often that was renewed."""
    objective, kept, column = removal.fitted.objective, removal.kept[:, [b]], np.array([b])
    passes = refreshes = 0
    converged = False
    while refreshes < MAX_REFRESHES and not converged:
        products = 0

        def newton(V: Array, _: Columns, at: Array = theta) -> Array:
            nonlocal products
            solved = conjugate_gradient(
                lambda U, _: hessian_products(objective, at[:, 0], U, kept),
                lambda U, _: precondition(U, column),
                V,
                REFRESH_TOLERANCE,
                REFRESH_ITERATIONS,
            )
            products += int(solved.iterations.sum())
            return solved.solution

        end = minimise(
            lambda t, _: gradients(objective, t, kept), newton, theta, tolerance, PASSES_PER_REFRESH, memory=1
        )
        refreshes += 1
        passes += int(end.passes[0]) + products
        theta, converged = end.theta, bool(end.converged[0])
    return replace(end, passes=np.array([passes])), refreshes
