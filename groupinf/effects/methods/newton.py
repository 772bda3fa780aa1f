"""Newton: one step of Newton's method on the objective of the changed rows (Koh et al. 2019, eq. 5)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np

from groupinf.effects.context import Step
from groupinf.effects.methods.method import Method, Readout, Setting

if TYPE_CHECKING:
    from groupinf.effects.context import BlockContext, Solution
    from groupinf.numerics.losses.loss import Array


@dataclass(frozen=True)
class NewtonStep(Step):
    """Δ = (H − H(δ))⁻¹g(δ)."""

    def solution(self, at: BlockContext) -> Solution:
        """Refined where solves are direct; what is left is (H − H(δ))⁻¹((H − H(δ))Δ − g(δ))."""
        from groupinf.effects.context import Solution
        from groupinf.effects.steps import refined
        from groupinf.numerics.reduced import CERTIFICATE_TOLERANCE

        def remainder(delta: Array) -> Array:
            residual = at.changed_products_at_fit(delta) - at.changed.g
            return at.reduced.solve(residual, np.arange(delta.shape[1]), CERTIFICATE_TOLERANCE)

        delta = at.newton
        return refined(delta, remainder) if at.engine.direct else Solution(delta, remainder(delta))


class Newton(Method):
    """f(θ̂ + Δ) − f(θ̂) with the step of Newton."""

    name: ClassVar = "newton"
    label: ClassVar = "Newton"
    in_text: ClassVar = "Newton"
    equation: ClassVar = "f(θ̂ + Δ) − f(θ̂) with Δ = (H − H(w))⁻¹ g(w)"
    readout: ClassVar = Readout.EXACT

    method: Literal["newton"] = "newton"

    def step(self, setting: Setting) -> Step:
        """(H − H(δ))⁻¹g(δ)."""
        return NewtonStep()
