"""Exact retraining of a block of groups, each with a certificate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from groupinf.numerics.factor import Cholesky, cholesky
from groupinf.numerics.losses import Array
from groupinf.numerics.minimise import Columns, Minimised, minimise
from groupinf.numerics.objective import gradients
from groupinf.numerics.removal import Removal, hessian_without, solve_each

MAX_PASSES = 60
# a group that is not there after MAX_PASSES gets its own Hessian at the point it has reached, this many times
MAX_REFRESHES = 12
PASSES_PER_REFRESH = 8


@dataclass(frozen=True)
class Retrained:
    """θ̂(w) of B groups (P, B), the gradient of their own objectives there, and certificates (B,).

    ``solved`` is M⁻¹∇L(θ̂(w); s∘(1−w)) with M = H − H(w), the step that Newton's method would still take;
    ``decrement`` is √(gᵀM⁻¹g); ``refreshed`` counts Hessians computed anew.
    """

    theta: Array
    solved: Array
    gradient_norm: Array
    decrement: Array
    passes: NDArray[np.int64]
    refreshed: NDArray[np.int64]
    converged: NDArray[np.bool_]


def retrain(removal: Removal, factors: Sequence[Cholesky], start: Array, tolerance: Array) -> Retrained:
    """θ̂(w) = argmin L(·; s∘(1−w)) for B groups, from ``start`` (P, B), to a decrement of ``tolerance`` (B,).

    ``factors`` are of H − H(w), one per group; they precondition L-BFGS. A group that does not get there has its
    Hessian computed anew where it stands, a few times; what is then not converged says so and must not be used.
    """
    objective = removal.fitted.objective

    def gradient(theta: Array, columns: Columns) -> Array:
        return gradients(objective, theta, removal.kept[:, columns])

    def solve(V: Array, columns: Columns) -> Array:
        return solve_each(factors, V, columns)

    end = minimise(gradient, solve, start, tolerance, MAX_PASSES)
    theta, passes, final, converged = end.theta, end.passes, end.gradient, end.converged.copy()
    refreshed = np.zeros(start.shape[1], dtype=np.int64)
    for b in np.flatnonzero(~end.converged):
        again, refreshed[b] = _with_new_hessians(removal, int(b), theta[:, [b]], tolerance[[b]])
        theta[:, [b]], final[:, [b]], converged[b] = again.theta, again.gradient, again.converged[0]
        passes[b] += again.passes[0]
    columns = np.arange(start.shape[1])
    solved = solve(final, columns)
    return Retrained(
        theta=theta,
        solved=solved,
        gradient_norm=np.linalg.norm(final, axis=0),
        decrement=np.sqrt(np.maximum(np.einsum("ij,ij->j", final, solved), 0.0)),
        passes=passes,
        refreshed=refreshed,
        converged=converged,
    )


def _with_new_hessians(removal: Removal, b: int, theta: Array, tolerance: Array) -> tuple[Minimised, int]:
    """Group b alone, from θ (P, 1), with its Hessian computed anew where it stands; and how often that was."""
    objective, rows = removal.fitted.objective, removal.members[b]
    kept = removal.kept[:, [b]]
    passes = refreshes = 0
    converged = False
    while refreshes < MAX_REFRESHES and not converged:
        factor = cholesky(hessian_without(objective, theta[:, 0], rows))
        end = minimise(
            lambda t, _: gradients(objective, t, kept),
            lambda v, _, factor=factor: factor.solve(v),  # type: ignore[misc]
            theta,
            tolerance,
            PASSES_PER_REFRESH,
        )
        refreshes += 1
        passes += int(end.passes[0])
        theta, converged = end.theta, bool(end.converged[0])
    return replace(end, passes=np.array([passes])), refreshes
