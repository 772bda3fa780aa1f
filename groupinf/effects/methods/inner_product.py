"""Inner product: influence without the Hessian and without the training loss (Koh and Liang 2017, Figure 1)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

from groupinf.effects.context import Step
from groupinf.effects.methods.method import Method, Readout, Setting
from groupinf.effects.methods.without_train_loss import unit_residuals

if TYPE_CHECKING:
    from groupinf.effects.context import BlockContext, Solution
    from groupinf.numerics.losses.loss import Array


@dataclass(frozen=True, eq=False)
class RowsStep(Step):
    """Δ = Σ_{i in group} X_iᵀu_i with ``residuals`` u_i (n, K') made once."""

    residuals: Array

    def solution(self, at: BlockContext) -> Solution:
        """Nothing is left, as nothing is solved."""
        from groupinf.effects.steps import exactly
        from groupinf.numerics.change import group_gradients

        return exactly(group_gradients(at.changed.objective, self.residuals, at.changed.inside))


class InnerProduct(Method):
    """∇f(θ̂)ᵀΣ X_iᵀu_i, in units of its own."""

    name: ClassVar = "inner_product"
    label: ClassVar = "Inner product"
    in_text: ClassVar = "the inner product"
    equation: ClassVar = "∇f(θ̂)ᵀ Σ wᵢ sᵢ uᵢ xᵢ, uᵢ = rᵢ without its size, of which only ranks mean anything"
    readout: ClassVar = Readout.RANKS

    method: Literal["inner_product"] = "inner_product"

    def step(self, setting: Setting) -> Step:
        """Σ X_iᵀu_i."""
        return RowsStep(unit_residuals(setting))
