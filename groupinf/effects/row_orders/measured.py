"""The values of an evaluation as targets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from groupinf.effects.evaluations.evaluation import BoundedPart, Measure, Quantity

if TYPE_CHECKING:
    from groupinf.effects.test_rows import TestRows
    from groupinf.numerics.fit import Fitted
    from groupinf.numerics.losses.loss import Array


# test rows up to which a sum over them is read off exactly of the steps of all training rows; the sum over more is all
# but linear in the step of a single row
MOST_READ = 4096


def measured(quantity: Quantity, test: TestRows, label: int) -> Measured:
    """The value of an evaluation that tables call ``label``, an evaluation whose f is the same for every group.

    It is read exactly unless it is the sum over more than MOST_READ test rows.
    """
    own = _rows_of(test, label) if label in quantity.labels(test.labels) and label in test.labels else test
    kind = MeasuredExactly if own.rows.n <= MOST_READ else Measured
    return kind(quantity, own, label)


def _rows_of(test: TestRows, label: int) -> TestRows:
    """The one test point."""
    from groupinf.effects.test_rows import TestRows

    place = test.labels.index(label)
    rows = test.rows.at(test.sums[place] if test.sums else slice(place, place + 1))
    return TestRows(rows, (label,), (slice(0, rows.n),) if test.sums else ())


@dataclass(frozen=True)
class Measured:
    """The value with this ``label``, on these ``test`` points."""

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
        from groupinf.numerics.change import changed, removing

        nothing = changed(fitted, removing(fitted), ())
        measures = self.quantity.measures(self.test, nothing)
        return next((m, m.labels.index(self.label)) for m in measures if self.label in m.labels)


class MeasuredExactly(Measured):
    """A value that is cheap to tell of many θ."""

    def moved(self, fitted: Fitted, steps: Array) -> Array:
        """f(θ̂ + Δ) − f(θ̂): (P, B) -> (B,)."""
        measure, place = self._found(fitted)
        total, theta = np.zeros(steps.shape[1]), fitted.theta[:, None]
        for part in measure.parts:
            z = part.scores(theta)
            total += part.values(z + part.scores(steps))[place] - part.values(z)[place]
        return total
