"""Gaps between two sets of test rows."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import TYPE_CHECKING, ClassVar

from groupinf.effects.evaluations.disparities.measure import DisparityMeasure
from groupinf.effects.evaluations.evaluation import Part
from groupinf.wording import MINUS

if TYPE_CHECKING:
    from groupinf.numerics.losses.loss import Array, Loss
    from groupinf.numerics.objective import Objective


# rows of a set whose scores are held at a time
AT_ONCE = 8192


class Gap(DisparityMeasure):
    """A mean over the second of two sets less that over the first; of more than two sets of every two of them.

    A pair that is farthest apart at θ̂ would be another at another λ, and would not tell of a gap that opens elsewhere.
    """

    signed: ClassVar = True
    defined_for: ClassVar = "two classes with the logistic loss"

    @classmethod
    def is_defined(cls, loss: Loss) -> bool:
        """Of two classes whose score is the log-odds of the second."""
        from groupinf.numerics.losses.binary_logistic import BinaryLogistic

        return isinstance(loss, BinaryLogistic)

    def compared(self, sets: int) -> Iterator[tuple[int, ...]]:
        """Every two."""
        yield from combinations(range(sets), 2)

    def called(self, names: Sequence[str]) -> str:
        """The second minus the first."""
        return f"{self.short}, {names[1]}{MINUS}{names[0]}"

    def of_set(self, y: Array) -> slice:
        """The rows that its mean is over of a set with the labels ``y``."""
        return slice(0, y.size)

    @abstractmethod
    def mean(self, rows: Objective, place: slice, weight: float) -> Part:
        """``weight`` times the sum over the rows at ``place``."""

    def parts(self, rows: Objective, sets: Sequence[slice]) -> tuple[Part, ...]:
        """Of each set AT_ONCE rows at a time."""
        found = []
        for sign, of in zip((-1.0, 1.0), sets, strict=True):
            counted = self.of_set(rows.y[of])
            weight = sign / (counted.stop - counted.start)
            first, last = of.start + counted.start, of.start + counted.stop
            found += [self.mean(rows, slice(i, min(i + AT_ONCE, last)), weight) for i in range(first, last, AT_ONCE)]
        return tuple(found)
