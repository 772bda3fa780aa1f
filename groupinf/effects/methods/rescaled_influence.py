"""Rescaled influence: the sum of the Newton steps that change one row each (Rubinstein and Hopkins 2025)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np

from groupinf.effects.context import Step
from groupinf.effects.methods.method import Method, Readout, Setting
from groupinf.errors import ConvergenceError, GroupConvergenceError

if TYPE_CHECKING:
    from groupinf.effects.context import BlockContext, Solution
    from groupinf.numerics.approximate_leave_one_out import ChangedEach


@dataclass(frozen=True, eq=False)
class RescaledStep(Step):
    """Δ = H⁻¹Σ_{i in group} X_iᵀρ_i, with ρ_i (n, K') of ``each`` row, made once for a study."""

    each: ChangedEach

    def solution(self, at: BlockContext) -> Solution:
        """Refined; what is left is that of the solve, and what rounding does to the leverages.

        Raises GroupConvergenceError where that leaves no digits of a row.
        """
        from groupinf.effects.context import Solution
        from groupinf.effects.steps import solved_with
        from groupinf.numerics.change import group_gradients

        block, fitted = at.changed, at.changed.fitted
        without = np.flatnonzero(self.each.lost @ block.inside)
        if without.size:
            raise GroupConvergenceError(
                int(without[0]),
                "the model all but interpolates a row of it, whose leverage is 1 to rounding; a larger lambda_over_n "
                "makes it smaller, and methods can leave this one out",
            )
        right, error = (
            group_gradients(block.objective, rows, block.inside) for rows in (self.each.residuals, self.each.error)
        )
        found = solved_with(fitted.objective, fitted.theta, fitted.factor, right)
        return Solution(found.delta, found.remainder + fitted.factor.solve(error))


class RescaledInfluence(Method):
    """f(θ̂ + Δ) − f(θ̂), each row's part of Δ as if it alone were changed; needs a factor of H."""

    name: ClassVar = "rescaled_influence"
    label: ClassVar = "Rescaled influence"
    in_text: ClassVar = "rescaled influence"
    equation: ClassVar = "f(θ̂ + Δ) − f(θ̂) with Δ = H⁻¹ Σ wᵢ sᵢ rᵢ xᵢ/(1 − hᵢ), hᵢ the leverage"
    readout: ClassVar = Readout.EXACT

    method: Literal["rescaled_influence"] = "rescaled_influence"

    def work(self, scores: int, size: int) -> int:
        """H⁻¹, what rounding leaves of HH⁻¹ − I, and their products, where H has a factor of its own size."""
        from groupinf.numerics.factor import DENSE_BYTES

        return 5 * 8 * size**2 if 8 * size**2 <= DENSE_BYTES else 0

    def step(self, setting: Setting) -> Step:
        """Every row's leverage, once. Raises ConvergenceError where H has no factor."""
        from groupinf.numerics.approximate_leave_one_out import changed_each

        each = changed_each(setting.fitted, setting.change)
        if each is None:
            raise ConvergenceError(
                f"it needs x_iᵀH⁻¹x_i of every row, and with {setting.fitted.objective.size:,} parameters "
                "H has no factor to tell it; leave it out of methods"
            )
        return RescaledStep(each)
