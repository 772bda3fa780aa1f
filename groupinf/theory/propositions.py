"""The bounds of Koh, Ang, Teo and Liang (2019) on the errors of Newton and of influence, as printed and repaired.

Proposition 1, of |actual − Newton|, and the rest of Proposition 2 divide by (σ_min + λ)³, σ_min the least eigenvalue of
the Hessian of all rows. What their proofs need is the strong convexity of the objective without the group, on the way
from θ̂ to its minimum: of a group in whose directions few other rows are, that is hardly more than λ, and the printed
bounds are false. With λ in the place of σ_min + λ they hold. All are of removal, and of models whose parameters are all
penalised: a free intercept has no λ.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse.linalg import LinearOperator, eigsh

from groupinf.effects.evaluations.evaluation import BoundedPart
from groupinf.numerics.fit import Fitted
from groupinf.numerics.intercept import Intercept
from groupinf.numerics.losses.loss import Array
from groupinf.numerics.objective import hessian_products, row_norms

# P up to which all eigenvalues of the Hessian are computed: the two outermost alone are found by iteration beyond
WHOLE = 2048
# relative accuracy of eigenvalues that are found by iteration: of σ_max + λ, and of σ_min + λ, which is hardly more
# than λ there, with many eigenvalues next to it, so that more digits take thousands of solves
ACCURACY, LEAST_ACCURACY = 1e-10, 1e-3


@dataclass(frozen=True)
class Constants:
    """Of a fit: n rows, λ, σ_min and σ_max of the Hessian of their losses, C_ℓ the largest ‖s_i∇ℓ_i(θ̂)‖, and C_H by
    which a row's Hessian changes at most per unit of θ, s_i‖x_i‖³ times the largest third derivative.
    """

    n: int
    lam: float
    least: float
    largest: float
    gradient: float
    hessian: float

    @property
    def d_norm(self) -> float:
        """σ_max/λ, which bounds ‖D(w)‖ (Lemma 1)."""
        return self.largest / self.lam

    @property
    def cone(self) -> float:
        """1 + 3σ_max/(2λ) + σ_max²/(2λ²), the slope of the cone of self-loss (Proposition 3)."""
        return 1.0 + 1.5 * self.d_norm + 0.5 * self.d_norm**2


@dataclass(frozen=True)
class Bounds:
    """Bounds as printed and repaired: (T, B) each, NaN where they are not defined."""

    newton_error_paper: Array
    newton_error: Array
    rest_paper: Array
    rest: Array


def constants_of(fitted: Fitted, of_removal: bool) -> Constants | None:
    """None where the propositions are not about such a study: another change than removal, a free intercept, a loss
    whose third derivative has no bound.
    """
    objective = fitted.objective
    third = objective.loss.third_bound
    if not of_removal or objective.intercept is Intercept.FREE or third is None:
        return None
    norms, weights = row_norms(objective.X), objective.sample_weight
    least, largest = _outermost(fitted)
    return Constants(
        n=objective.n,
        lam=objective.lam,
        least=least,
        largest=largest,
        gradient=float(np.max(norms * np.linalg.norm(fitted.residuals, axis=1))),
        hessian=float(np.max(weights * norms**3) * third),
    )


def _outermost(fitted: Fitted) -> tuple[float, float]:
    """σ_min and σ_max: those of H less λ."""
    objective, size = fitted.objective, fitted.objective.size
    identity = np.eye(size) if size <= WHOLE else None
    if identity is not None:
        H = hessian_products(objective, fitted.theta, identity)
        values = np.linalg.eigvalsh(0.5 * (H + H.T)) - objective.lam
        return max(float(values[0]), 0.0), float(values[-1])
    start = np.random.default_rng(0).normal(size=size)

    def largest(product: LinearOperator, accuracy: float) -> float:
        return float(eigsh(product, k=1, which="LA", v0=start, tol=accuracy, return_eigenvectors=False)[0])

    def products(v: Array) -> Array:
        return hessian_products(objective, fitted.theta, v.reshape(-1, 1))[:, 0]

    def solved(v: Array) -> Array:
        return fitted.factor.solve(v.reshape(-1, 1))[:, 0]

    top = largest(LinearOperator((size, size), matvec=products, dtype=np.float64), ACCURACY) - objective.lam
    if objective.n * objective.loss.outputs < size:
        return 0.0, top
    least = 1.0 / largest(LinearOperator((size, size), matvec=solved, dtype=np.float64), LEAST_ACCURACY) - objective.lam
    return max(least, 0.0), top


def bounds_of(
    constants: Constants | None, parts: Sequence[BoundedPart], shape: tuple[int, ...], group_sizes: Array
) -> Bounds:
    """The bounds of the sum f of the ``parts``, of groups of ``group_sizes`` (B,) rows, of ``shape`` (T, B).

    C_f is the largest ‖∇f‖, Σ‖x‖ over the rows that f is of times the largest slope, and C_f,3 likewise of ‖x‖³.
    """
    steepness = [part.steepness() for part in parts]
    if constants is None or any(steep is None for steep in steepness):
        nowhere = np.full(shape, np.nan)
        return Bounds(nowhere, nowhere, nowhere, nowhere)
    slope, third = np.zeros((2, *shape))
    for part, steep in zip(parts, steepness, strict=True):
        assert steep is not None
        # of a loss without third derivatives the error is 0, however steep f is
        slope = slope + (steep.slope * part.sizes(1) if constants.hessian else 0.0)
        third = third + (steep.third * part.sizes(3) if steep.third else 0.0)
    reach = group_sizes * constants.gradient
    of_newton = constants.n * constants.hessian * slope * reach**2
    of_rest = third * reach**3 / 6.0
    printed, repaired = (constants.least + constants.lam) ** 3, constants.lam**3
    return Bounds(of_newton / printed, of_newton / repaired, of_rest / printed, of_rest / repaired)
