"""Exact retraining of a block of groups, each with a certificate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from groupinf.numerics.change import Changed
from groupinf.numerics.conjugate_gradient import ColumnMap, Columns, column_dots
from groupinf.numerics.factor import DenseFactor
from groupinf.numerics.fit import first_fit, with_new_factors
from groupinf.numerics.losses.loss import Array
from groupinf.numerics.minimise import LBFGS, Minimised, NewtonCG, minimise
from groupinf.numerics.reduced import CERTIFICATE_TOLERANCE, OwnWay, ReducedSolver

# passes after which a group that L-BFGS has not brought to its minimum goes on with truncated Newton, and its passes
MAX_PASSES = 150
MAX_PASSES_NEWTON = 3000
# up to this size such a group has its Hessian factored anew: P up to 2,048
REFACTORED_BYTES = 32 * 2**20


@dataclass(frozen=True)
class Retrained:
    """θ̂(δ) of B groups (P, B), the gradient of their own objectives there, and certificates (B,).

    ``solved`` is the step that Newton's method would still take: M⁻¹∇L(θ̂(δ); δ) with M = H − H(δ), or with the
    Hessian where the group ended if that was factored or is solved with by heavy rows, or as L-BFGS knows it if that
    makes gᵀ``solved`` larger; ``decrement`` is √(gᵀM⁻¹g); ``refreshed`` says which groups went on with new Hessians,
    ``at_rounding`` where rounding ended it and no tolerance.
    """

    theta: Array
    gradient: Array
    solved: Array
    gradient_norm: Array
    decrement: Array
    passes: NDArray[np.int64]
    refreshed: NDArray[np.bool_]
    converged: NDArray[np.bool_]
    at_rounding: NDArray[np.bool_]


def retrain(
    changed: Changed,
    reduced: ReducedSolver,
    precondition: ColumnMap,
    start: Array,
    tolerance: Array,
    truncated_newton: bool,
) -> Retrained:
    """θ̂(δ) = argmin L(·; δ) for B groups from ``start`` (P, B), to √(gᵀM₀⁻¹g) ≤ ``tolerance`` (B,).

    ``precondition`` is M₀⁻¹, for L-BFGS or for truncated Newton. A group that does not get there goes on with
    Hessians of where it stands, factored anew where they are small, else by truncated Newton; what is then not
    converged says so and must not be used.
    """
    newton = NewtonCG(changed.hessians, precondition)
    if isinstance(reduced, OwnWay):
        first = reduced.minimise(start, tolerance)
    elif truncated_newton:
        first = minimise(changed.gradients, precondition, start, tolerance, MAX_PASSES_NEWTON, newton)
    else:
        first = minimise(changed.gradients, precondition, start, tolerance, MAX_PASSES, LBFGS())
    end, refreshed, own = _completed(changed, precondition, newton, first, tolerance, np.zeros_like(first.converged))
    return _with_own(_with_certificate(reduced, end, refreshed), refreshed, own)


def _with_own(certified: Retrained, refreshed: NDArray[np.bool_], own: Array | None) -> Retrained:
    """With what their own Hessians leave to solve, for the columns that have some."""
    if own is None:
        return certified
    solved, decrement = certified.solved.copy(), certified.decrement.copy()
    solved[:, refreshed] = own
    decrement[refreshed] = _decrements(certified.gradient[:, refreshed], own)
    return replace(certified, solved=solved, decrement=decrement)


def with_own_hessians(
    changed: Changed,
    reduced: ReducedSolver,
    precondition: ColumnMap,
    retrained: Retrained,
    late: NDArray[np.bool_],
    tolerance: Array,
) -> Retrained:
    """The groups that are ``late`` (B,) taken on, to √(gᵀM⁻¹g) ≤ ``tolerance`` (B,) with Hessians of where they stand.

    Where a group's own Hessian is far smaller than that of all rows in some direction, as it is where the model
    interpolates, a decrement in the norm of the latter says little.
    """
    known = Minimised(
        retrained.theta, retrained.gradient, retrained.decrement, retrained.passes, ~late, retrained.solved
    )
    newton = NewtonCG(changed.hessians, precondition)
    near = retrained.converged & np.isfinite(retrained.decrement)
    end, refreshed, own = _completed(changed, precondition, newton, known, tolerance, near)
    certified = _with_own(_with_certificate(reduced, end, refreshed | retrained.refreshed), late, own)
    solved = np.where(late, certified.solved, retrained.solved)
    return replace(certified, solved=solved, decrement=np.where(late, certified.decrement, retrained.decrement))


def retrained_at(
    changed: Changed,
    reduced: ReducedSolver,
    theta: Array,
    passes: NDArray[np.int64],
    refreshed: NDArray[np.bool_],
    at_rounding: NDArray[np.bool_],
) -> Retrained:
    """Groups whose θ̂(δ) (P, B) are known already, with their certificates taken anew: one pass and one solve."""
    gradient = changed.gradients(theta)
    known = np.ones(theta.shape[1], dtype=bool)
    end = Minimised(theta, gradient, np.zeros(known.size), passes, known, np.zeros_like(theta))
    return replace(_with_certificate(reduced, end, refreshed), at_rounding=at_rounding)


def _with_certificate(reduced: ReducedSolver, end: Minimised, refreshed: NDArray[np.bool_]) -> Retrained:
    if isinstance(reduced, OwnWay):
        newton = reduced.certificate(end.theta, end.gradient)
    else:
        newton = reduced.solve(end.gradient, np.arange(end.theta.shape[1]), CERTIFICATE_TOLERANCE)
    steeper = column_dots(end.gradient, end.step) > column_dots(end.gradient, newton)
    return Retrained(
        theta=end.theta,
        gradient=end.gradient,
        solved=np.where(steeper, end.step, newton),
        gradient_norm=np.linalg.norm(end.gradient, axis=0),
        decrement=_decrements(end.gradient, newton),
        passes=end.passes,
        refreshed=refreshed,
        converged=end.converged,
        at_rounding=np.zeros(end.converged.size, dtype=bool),
    )


def _decrements(gradient: Array, solved: Array) -> Array:
    return np.sqrt(np.maximum(column_dots(gradient, solved), 0.0))


def best_start(changed: Changed, precondition: ColumnMap, candidates: Sequence[Array]) -> Array:
    """Of several parameters (P, B), for each group those with the smallest gradient in M₀⁻¹: one pass for each.

    After large steps, predicted ones may lie farther from the minimum than θ̂ does.
    """
    columns = np.arange(len(changed.members))
    norms = []
    for theta in candidates:
        g = changed.gradients(theta)
        norms.append(column_dots(g, precondition(g, columns)))
    chosen = np.argmin(norms, axis=0)
    return np.asarray(np.choose(chosen, list(candidates)))


def _completed(
    changed: Changed,
    precondition: ColumnMap,
    newton: NewtonCG,
    first: Minimised,
    tolerance: Array,
    near: NDArray[np.bool_],
) -> tuple[Minimised, NDArray[np.bool_], Array | None]:
    """The columns that are not there yet taken on with Hessians of where they stand; which these were; their own
    Hessians' inverse times their gradients, where these were factored.

    Those that are not ``near`` start from θ̂: far out the logistic loss is flat, its gradient small, the way back long.
    """
    late = ~first.converged
    numbers = np.flatnonzero(late)
    if numbers.size == 0:
        return first, late, None
    factor, solved = changed.fitted.factor, None
    if isinstance(factor, DenseFactor) and factor.H.nbytes <= REFACTORED_BYTES:
        start = np.where(near, first.theta, changed.fitted.theta[:, None])[:, numbers]
        again, solved = _with_new_factors(changed, numbers, start, tolerance[numbers])
    else:
        again = _with_new_products(changed, numbers, first.theta[:, numbers], tolerance[numbers], precondition, newton)
    theta, final, step = first.theta.copy(), first.gradient.copy(), first.step.copy()
    theta[:, numbers], final[:, numbers], step[:, numbers] = again.theta, again.gradient, again.step
    passes, converged, decrement = first.passes.copy(), first.converged.copy(), first.decrement.copy()
    passes[numbers] += again.passes
    converged[numbers], decrement[numbers] = again.converged, again.decrement
    return Minimised(theta, final, decrement, passes, converged, step), late, solved


def _with_new_factors(changed: Changed, numbers: Columns, start: Array, tolerance: Array) -> tuple[Minimised, Array]:
    """One group after the other as a fit on its changed rows, with factors of its own Hessian, from ``start``."""
    ends, solved = [], []
    for j, b in enumerate(numbers):
        objective = changed.objective_of(int(b))
        factor, end = with_new_factors(objective, start[:, j], tolerance[[j]])
        if not end.converged[0] and objective.loss.easier is not None:
            easier = first_fit(replace(objective, loss=objective.loss.easier))
            factor, end = with_new_factors(objective, easier.theta, tolerance[[j]])
        ends.append(end)
        solved.append(factor.solve(end.gradient))
    together = Minimised(
        theta=np.hstack([end.theta for end in ends]),
        gradient=np.hstack([end.gradient for end in ends]),
        decrement=np.concatenate([end.decrement for end in ends]),
        passes=np.concatenate([end.passes for end in ends]),
        converged=np.concatenate([end.converged for end in ends]),
        step=np.hstack([end.step for end in ends]),
    )
    return together, np.hstack(solved)


def _with_new_products(
    changed: Changed, numbers: Columns, start: Array, tolerance: Array, precondition: ColumnMap, newton: NewtonCG
) -> Minimised:
    """All of them by truncated Newton, whose Hessian is known by its products."""
    among = replace(
        newton,
        products=lambda theta, c: newton.products(theta, numbers[c]),
        precondition=lambda V, c: precondition(V, numbers[c]),
    )
    return minimise(
        lambda theta, c: changed.gradients(theta, numbers[c]),
        among.precondition,
        start,
        tolerance,
        MAX_PASSES_NEWTON,
        among,
    )
