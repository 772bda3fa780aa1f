"""What a score of two classes comes to: the probability of class 1, or whether that class is predicted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from groupinf.numerics.losses.loss import Array, Loss, Steepness


class Probability:
    """σ(z) = 1/(1 + exp(−z)), with a = σ(1 − σ) as σ′, σ″ = a(1 − 2σ) and σ‴ = a(1 − 6a)."""

    def values(self, loss: Loss, z: Array, y: Array) -> Array:
        """σ."""
        from groupinf.numerics.losses.binary_logistic import sigmoid

        return sigmoid(z[:, 0].copy())

    def slopes(self, loss: Loss, z: Array, y: Array) -> Array:
        """σ(1 − σ), exact in both tails."""
        e = np.exp(-np.abs(z))
        return np.asarray(e / (1.0 + e) ** 2)

    def curvature(self, loss: Loss, z: Array, y: Array, u: Array) -> Array:
        """σ″u."""
        return np.asarray(-self.slopes(loss, z, y) * np.tanh(0.5 * z) * u)

    def between(self, loss: Loss, z: Array, y: Array, reach: Array) -> tuple[Array, Array]:
        """σ rises."""
        from groupinf.numerics.losses.binary_logistic import sigmoid

        return sigmoid(z[:, 0] - reach), sigmoid(z[:, 0] + reach)

    def steepness(self, loss: Loss) -> Steepness | None:
        """a ≤ 1/4, |σ″| ≤ 1/(6√3), and |a(1 − 6a)| ≤ 1/8 for a in [0, 1/4]."""
        from groupinf.numerics.losses.loss import LARGEST_THIRD_MOMENT, Steepness

        return Steepness(0.25, 0.125, -LARGEST_THIRD_MOMENT, LARGEST_THIRD_MOMENT)


class Predicted:
    """1 where the predicted class is 1, z > 0, with the slope of σ in the place of its own."""

    def values(self, loss: Loss, z: Array, y: Array) -> Array:
        """As ``numerics.predict`` has it."""
        return (z[:, 0] > 0.0).astype(np.float64)

    def slopes(self, loss: Loss, z: Array, y: Array) -> Array:
        """Those of σ."""
        return PROBABILITY.slopes(loss, z, y)

    def curvature(self, loss: Loss, z: Array, y: Array, u: Array) -> Array:
        """None: no expansion of a count says anything."""
        return np.full_like(u, np.nan)

    def between(self, loss: Loss, z: Array, y: Array, reach: Array) -> tuple[Array, Array]:
        """0 and 1 where the score may be above 0 as well as not."""
        return (z[:, 0] > reach).astype(np.float64), (z[:, 0] >= -reach).astype(np.float64)

    def steepness(self, loss: Loss) -> Steepness | None:
        """None: it has no derivative."""
        return None


PROBABILITY, PREDICTED = Probability(), Predicted()
