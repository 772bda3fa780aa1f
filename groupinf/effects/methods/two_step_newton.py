"""Two-step Newton: a second step of Newton's method where the first one ends, cut back until the objective falls."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np

from groupinf.effects.context import Step
from groupinf.effects.methods.method import Method, Readout, Setting
from groupinf.effects.methods.newton import NewtonStep
from groupinf.errors import ConvergenceError, GroupConvergenceError
from groupinf.wording import number

if TYPE_CHECKING:
    from groupinf.effects.context import BlockContext, Solution
    from groupinf.numerics.losses.loss import Array


# as many powers of two as there are numbers between 1 and the largest; beyond them the first step's end stands
MOST_HALVINGS = 1024
# a sum over rows is taken to be off by so many roundings: less is no rise
ROUNDINGS = 64.0


@dataclass(frozen=True)
class TwoStepNewtonStep(Step):
    """Δ = Δ₁ − t v with Δ₁ the step of Newton and v = (∇²L(θ̂ + Δ₁; δ))⁻¹∇L(θ̂ + Δ₁; δ), t = 1, ½, ¼, ...

    t is the first at which L(θ̂ + Δ; δ) is not above L(θ̂ + Δ₁; δ), rounding aside. Where θ̂ is the minimum of another
    loss, L is less ∇L(θ̂)ᵀθ, whose minimum it is: nothing moves where nothing is changed.
    """

    def solution(self, at: BlockContext) -> Solution:
        """What is left is t times what the second solve left, and 1 − t of what the first did."""
        from groupinf.effects.context import Solution
        from groupinf.numerics.conjugate_gradient import conjugate_gradient
        from groupinf.numerics.factor import without_flat_part
        from groupinf.numerics.reduced import CERTIFICATE_TOLERANCE, MAX_ITERATIONS, NEWTON_TOLERANCE

        first, fitted, block = at.solution(NewtonStep()), at.changed.fitted, at.changed
        theta = fitted.theta[:, None] + first.delta
        gradient = block.gradients(theta)
        if fitted.tilt is not None:
            gradient -= fitted.tilt[:, None]
        gradient = without_flat_part(gradient, fitted.objective.flat_intercepts)
        product, precondition = block.hessians(theta), at.engine.precondition(block, at.reduced)
        with np.errstate(over="ignore", invalid="ignore"):  # where the loss is flat: what is not finite is found
            end = conjugate_gradient(product, precondition, gradient, NEWTON_TOLERANCE, MAX_ITERATIONS)
        step = end.solution
        for b in np.flatnonzero(~end.converged | ~np.isfinite(step).all(axis=0)):
            step[:, b] = _factored(at, theta[:, b], gradient[:, b], int(b), float(end.relative_residual[b]))
        share = _falling(at, theta, step)
        residual = without_flat_part(product(step, np.arange(share.size)) - gradient, fitted.objective.flat_intercepts)
        with np.errstate(over="ignore", invalid="ignore"):
            left = conjugate_gradient(product, precondition, residual, CERTIFICATE_TOLERANCE, MAX_ITERATIONS).solution
        return Solution(first.delta - share * step, share * left + (1.0 - share) * first.remainder)


def _factored(at: BlockContext, theta: Array, gradient: Array, column: int, residual: float) -> Array:
    """The step of one group by a factor of its own Hessian, where P allows one."""
    from groupinf.numerics.factor import dense_factor
    from groupinf.numerics.reduced import RESCUE_BYTES

    if 8 * theta.size**2 > RESCUE_BYTES:
        raise GroupConvergenceError(
            column,
            "conjugate gradients with the Hessian at the end of the Newton step stopped at a "
            f"relative residual of {number(residual)}; a larger lambda_over_n or scaled features make it converge, and "
            "methods can leave this one out",
        )
    try:
        return dense_factor(at.changed.objective_of(column), theta).solve(gradient)
    except ConvergenceError as error:
        why = f"at the end of the Newton step: {error}; methods can leave this one out"
        raise GroupConvergenceError(column, why) from error


def _falling(at: BlockContext, theta: Array, step: Array) -> Array:
    """The first t of 1, ½, ¼, ... at which the changed objective at θ − t v is not above that at θ; else 0: (B,)."""
    from groupinf.numerics.rounding import UNIT

    before, share = _values(at, theta), np.ones(step.shape[1])
    for _ in range(MOST_HALVINGS):
        rises = ~(_values(at, theta - share * step) <= before + ROUNDINGS * UNIT * np.abs(before))
        if not rises.any():
            return share
        share = np.where(rises, 0.5 * share, share)
    return np.where(rises, 0.0, share)


def _values(at: BlockContext, theta: Array) -> Array:
    tilt, values = at.changed.fitted.tilt, at.changed.values(theta)
    return values if tilt is None else values - tilt @ theta


class TwoStepNewton(Method):
    """f(θ̂ + Δ) − f(θ̂) with both steps."""

    name: ClassVar = "two_step_newton"
    label: ClassVar = "Two-step Newton"
    in_text: ClassVar = "two-step Newton"
    equation: ClassVar = "f(θ̂ + Δ) − f(θ̂), Δ = Newton's less (∇²L(θ̂ + Δ; s∘(1 − w)))⁻¹ ∇L(θ̂ + Δ; s∘(1 − w)) there"
    readout: ClassVar = Readout.EXACT

    method: Literal["two_step_newton"] = "two_step_newton"

    def work(self, scores: int, size: int) -> int:
        """The curvature of every row in every group, and its weight."""
        return 2 * 8 * scores

    def step(self, setting: Setting) -> Step:
        """Newton's step and the second one."""
        return TwoStepNewtonStep()
