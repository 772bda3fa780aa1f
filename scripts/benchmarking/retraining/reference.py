"""The exact answer: every group's θ̂(w), solved until Newton's next step is down to rounding."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from benchmarking.problem import Problem
from benchmarking.retraining.plain import gradient
from groupinf.numerics.change import Changed, changed, removing
from groupinf.numerics.conjugate_gradient import conjugate_gradient
from groupinf.numerics.factor import without_flat_part
from groupinf.numerics.fit import Fitted
from groupinf.numerics.minimise import NewtonCG, minimise

AT_ONCE = 8
# relative decrement at which truncated Newton hands over to whole Newton steps, and how exactly those are solved
NEAR, MOST_PASSES = 1e-8, 500
STEP_TOLERANCE, MOST_ITERATIONS = 1e-7, 500
SMALL_ENOUGH, MOST_STEPS = 1e-14, 8

Array = NDArray[np.float64]


def solve_reference(problem: Problem, fitted: Fitted) -> tuple[Array, Array]:
    """θ̂(w) (B, P), and for each group the largest entry of the Newton step that is left, relative to θ's largest.

    The gradient is that of ``plain``: what the package believes of itself is not taken for granted.
    """
    objective, members = fitted.objective, problem.members()
    if objective.basis is not None:
        problem = replace(problem, X=np.asarray(objective.X)[:, :-1], theta=fitted.theta)
    solved = [
        _solve(problem, changed(fitted, removing(fitted), members[i : i + AT_ONCE]))
        for i in range(0, len(members), AT_ONCE)
    ]
    theta = [objective.in_full(theta.T).T for theta, _ in solved]
    return np.vstack(theta), np.concatenate([left for _, left in solved])


def _solve(problem: Problem, block: Changed) -> tuple[Array, Array]:
    theta = _near(block)
    largest, left = np.abs(problem.theta).max(), np.full(theta.shape[1], np.inf)
    for _ in range(MOST_STEPS):
        step = _newton_step(problem, block, theta)
        size = np.abs(step).max(axis=0) / largest
        better = size < left
        if not better.any() or size.max() <= SMALL_ENOUGH:
            break
        left = np.where(better, size, left)
        theta = np.where(better, theta - step, theta)
    return theta.T, np.abs(_newton_step(problem, block, theta)).max(axis=0) / largest


def _near(block: Changed) -> Array:
    factor = block.fitted.factor

    def precondition(V: Array, _: NDArray[np.int64]) -> Array:
        return factor.solve(V)

    start = np.repeat(block.fitted.theta[:, None], len(block.members), axis=1)
    first = np.sqrt(np.einsum("ij,ij->j", block.g, factor.solve(block.g)))
    newton = NewtonCG(block.hessians, precondition)
    return minimise(block.gradients, precondition, start, NEAR * first, MOST_PASSES, newton).theta


def _newton_step(problem: Problem, block: Changed, theta: Array) -> Array:
    """∇²L⁻¹∇L of each group at its θ."""
    factor, columns = block.fitted.factor, np.arange(theta.shape[1])
    weight = problem.sample_weight[:, None] * block.terms.counts
    g = np.column_stack([gradient(problem, weight[:, b], theta[:, b]) for b in columns])
    g = without_flat_part(g, block.fitted.objective.flat_intercepts)
    return conjugate_gradient(
        block.hessians(theta), lambda V, _: factor.solve(V), g, STEP_TOLERANCE, MOST_ITERATIONS
    ).solution
