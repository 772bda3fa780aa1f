"""Predicted parameter changes of removing groups: the influence step and the Newton step."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from groupinf.numerics.factor import Factor
from groupinf.numerics.losses.loss import Array
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


# a step whose remainder is larger than this share of it is refined: beyond rounding where H is ill-conditioned
REFINED = 1e-9
MAX_REFINEMENTS = 3


def refined(delta: Array, remainder_of: Callable[[Array], Array]) -> Step:
    """Δ − A⁻¹(AΔ − g), again where needed: products with A by passes are exact where its factor has lost digits.

    Wilkinson's iterative refinement (Higham 2002, chapter 12), for the columns whose remainder is not rounding.
    """
    left = remainder_of(delta)
    for _ in range(MAX_REFINEMENTS):
        late = np.linalg.norm(left, axis=0) > REFINED * np.linalg.norm(delta, axis=0)
        if not late.any():
            break
        better = np.where(late, delta - left, delta)
        again = remainder_of(better)
        if not (np.linalg.norm(again, axis=0)[late] < np.linalg.norm(left, axis=0)[late]).any():
            break
        delta, left = better, again
    return Step(delta, left)


def influence_step(removal: Removal, solver: Factor) -> Array:
    """Δ = H⁻¹g(w) (Koh et al. 2019, eq. 2) by ``solver``: (P, B)."""
    return solver.solve(removal.g)


def influence_remainder(removal: Removal, delta: Array) -> Array:
    """H⁻¹(HΔ − g(w)), with H⁻¹ by the factor of the fit, whatever made Δ: (P, B)."""
    fitted = removal.fitted
    return fitted.factor.solve(hessian_products(fitted.objective, fitted.theta, delta) - removal.g)


def newton_step(removal: Removal, reduced: ReducedSolver) -> Array:
    """Δ = (H − H(w))⁻¹g(w) (Koh et al. 2019, eq. 5): (P, B)."""
    return reduced.solve(removal.g, np.arange(removal.g.shape[1]), NEWTON_TOLERANCE)


def newton_remainder(removal: Removal, reduced: ReducedSolver, delta: Array) -> Array:
    """(H − H(w))⁻¹((H − H(w))Δ − g(w)): (P, B)."""
    fitted = removal.fitted
    residual = hessian_products(fitted.objective, fitted.theta, delta, removal.kept) - removal.g
    return reduced.solve(residual, np.arange(delta.shape[1]), CERTIFICATE_TOLERANCE)
