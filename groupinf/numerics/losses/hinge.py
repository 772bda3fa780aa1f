"""The hinge loss, minimised as it is and differentiated through its smooth version."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from groupinf.numerics.losses.loss import Array, Loss, OneOutputLoss, Option, TwoClassLoss, beside
from groupinf.numerics.losses.smooth_hinge import SmoothHinge

SMOOTHING = Option("smoothing", 0.001, least=0.0)


class Hinge(TwoClassLoss):
    """ℓ = max(0, 1 − ỹz), ỹ = 2y − 1 in {−1, 1}; derivatives are those of the smooth hinge at the temperature
    ``smoothing``, and at 0 of the hinge itself: r = −ỹ where ỹz < 1, curvature 0 (Koh and Liang 2017, section 4.3).
    They are those of another loss where one is given. Its own slope is at most 1; at its corner it has no curvature.
    """

    name = "hinge"
    label = "hinge loss"
    units = "losses in units of the score"
    concordance = None
    slope_bound = 1.0
    third_bound = None
    smooth = False
    options = (SMOOTHING,)
    roundings = SmoothHinge.roundings

    @classmethod
    def of(cls, classes: int, options: Mapping[str, float]) -> Hinge:
        """With its smoothing."""
        return cls(options[SMOOTHING.name])

    def __init__(self, smoothing: float, derivatives: OneOutputLoss | None = None) -> None:
        self.smoothing = smoothing
        self._given = derivatives
        self._derivatives = derivatives or (SmoothHinge(smoothing) if smoothing > 0.0 else None)

    def differentiated_by(self, other: Loss) -> Hinge:
        """With the derivatives of the other, which has one score too."""
        assert isinstance(other, OneOutputLoss)
        return Hinge(self.smoothing, other)

    @property
    def derivatives_in_text(self) -> str:
        """A smooth version, the hinge itself where it is not smoothed, or the loss that was given."""
        if self._given is not None:
            return self._given.derivatives_in_text
        return f"a smooth version of the {self.label}" if self.smoothing > 0.0 else f"the {self.label} itself"

    @property
    def curved(self) -> bool:
        """Unless it is not smoothed at all."""
        return self._derivatives is not None and self._derivatives.curved

    def score_words(self, classes: Sequence[str]) -> str:
        """z, which is positive where the second class is predicted."""
        return f"score of class {classes[1]}, 1 at its margin"

    def values(self, z: Array, y: Array) -> Array:
        """max(0, 1 − ỹz)."""
        return np.maximum(0.0, 1.0 + beside(1.0 - 2.0 * y, z) * z)[:, 0]

    def residuals(self, z: Array, y: Array) -> Array:
        """Those of the smooth hinge; z may be overwritten."""
        if self._derivatives is not None:
            return self._derivatives.residuals(z, y)
        against = beside(1.0 - 2.0 * y, z)
        return np.where(1.0 + against * z > 0.0, against, 0.0)

    def curvature_state(self, z: Array, y: Array) -> Array:
        """That of the smooth hinge."""
        return np.zeros_like(z) if self._derivatives is None else self._derivatives.curvature_state(z, y)

    def curvature_slope(self, z: Array, y: Array) -> Array:
        """That of the smooth hinge."""
        return np.zeros_like(z) if self._derivatives is None else self._derivatives.curvature_slope(z, y)
