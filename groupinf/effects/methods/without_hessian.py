"""Without the Hessian: a gradient step, one component of influence (Koh and Liang 2017, Figure 1)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

from groupinf.effects.context import Step
from groupinf.effects.methods.method import Method, Readout, Setting

if TYPE_CHECKING:
    from groupinf.effects.context import BlockContext, Solution


@dataclass(frozen=True)
class GradientStep(Step):
    """Δ = g(δ)."""

    def solution(self, at: BlockContext) -> Solution:
        """Nothing is left, as nothing is solved."""
        from groupinf.effects.steps import exactly

        return exactly(at.changed.g)


class WithoutHessian(Method):
    """∇f(θ̂)ᵀg(δ), in units of its own."""

    name: ClassVar = "without_hessian"
    label: ClassVar = "Without the Hessian"
    in_text: ClassVar = "influence without the Hessian"
    equation: ClassVar = "∇f(θ̂)ᵀ g(w), of which only ranks mean anything"
    readout: ClassVar = Readout.RANKS

    method: Literal["without_hessian"] = "without_hessian"

    def step(self, setting: Setting) -> Step:
        """g(δ)."""
        return GradientStep()
