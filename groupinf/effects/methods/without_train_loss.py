"""Without the training loss: residuals of size 1, one component of influence (Koh and Liang 2017, Figure 1)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

from groupinf.effects.context import Step
from groupinf.effects.methods.method import Method, Readout, Setting

if TYPE_CHECKING:
    from groupinf.effects.context import BlockContext, Solution
    from groupinf.numerics.losses.loss import Array


@dataclass(frozen=True, eq=False)
class UnitStep(Step):
    """Δ = H⁻¹Σ_{i in group} X_iᵀu_i with ``residuals`` u_i (n, K') made once, of the fit's factor."""

    residuals: Array

    def solution(self, at: BlockContext) -> Solution:
        """Refined."""
        from groupinf.effects.steps import solved_with
        from groupinf.numerics.change import group_gradients

        fitted = at.changed.fitted
        right = group_gradients(at.changed.objective, self.residuals, at.changed.inside)
        return solved_with(fitted.objective, fitted.theta, fitted.factor, right)


def unit_residuals(setting: Setting) -> Array:
    """s_i û(y_i) − s'_i û(y'_i), û the residual at θ̂ without its size, for two classes −ỹ with ỹ = ±1: (n, K')."""
    from groupinf.numerics.objective import scores

    objective, change = setting.fitted.objective, setting.change
    z = scores(objective.X, setting.fitted.theta, objective.loss.outputs)
    label = objective.y if change.label is None else change.label
    before = objective.sample_weight[:, None] * objective.loss.unit_residuals(z, objective.y)
    after = change.times * change.own[:, None] * objective.loss.unit_residuals(z, label)
    return before - after


class WithoutTrainLoss(Method):
    """∇f(θ̂)ᵀH⁻¹Σ X_iᵀu_i, in units of its own."""

    name: ClassVar = "without_train_loss"
    label: ClassVar = "Without the training loss"
    in_text: ClassVar = "influence without the training loss"
    equation: ClassVar = "∇f(θ̂)ᵀ H⁻¹ Σ wᵢ sᵢ uᵢ xᵢ, uᵢ = rᵢ without its size, of which only ranks mean anything"
    readout: ClassVar = Readout.RANKS

    method: Literal["without_train_loss"] = "without_train_loss"

    def step(self, setting: Setting) -> Step:
        """H⁻¹Σ X_iᵀu_i."""
        return UnitStep(unit_residuals(setting))
