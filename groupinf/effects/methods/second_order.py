"""Second order: the Taylor polynomial of θ̂(δ) of second degree (Giordano, Jordan and Broderick 2019)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np

from groupinf.effects.context import Step
from groupinf.effects.methods.influence import InfluenceStep
from groupinf.effects.methods.method import Method, Readout, Setting

if TYPE_CHECKING:
    from groupinf.effects.context import BlockContext, Solution
    from groupinf.numerics.change import Changed
    from groupinf.numerics.losses.loss import Array


@dataclass(frozen=True)
class SecondOrderStep(Step):
    """Δ = Δ₁ + H⁻¹(H(δ)Δ₁ − ½Σ_i s_i∇³ℓ_i[Δ₁, Δ₁]) with Δ₁ = H⁻¹g(δ), the sum over all rows of the fit."""

    def solution(self, at: BlockContext) -> Solution:
        """Refined, both solves by the factor of the fit; what they leave is added up."""
        from groupinf.effects.context import Solution
        from groupinf.effects.steps import solved_with

        fitted = at.changed.fitted
        problem = fitted.objective, fitted.theta, fitted.factor
        of_the_fit = at.influence_solver is fitted.factor
        first = at.solution(InfluenceStep()) if of_the_fit else solved_with(*problem, at.changed.g)
        second = solved_with(*problem, half_of_second_derivative(at.changed, first.delta))
        return Solution(first.delta + second.delta, first.remainder + second.remainder)


def half_of_second_derivative(changed: Changed, first: Array) -> Array:
    """H(δ)Δ₁ − ½Σ_i s_i∇³ℓ_i[Δ₁, Δ₁] at θ̂, in one pass over the data: (P, B).

    With A_i the curvature and T_i the third derivative in the scores, u_i = X_iΔ₁, row i gives X_iᵀ times
    s_iA_iu_i − s'_iA'_iu_i − ½s_iT_i[u_i, u_i].
    """
    from groupinf.numerics.objective import row_slices, scores, transposed_product

    fit, theta, loss = changed.fitted.objective, changed.fitted.theta, changed.fitted.objective.loss
    own, terms, total = changed.objective.sample_weight, changed.terms, np.zeros_like(first)
    for rows in row_slices(fit, first.shape[1]):
        X, y, weight = fit.X[rows], fit.y[rows], fit.sample_weight[rows, None, None]
        z, u = scores(X, theta, loss.outputs), scores(X, first, loss.outputs)
        after = own[rows, None, None] * terms.counts[rows, None, :]
        state = loss.curvature_state(z, y)
        if terms.labels is None:
            r = loss.curvature_product(state, u) * (weight - after)
        else:
            changed_state = loss.curvature_state(z[:, :, None], terms.labels[rows])
            r = loss.curvature_product(state, u) * weight - loss.curvature_product(changed_state, u) * after
        r -= 0.5 * weight * loss.third(z, y, u)
        total += transposed_product(X, r)
    return total


class SecondOrder(Method):
    """f(θ̂ + Δ) − f(θ̂) with the polynomial's Δ."""

    name: ClassVar = "second_order"
    label: ClassVar = "Second order"
    in_text: ClassVar = "second order"
    equation: ClassVar = "f(θ̂ + Δ) − f(θ̂), Δ = Δ₁ + H⁻¹ H(w) Δ₁ − ½H⁻¹ Σ sᵢ ∇³ℓᵢ[Δ₁, Δ₁], Δ₁ = H⁻¹ g(w)"
    readout: ClassVar = Readout.EXACT

    method: Literal["second_order"] = "second_order"

    def step(self, setting: Setting) -> Step:
        """Δ₁ and the second degree."""
        return SecondOrderStep()
