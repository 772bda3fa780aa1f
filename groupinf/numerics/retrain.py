"""Exact retraining of a block of groups, each with a certificate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from groupinf.numerics.conjugate_gradient import ColumnMap, Columns, column_dots
from groupinf.numerics.losses import Array
from groupinf.numerics.minimise import LBFGS, Minimised, NewtonCG, minimise
from groupinf.numerics.objective import curvature_at, gradients
from groupinf.numerics.reduced import CERTIFICATE_TOLERANCE, ReducedSolver
from groupinf.numerics.removal import Removal

# passes after which a group that L-BFGS has not brought to its minimum goes on with truncated Newton, and its passes
MAX_PASSES = 150
MAX_PASSES_NEWTON = 3000


@dataclass(frozen=True)
class Retrained:
    """θ̂(w) of B groups (P, B), the gradient of their own objectives there, and certificates (B,).

    ``solved`` is M⁻¹∇L(θ̂(w); s∘(1−w)) with M = H − H(w), the step that Newton's method would still take;
    ``decrement`` is √(gᵀM⁻¹g); ``refreshed`` says where L-BFGS did not get there and truncated Newton went on.
    """

    theta: Array
    solved: Array
    gradient_norm: Array
    decrement: Array
    passes: NDArray[np.int64]
    refreshed: NDArray[np.bool_]
    converged: NDArray[np.bool_]


def retrain(
    removal: Removal,
    reduced: ReducedSolver,
    precondition: ColumnMap,
    start: Array,
    tolerance: Array,
    truncated_newton: bool,
) -> Retrained:
    """θ̂(w) = argmin L(·; s∘(1−w)) for B groups from ``start`` (P, B), to √(gᵀM₀⁻¹g) ≤ ``tolerance`` (B,).

    ``precondition`` is M₀⁻¹, for L-BFGS or for truncated Newton. A group that L-BFGS does not bring there goes on
    with truncated Newton, whose Hessian is that of where the group stands; what is then not converged says so and
    must not be used.
    """
    objective = removal.fitted.objective

    def gradient(theta: Array, columns: Columns) -> Array:
        return gradients(objective, theta, removal.kept[:, columns])

    newton = NewtonCG(partial(_hessian_at, removal), precondition)
    if truncated_newton:
        first = minimise(gradient, precondition, start, tolerance, MAX_PASSES_NEWTON, newton)
    else:
        first = minimise(gradient, precondition, start, tolerance, MAX_PASSES, LBFGS())
    end, refreshed = _completed(removal, precondition, newton, first, tolerance)
    solved = reduced.solve(end.gradient, np.arange(start.shape[1]), CERTIFICATE_TOLERANCE)
    return Retrained(
        theta=end.theta,
        solved=solved,
        gradient_norm=np.linalg.norm(end.gradient, axis=0),
        decrement=np.sqrt(np.maximum(column_dots(end.gradient, solved), 0.0)),
        passes=end.passes,
        refreshed=refreshed,
        converged=end.converged,
    )


def best_start(removal: Removal, precondition: ColumnMap, candidates: Sequence[Array]) -> Array:
    """Of several parameters (P, B), for each group those with the smallest gradient in M₀⁻¹: one pass for each.

    After large steps, predicted ones may lie farther from the minimum than θ̂ does.
    """
    columns = np.arange(len(removal.members))
    norms = []
    for theta in candidates:
        g = gradients(removal.fitted.objective, theta, removal.kept)
        norms.append(column_dots(g, precondition(g, columns)))
    chosen = np.argmin(norms, axis=0)
    return np.asarray(np.choose(chosen, list(candidates)))


def _hessian_at(removal: Removal, theta: Array, columns: Columns) -> ColumnMap:
    """Products with ∇²L(θ_b; s∘(1−w_b)) for the groups ``columns``, at their own θ (P, b)."""
    return curvature_at(removal.fitted.objective, theta, removal.kept[:, columns]).product


def _completed(
    removal: Removal, precondition: ColumnMap, newton: NewtonCG, first: Minimised, tolerance: Array
) -> tuple[Minimised, NDArray[np.bool_]]:
    """The columns that are not there yet taken on by truncated Newton; and which these were."""
    late = ~first.converged
    numbers = np.flatnonzero(late)
    if numbers.size == 0:
        return first, late
    among = replace(newton, products=lambda theta, c: newton.products(theta, numbers[c]))
    among = replace(among, precondition=lambda V, c: precondition(V, numbers[c]))
    again = minimise(
        lambda theta, c: gradients(removal.fitted.objective, theta, removal.kept[:, numbers[c]]),
        among.precondition,
        first.theta[:, numbers],
        tolerance[numbers],
        MAX_PASSES_NEWTON,
        among,
    )
    theta, final = first.theta.copy(), first.gradient.copy()
    theta[:, numbers], final[:, numbers] = again.theta, again.gradient
    passes, converged, decrement = first.passes.copy(), first.converged.copy(), first.decrement.copy()
    passes[numbers] += again.passes
    converged[numbers], decrement[numbers] = again.converged, again.decrement
    return Minimised(theta, final, decrement, passes, converged), late
