"""Newton: one step of Newton's method on the objective without the group (Koh et al. 2019, eq. 5)."""

from __future__ import annotations

import numpy as np

from groupinf.effects.context import BlockContext
from groupinf.effects.methods.method import Method, Readout, Step
from groupinf.numerics.losses.loss import Array
from groupinf.numerics.objective import hessian_products
from groupinf.numerics.reduced import CERTIFICATE_TOLERANCE


def newton_step(at: BlockContext) -> Array:
    """Δ = (H − H(w))⁻¹g(w): (P, B)."""
    return at.newton


def newton_remainder(at: BlockContext, delta: Array) -> Array:
    """(H − H(w))⁻¹((H − H(w))Δ − g(w)): (P, B)."""
    fitted = at.removal.fitted
    residual = hessian_products(fitted.objective, fitted.theta, delta, at.removal.kept) - at.removal.g
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
