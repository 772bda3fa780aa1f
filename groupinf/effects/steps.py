"""Predicted parameter changes of removing groups: the influence step and the Newton step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from groupinf.numerics.factor import Factor
from groupinf.numerics.losses import Array
from groupinf.numerics.objective import hessian_products
from groupinf.numerics.reduced import CERTIFICATE_TOLERANCE, NEWTON_TOLERANCE, ReducedSolver
from groupinf.numerics.removal import Removal

Readout = Literal["linear", "exact"]

# which parameter change a method reads out, and how (one readout a method)
READOUTS: dict[str, tuple[Literal["influence", "newton"], Readout]] = {
    "influence": ("influence", "linear"),
    "parameter_influence": ("influence", "exact"),
    "newton": ("newton", "exact"),
}


@dataclass(frozen=True)
class Step:
    """Δ (P, B), and what is left of it to solve: ``remainder`` = A⁻¹(AΔ − g) (P, B), zero for an exact solve."""

    delta: Array
    remainder: Array


def influence_step(removal: Removal, solver: Factor) -> Step:
    """Δ = H⁻¹g(w) (Koh et al. 2019, eq. 2) by ``solver``; the remainder by the factor of the fit."""
    fitted = removal.fitted
    delta = solver.solve(removal.g)
    residual = hessian_products(fitted.objective, fitted.theta, delta) - removal.g
    return Step(delta, fitted.factor.solve(residual))


def newton_step(removal: Removal, reduced: ReducedSolver) -> Step:
    """Δ = (H − H(w))⁻¹g(w) (Koh et al. 2019, eq. 5)."""
    fitted, columns = removal.fitted, np.arange(removal.g.shape[1])
    delta = reduced.solve(removal.g, columns, NEWTON_TOLERANCE)
    residual = hessian_products(fitted.objective, fitted.theta, delta, removal.kept) - removal.g
    return Step(delta, reduced.solve(residual, columns, CERTIFICATE_TOLERANCE))
