"""Gaps between rates: the shares of the rows of a class that are predicted to be of class 1."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from groupinf.effects.evaluations.disparities.gap import Gap
from groupinf.effects.evaluations.disparities.parts import CountedMeanPart
from groupinf.effects.evaluations.disparities.scores import PREDICTED
from groupinf.effects.evaluations.evaluation import Part
from groupinf.effects.evaluations.test_error import CountedPart

if TYPE_CHECKING:
    from groupinf.numerics.losses.loss import Array, Loss
    from groupinf.numerics.objective import Objective


class Rate(Gap):
    """The share of a set's rows of class ``of_class`` (0 or 1) whose predicted class is 1, their score above 0.

    Exact readouts count. A linear one has ∇f of the mean predicted probability of the same rows, as the slope of a
    share is 0 or infinite everywhere.
    """

    of_class: ClassVar[int]

    def unit(self, loss: Loss, classes: Sequence[str]) -> str:
        """A difference of shares, in whose place linear readouts have one of probabilities."""
        of, second = classes[self.of_class], classes[1]
        counted = f"difference of the shares of test rows of class {of} that are predicted to be of class {second}"
        return f"{counted}, for linear readouts of their mean predicted probabilities of it"

    def lacking(self, y: Array, classes: Sequence[str]) -> str:
        """Rows of the class."""
        return "" if (y == self.of_class).any() else f"test row of class {classes[self.of_class]}"

    def of_set(self, y: Array) -> slice:
        """Those of the class."""
        first, last = np.searchsorted(y, (self.of_class, self.of_class + 1))
        return slice(int(first), int(last))

    def mean(self, rows: Objective, place: slice, weight: float) -> Part:
        """Counted."""
        return CountedMeanPart(CountedPart(PREDICTED, rows.at(place), summed=True, place=place), weight)
