"""Predicted parameter changes of removing groups: the influence step and the Newton step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from groupinf.numerics.factor import Cholesky
from groupinf.numerics.losses import Array
from groupinf.numerics.objective import hessian_products
from groupinf.numerics.removal import Removal, solve_each

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


def influence_step(removal: Removal) -> Step:
    """Δ = H⁻¹g(w) (Koh et al. 2019, eq. 2)."""
    fitted = removal.fitted
    delta = fitted.factor.solve(removal.g)
    return Step(delta, fitted.factor.solve(fitted.H @ delta - removal.g))


def newton_step(removal: Removal, factors: Sequence[Cholesky]) -> Step:
    """Δ = (H − H(w))⁻¹g(w) (Koh et al. 2019, eq. 5); ``factors`` are of H − H(w), one per group."""
    fitted, columns = removal.fitted, np.arange(removal.g.shape[1])
    delta = solve_each(factors, removal.g, columns)
    residual = hessian_products(fitted.objective, fitted.theta, delta, removal.kept) - removal.g
    return Step(delta, solve_each(factors, residual, columns))
