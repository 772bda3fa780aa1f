"""H⁻¹V by the Neumann series of H⁻¹: LiSSA's recursion with the Hessian of all rows in the place of a sample's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from groupinf.numerics.lissa import diverges, largest_eigenvalue, recursion
from groupinf.numerics.losses.loss import Array
from groupinf.numerics.objective import Objective, hessian_products


@dataclass(frozen=True)
class Taylor:
    """H⁻¹v ≈ (1/(scale·n)) Σ_j (I − H/(scale·n))^j v, the first ``depth`` + 1 terms.

    ``scale`` must exceed half of the largest eigenvalue of H/n. Source: Agarwal, Bullins & Hazan 2017, equation 6.
    """

    name: ClassVar[str] = "taylor"

    objective: Objective
    theta: Array
    depth: int
    scale: float

    def solve(self, V: Array) -> Array:
        """H⁻¹V, (P,) or (P, B); raises ConvergenceError, in words, where the series diverges."""
        columns, n = V.reshape(V.shape[0], -1), self.objective.n
        with np.errstate(over="ignore", invalid="ignore"):  # a divergence is found and explained
            h = recursion(
                columns,
                self.depth,
                lambda h: hessian_products(self.objective, self.theta, h) / (n * self.scale),
                self._divergence,
            )
        return np.asarray(h / (self.scale * n)).reshape(V.shape)

    def _divergence(self, step: int) -> str:
        largest = largest_eigenvalue(self.objective, self.theta) / self.objective.n
        return (
            f"{diverges('the Taylor series', step, self.depth, self.scale)}. The scale must exceed half of the largest "
            f"eigenvalue of the mean Hessian, which is {largest:.4g}. Use a larger scale (and depth with it), scaled "
            "features, or solver: cg"
        )
