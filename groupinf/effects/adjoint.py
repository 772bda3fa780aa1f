"""Influence by the adjoint system: H⁻¹ is applied to what is measured, once for a study, and not to every group."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from groupinf.effects.context import BlockContext, Solution, Step
from groupinf.effects.steps import remainder_of
from groupinf.numerics.factor import Factor
from groupinf.numerics.fit import Fitted
from groupinf.numerics.losses.loss import Array


@dataclass(frozen=True, eq=False)
class AdjointStep(Step):
    """The least Δ with fₜ′Δ = sₜᵀg(δ) for every value fₜ, fₜ′ = ∇fₜ(θ̂)ᵀ and sₜ = H⁻¹∇fₜ(θ̂): the s_test of Koh and
    Liang 2017, section 3.

    With F (P, T) the ∇fₜ, ``across`` is F(FᵀF)⁺, ``solved`` the sₜ as a solver found them, and ``left`` how far they
    are from H⁻¹F by the factor of the fit: (P, T) each. Δ tells these values alone.
    """

    across: Array
    solved: Array
    left: Array

    def solution(self, at: BlockContext) -> Solution:
        """Δ for each group, with what the sₜ leave to solve."""
        g = at.changed.g
        return Solution(self.across @ (self.solved.T @ g), self.across @ (self.left.T @ g))


def adjoint_step(fitted: Fitted, gradients: Array, solver: Factor) -> AdjointStep:
    """The step for values with these ``gradients`` (P, T) at θ̂, H⁻¹ applied by ``solver``."""
    solved = solver.solve(gradients)
    left = remainder_of(fitted.objective, fitted.theta, fitted.factor, gradients)(solved)
    across = np.asarray(np.linalg.pinv(gradients).T, dtype=np.float64)
    return AdjointStep(across, solved, left)
