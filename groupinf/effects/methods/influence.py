"""Influence: the first-order prediction (Koh et al. 2019, eq. 2)."""

from __future__ import annotations

from groupinf.effects.context import BlockContext
from groupinf.effects.methods.method import Method, Readout, Step
from groupinf.numerics.losses.loss import Array
from groupinf.numerics.objective import hessian_products


def influence_step(at: BlockContext) -> Array:
    """Δ = H⁻¹g(δ), with H⁻¹ as the configuration wants it applied: (P, B)."""
    by_the_fit = at.influence_solver is at.changed.fitted.factor
    return at.influence if by_the_fit else at.influence_solver.solve(at.changed.g)


def influence_remainder(at: BlockContext, delta: Array) -> Array:
    """H⁻¹(HΔ − g(δ)), with H⁻¹ by the factor of the fit, whatever made Δ: (P, B)."""
    fitted = at.changed.fitted
    return fitted.factor.solve(hessian_products(fitted.objective, fitted.theta, delta) - at.changed.g)


def _is_direct(at: BlockContext) -> bool:
    return at.influence_solver is at.changed.fitted.factor


INFLUENCE_STEP = Step("influence", influence_step, influence_remainder, _is_direct)
INFLUENCE = Method(
    name="influence",
    label="Influence",
    in_text="influence",
    equation="∇f(θ̂)ᵀ H⁻¹ g(w)",
    step=INFLUENCE_STEP,
    readout=Readout.LINEAR,
)
