"""Where the retrained model must be around the end of a second step, so near that next to any bound does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np

from groupinf.effects.context import BlockContext
from groupinf.effects.methods.newton import NewtonStep
from groupinf.effects.methods.two_step_newton import TwoStepNewton
from groupinf.numerics.conjugate_gradient import column_dots, conjugate_gradient
from groupinf.numerics.factor import without_flat_part
from groupinf.numerics.losses.loss import Array
from groupinf.theory.intervals import Place
from groupinf.theory.prover import Prover
from groupinf.theory.screening.climbing import Climbing
from groupinf.theory.screening.level import Intervals, Level, Setting, intervals_at

# relative residual of a step, which the bound of its end counts: Newton's own error leaves no less of a group that has
# moved far, and two or three products with the Hessian get there
LOOSE, MOST_PRODUCTS = 0.03, 8
# √(gᵀ(H − H(δ))⁻¹g) up to which a model is near enough for a tight bound, and how many steps more are taken to get
# there: one does for most groups, three for a quarter of the training rows that are all of one tail
NEAR, MOST_STEPS = 0.01, 4


@dataclass(frozen=True)
class TwoStepNewtonLevel(Level):
    """A ball around θ̂ + Δ₁ − v, Δ₁ the Newton step, v ≈ (∇²L(θ̂ + Δ₁; δ))⁻¹∇L(θ̂ + Δ₁; δ) to LOOSE by conjugate
    gradients; of groups that are not near their minima by then, after a few such steps more. Whatever they come to, a
    ball around it is proven, if a wide one.
    """

    prover: Prover
    of_fit: Place
    name: ClassVar = TwoStepNewton.name

    @classmethod
    def made(cls, setting: Setting) -> Self:
        """By the prover of the study."""
        return cls(setting.prover, setting.of_fit)

    def intervals(self, groups: Climbing) -> Intervals:
        """A few passes for a step, one at the end."""
        at = groups.at
        step, late = at.solution(NewtonStep()).delta.copy(), np.arange(len(groups.members))
        for number in range(MOST_STEPS):
            here = at if late.size == len(groups.members) else at.narrowed(late)
            gradient, decrement = _gradient(here, step[:, late])
            far = np.flatnonzero((decrement > NEAR) | (number == 0))
            if far.size == 0:
                break
            if far.size < late.size:
                here, late, gradient = here.narrowed(far), late[far], gradient[:, far]
            step[:, late] -= _step(here, step[:, late], gradient)
        return intervals_at(self.of_fit, self.prover.after(at, at.pencils, step), groups.measures)


def _gradient(at: BlockContext, step: Array) -> tuple[Array, Array]:
    """∇L(θ̂ + step; δ) (P, B), and about its norm in H_θ⁻¹ (B,)."""
    block, columns = at.changed, np.arange(step.shape[1])
    gradient = block.gradients(block.fitted.theta[:, None] + step)
    gradient = without_flat_part(gradient, block.fitted.objective.flat_intercepts)
    solved = at.engine.precondition(block, at.reduced)(gradient, columns)
    return gradient, np.sqrt(np.maximum(column_dots(gradient, solved), 0.0))


def _step(at: BlockContext, step: Array, gradient: Array) -> Array:
    block = at.changed
    product = block.hessians(block.fitted.theta[:, None] + step)
    with np.errstate(over="ignore", invalid="ignore"):
        precondition = at.engine.precondition(block, at.reduced)
        found = conjugate_gradient(product, precondition, gradient, LOOSE, MOST_PRODUCTS).solution
    return np.where(np.isfinite(found).all(axis=0), found, 0.0)
