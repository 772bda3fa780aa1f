"""Representer points: the group's terms of θ̂ = −(1/λ)Σ s_i r_i x_i exchanged, residuals frozen (Yeh et al. 2018)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np

from groupinf.effects.context import Step
from groupinf.effects.methods.method import Method, Readout, Setting

if TYPE_CHECKING:
    from groupinf.effects.context import BlockContext, Solution


@dataclass(frozen=True)
class RepresenterStep(Step):
    """Δ = g(δ)/λ on what is penalised, 0 on what is not."""

    def solution(self, at: BlockContext) -> Solution:
        """Nothing is left, as nothing is solved."""
        from groupinf.effects.steps import exactly

        penalty = at.changed.fitted.objective.penalty()[:, None]
        return exactly(np.divide(at.changed.g, penalty, out=np.zeros_like(at.changed.g), where=penalty > 0.0))


class Representer(Method):
    """f(θ̂ + Δ) − f(θ̂): f of the model whose representer sum has lost, or changed, the terms of the group."""

    name: ClassVar = "representer"
    label: ClassVar = "Representer"
    in_text: ClassVar = "representer"
    equation: ClassVar = "f(θ̂ + Δ) − f(θ̂) with Δ = g(w)/λ on the weights, 0 on the intercept"
    readout: ClassVar = Readout.EXACT

    method: Literal["representer"] = "representer"

    def step(self, setting: Setting) -> Step:
        """g(δ)/λ."""
        return RepresenterStep()
