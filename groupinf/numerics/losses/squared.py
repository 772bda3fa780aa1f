"""The squared loss of regression."""

from __future__ import annotations

import numpy as np

from groupinf.numerics.losses.loss import Array, OneOutputLoss, beside


class Squared(OneOutputLoss):
    """ℓ = ½(z − y)²; r = z − y, of no bound, curvature 1: Newton's step is exact."""

    name = "squared"
    label = "squared loss"
    units = "predictions in units of y, losses half squared"
    concordance = 0.0
    slope_bound = np.inf
    third_bound = 0.0
    curvature_bound = 1.0

    @classmethod
    def is_for(cls, classes: int) -> bool:
        """Regression."""
        return classes == 0

    def values(self, z: Array, y: Array) -> Array:
        """½(z − y)²."""
        half: Array = 0.5 * ((z - beside(y, z)) ** 2)[:, 0]
        return half

    def residuals(self, z: Array, y: Array) -> Array:
        """z − y; z is overwritten."""
        z -= beside(y, z)
        return z

    def between(self, z: Array, y: Array, reach: Array) -> tuple[Array, Array]:
        """½ max(|z − y| − reach, 0)² and ½(|z − y| + reach)²."""
        off = np.abs(z - beside(y, z))[:, 0]
        return 0.5 * np.maximum(off - reach, 0.0) ** 2, 0.5 * (off + reach) ** 2

    def label_pull(self, y: Array, new: Array) -> Array:
        """y − new."""
        return (y - new)[:, None]

    def curvature_state(self, z: Array, y: Array) -> Array:
        """Ones."""
        return np.ones_like(z)

    def curvature_product(self, state: Array, u: Array) -> Array:
        """u itself."""
        return u

    def curvature_slope(self, z: Array, y: Array) -> Array:
        """Zeros."""
        return np.zeros_like(z)
