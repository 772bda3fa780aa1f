"""The values of an evaluation as targets."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from groupinf.effects.evaluations.evaluation import BoundedPart, Measure, Quantity
from groupinf.effects.test_rows import TestRows
from groupinf.numerics.change import changed, removing
from groupinf.numerics.fit import Fitted
from groupinf.numerics.losses.loss import Array


@dataclass(frozen=True)
class Measured:
    """One value of an evaluation whose f is the same for every group: the one with this ``label``, as tables call it,
    on these ``test`` points.
    """

    quantity: Quantity
    test: TestRows
    label: int

    def value(self, fitted: Fitted) -> float:
        """f(θ̂)."""
        measure, place = self._found(fitted)
        theta = fitted.theta[:, None]
        return float(sum(part.values(part.scores(theta))[place, 0] for part in measure.parts))

    def slopes(self, fitted: Fitted) -> Array:
        """∇f(θ̂), as the sum over the parts."""
        measure, place = self._found(fitted)
        total, theta = np.zeros(fitted.objective.size), fitted.theta[:, None]
        for part in measure.parts:
            assert isinstance(part, BoundedPart)  # an evaluation with a derivative is made of such
            total += part.in_parameters(part.gradient(part.scores(theta)))[:, place, 0]
        return total

    def direct(self, fitted: Fitted) -> Array:
        """0: no training row is in f."""
        return np.zeros(fitted.objective.n)

    def _found(self, fitted: Fitted) -> tuple[Measure, int]:
        """The measure that has the value, and its place there."""
        nothing = changed(fitted, removing(fitted), ())
        measures = self.quantity.measures(self.test, nothing)
        return next((m, m.labels.index(self.label)) for m in measures if self.label in m.labels)
