"""Shares of a mean over a set of test rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from groupinf.effects.evaluations.evaluation import RowNumbers
from groupinf.effects.evaluations.on_test_points import RowsPart
from groupinf.effects.evaluations.test_error import CountedPart

if TYPE_CHECKING:
    from groupinf.numerics.losses.loss import Array, Steepness


# the quotient that a weight is, its product with a sum, and the sum with what other rows come to
ROUNDINGS = 4.0


@dataclass(frozen=True)
class MeanPart:
    """``weight`` times a sum over rows, which is one value: the sign of the weight goes with the gradient, its size
    with the sums.
    """

    rows: RowsPart
    weight: float

    @property
    def _sign(self) -> float:
        return 1.0 if self.weight > 0.0 else -1.0

    def scores(self, V: Array) -> Array:
        """Those of the rows."""
        return self.rows.scores(V)

    def values(self, z: Array) -> Array:
        """f: (1, B)."""
        return self.weight * self.rows.values(z)

    def gradient(self, z: Array) -> Array:
        """∂/∂z, with the sign."""
        return self._sign * self.rows.gradient(z)

    def total(self, per_score: Array) -> Array:
        """The sum, without the sign."""
        return abs(self.weight) * self.rows.total(per_score)

    def curvature(self, z: Array, u: Array) -> Array:
        """∂²/∂z² u, with the sign."""
        return self._sign * self.rows.curvature(z, u)

    def in_parameters(self, slopes: Array) -> Array:
        """∇f."""
        return abs(self.weight) * self.rows.in_parameters(slopes)

    def sizes(self, power: int) -> Array:
        """Weighted."""
        return abs(self.weight) * self.rows.sizes(power)

    def steepness(self) -> Steepness | None:
        """Of a negative weight the least is the most."""
        from groupinf.numerics.losses.loss import Steepness

        steep = self.rows.steepness()
        if steep is None or self.weight > 0.0:
            return steep
        return Steepness(steep.slope, steep.third, -steep.most, -steep.least)

    def sums(self, per_row: Array) -> Array:
        """Weighted."""
        return abs(self.weight) * self.rows.sums(per_row)

    def per_row(self, numbers: RowNumbers, scale: Array) -> Array:
        """Those of test rows."""
        return self.rows.per_row(numbers, scale)

    def off(self, theta: Array, sizes: RowNumbers, error: Array) -> Array:
        """Those of test rows."""
        return self.rows.off(theta, sizes, error)

    def between(self, z: Array, moved: Array) -> tuple[Array, Array]:
        """Of a negative weight the ends change places."""
        from groupinf.numerics.rounding import UNIT

        ends = [self.weight * end for end in self.rows.between(z, moved)]
        low, high = (ends[0], ends[1]) if self.weight > 0.0 else (ends[1], ends[0])
        off = ROUNDINGS * UNIT
        return low - off * np.abs(low), high + off * np.abs(high)


@dataclass(frozen=True)
class CountedMeanPart(MeanPart):
    """The same of what is counted."""

    rows: CountedPart

    def undecided(self, z: Array, off: Array) -> Array:
        """The share that open rows are."""
        return abs(self.weight) * self.rows.undecided(z, off)
