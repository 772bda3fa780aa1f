"""Newton: one step of Newton's method on the objective of the changed rows (Koh et al. 2019, eq. 5)."""

from __future__ import annotations

import numpy as np

from groupinf.effects.context import BlockContext
from groupinf.effects.methods.method import Method, Readout, Step
from groupinf.numerics.losses.loss import Array
from groupinf.numerics.reduced import CERTIFICATE_TOLERANCE


def newton_step(at: BlockContext) -> Array:
    """Δ = (H − H(δ))⁻¹g(δ): (P, B)."""
    return at.newton


def newton_remainder(at: BlockContext, delta: Array) -> Array:
    """(H − H(δ))⁻¹((H − H(δ))Δ − g(δ)): (P, B)."""
    residual = at.changed.hessian_products_at_fit(delta) - at.changed.g
    return at.reduced.solve(residual, np.arange(delta.shape[1]), CERTIFICATE_TOLERANCE)


def _is_direct(at: BlockContext) -> bool:
    return at.engine.direct


NEWTON = Method(
    name="newton",
    label="Newton",
    in_text="Newton",
    equation="f(θ̂ + Δ) − f(θ̂) with Δ = (H − H(w))⁻¹ g(w)",
    step=Step("newton", newton_step, newton_remainder, _is_direct),
    readout=Readout.EXACT,
)
