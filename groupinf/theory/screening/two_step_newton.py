"""Where the retrained model must be around the end of a second step, so near that next to any bound does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np

from groupinf.effects.methods.two_step_newton import TwoStepNewton
from groupinf.numerics.conjugate_gradient import conjugate_gradient
from groupinf.numerics.factor import without_flat_part
from groupinf.numerics.losses.loss import Array
from groupinf.theory.intervals import Place
from groupinf.theory.prover import Prover
from groupinf.theory.screening.climbing import Climbing
from groupinf.theory.screening.level import Intervals, Level, Setting, intervals_at

# relative residual of a step, which the bound of its end counts: Newton's own error leaves no less of a group that has
# moved far, and two or three products with the Hessian get there
LOOSE, MOST_PRODUCTS = 0.03, 8
# radius of a ball, in the norm of H_θ, up to which no step more is taken, and how many are at most: one does for most
# groups, three are needed by a quarter of the training rows that are all of one tail
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
        """Two or three passes for a step, and one at its end, which begins the next."""
        if "step" not in vars(groups):
            groups.after(self.prover, groups.newton)
        late, here, found = np.arange(len(groups.members)), groups, None
        for _ in range(MOST_STEPS):
            after = here.after(self.prover, here.step - _step(here))
            intervals = intervals_at(self.of_fit, after, here.measures)
            found = intervals if found is None else found.with_columns(late, intervals)
            far = np.flatnonzero(~(after.radius <= NEAR))
            if far.size == 0:
                break
            if far.size < late.size:
                late, here = late[far], here.of(far)
        assert found is not None
        return found


def _step(groups: Climbing) -> Array:
    """About (∇²L)⁻¹∇L of each group where it is: (P, B)."""
    at, block = groups.at, groups.at.changed
    gradient = without_flat_part(groups.gradient, block.fitted.objective.flat_intercepts)
    product = block.hessians(block.fitted.theta[:, None] + groups.step)
    with np.errstate(over="ignore", invalid="ignore"):
        precondition = at.engine.precondition(block, at.reduced)
        found = conjugate_gradient(product, precondition, gradient, LOOSE, MOST_PRODUCTS).solution
    return np.where(np.isfinite(found).all(axis=0), found, 0.0)
