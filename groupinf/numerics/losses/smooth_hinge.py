"""The hinge loss with its corner rounded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from groupinf.numerics.losses.binary_logistic import sigmoid
from groupinf.numerics.losses.loss import (
    LARGEST_ARGUMENT,
    LARGEST_THIRD_MOMENT,
    Array,
    Option,
    TwoClassLoss,
    beside,
)

TEMPERATURE = Option("temperature", 0.001, above=0.0)
# how much warmer the loss is from whose minimum a fit starts: Newton's steps from there are a few
WARMER = 3.0


class SmoothHinge(TwoClassLoss):
    """ℓ = t log(1 + exp(u)), u = (1 − ỹz)/t, ỹ = 2y − 1 in {−1, 1}, with the temperature t (Koh and Liang 2017, 4.3).

    r = −ỹσ(u), a = σ(u)(1 − σ(u))/t, a′ = −ỹ a(1 − 2σ(u))/t, so that |r| ≤ 1, |a′/a| ≤ 1/t, and |a′| is 1/t² times the
    third central moment of a coin. With t → 0 it is the hinge loss.
    """

    name = "smooth_hinge"
    label = "smooth hinge loss"
    units = "losses in units of the score"
    slope_bound = 1.0
    options = (TEMPERATURE,)
    # u is rounded twice, and its exponential by so much more
    roundings = TwoClassLoss.roundings + 2.0 * LARGEST_ARGUMENT

    @classmethod
    def of(cls, classes: int, options: Mapping[str, float]) -> SmoothHinge:
        """With its temperature."""
        return cls(options[TEMPERATURE.name])

    def __init__(self, temperature: float) -> None:
        self.temperature = temperature

    @property
    def concordance(self) -> float:
        """1/t."""
        return 1.0 / self.temperature

    @property
    def third_bound(self) -> float:
        """1/(6√3 t²)."""
        return LARGEST_THIRD_MOMENT / self.temperature**2

    @property
    def curvature_bound(self) -> float:
        """1/(4t)."""
        return 0.25 / self.temperature

    @property
    def easier(self) -> SmoothHinge | None:
        """One of a higher temperature: at a low one nearly all curvatures vanish far from the minimum."""
        return SmoothHinge(self.temperature * WARMER) if self.temperature < 1.0 else None

    def score_words(self, classes: Sequence[str]) -> str:
        """z, which is positive where the second class is predicted."""
        return f"score of class {classes[1]}, 1 at its margin"

    def _argument(self, z: Array, y: Array) -> tuple[Array, Array]:
        """u, a new array, and −ỹ beside it."""
        against = beside(1.0 - 2.0 * y, z)
        return (1.0 + against * z) / self.temperature, against

    def values(self, z: Array, y: Array) -> Array:
        """t log(1 + exp(u)), which neither overflows nor cancels.

        >>> SmoothHinge(0.5).values(np.array([[-800.0], [20.0]]), np.array([1.0, 1.0]))
        array([8.0100000e+02, 1.5695664e-17])
        """
        u, _ = self._argument(z, y)
        return np.asarray(self.temperature * np.logaddexp(0.0, u))[:, 0]

    def residuals(self, z: Array, y: Array) -> Array:
        """−ỹσ(u), exact to rounding of u also where it is small."""
        u, against = self._argument(z, y)
        r = sigmoid(u)
        r *= against
        return r

    def curvature_state(self, z: Array, y: Array) -> Array:
        """σ(u)(1 − σ(u))/t = e/(1 + e)²/t with e = exp(−|u|), which is exact in both tails."""
        e = np.exp(-np.abs(self._argument(z, y)[0]))
        return np.asarray(e / (1.0 + e) ** 2 / self.temperature)

    def curvature_slope(self, z: Array, y: Array) -> Array:
        """−ỹ a(1 − 2σ(u))/t, with 1 − 2σ(u) = −tanh(u/2)."""
        u, against = self._argument(z, y)
        return np.asarray(-against * self.curvature_state(z, y) * np.tanh(0.5 * u) / self.temperature)
