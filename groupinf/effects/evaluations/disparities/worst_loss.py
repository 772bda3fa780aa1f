"""The mean loss of the set that fares worst."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from groupinf.effects.evaluations.disparities.measure import DisparityMeasure
from groupinf.effects.evaluations.evaluation import Part, RowNumbers, widened
from groupinf.effects.evaluations.test_loss import TEST_LOSS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from groupinf.numerics.losses.loss import Array, Loss
    from groupinf.numerics.objective import Objective


class WorstLoss(DisparityMeasure):
    """The largest of the sets' mean losses (Sagawa et al. 2020, equation 4).

    An exact readout takes the largest wherever it is read, whichever set that is of; a linear one follows the set that
    is worst at θ̂, and sees no other overtake it.
    """

    name: ClassVar = "worst_loss"
    short: ClassVar = "worst loss"

    def unit(self, loss: Loss, classes: Sequence[str]) -> str:
        """That of the loss."""
        return f"largest mean loss of a set, {loss.units}"

    def compared(self, sets: int) -> Iterator[tuple[int, ...]]:
        """All at once."""
        yield tuple(range(sets))

    def called(self, names: Sequence[str]) -> str:
        """By itself."""
        return self.short

    def parts(self, rows: Objective, sets: Sequence[slice]) -> tuple[Part, ...]:
        """One of all: a maximum is no sum."""
        place = slice(sets[0].start, sets[-1].stop)
        starts = np.array([of.start - place.start for of in sets], dtype=np.int64)
        return (WorstPart(rows.at(place), starts, np.array([of.stop - of.start for of in sets], dtype=float), place),)

    def told(self, names: Sequence[str], parts: Sequence[Part], theta: Array) -> str:
        """And of which set it is."""
        [worst] = parts
        assert isinstance(worst, WorstPart)
        which = int(np.argmax(worst.means_at(worst.scores(theta))[:, 0]))
        return f"{super().told(names, parts, theta)}, that of {names[which]}, which linear readouts follow"


@dataclass(frozen=True, eq=False)
class WorstPart:
    """The largest of the mean losses of sets that follow each other in ``rows``, from ``starts`` on, with ``counts`` of
    them: one value. At a kink, where two are the largest, the derivative is that of the first.
    """

    rows: Objective
    starts: NDArray[np.int64]
    counts: Array
    place: slice

    def scores(self, V: Array) -> Array:
        """(m, K', B)."""
        from groupinf.numerics.objective import scores

        return scores(self.rows.X, V, self.rows.loss.outputs)

    def means_at(self, z: Array) -> Array:
        """The mean loss of each set: (sets, B)."""
        return self._means(TEST_LOSS.values(self.rows.loss, z, self.rows.y))

    def values(self, z: Array) -> Array:
        """The largest: (1, B)."""
        return np.asarray(self.means_at(z).max(axis=0, keepdims=True))

    def gradient(self, z: Array) -> Array:
        """r of the rows of the worst set, 0 elsewhere; ``total`` brings the weights."""
        return TEST_LOSS.slopes(self.rows.loss, z, self.rows.y) * self._of_worst(z)

    def total(self, per_score: Array) -> Array:
        """The sum of each set's mean."""
        return np.asarray(self._means(per_score.sum(axis=1)).sum(axis=0, keepdims=True))

    def curvature(self, z: Array, u: Array) -> Array:
        """Au of the rows of the worst set."""
        return TEST_LOSS.curvature(self.rows.loss, z, self.rows.y, u) * self._of_worst(z)

    def in_parameters(self, slopes: Array) -> Array:
        """∇f from the gradient."""
        from groupinf.numerics.objective import transposed_product

        of_set = np.repeat(self.counts, self.counts.astype(np.int64))
        return transposed_product(self.rows.X, slopes / of_set[:, None, None])[:, None]

    def sizes(self, power: int) -> Array:
        """At most, whichever set is worst."""
        from groupinf.numerics.objective import row_norms

        return self.sums(row_norms(self.rows.X)[:, None] ** float(power))

    def sums(self, per_row: Array) -> Array:
        """At most, whichever set is worst."""
        return np.asarray(self._means(per_row).max(axis=0, keepdims=True))

    def per_row(self, numbers: RowNumbers, scale: Array) -> Array:
        """Those of test rows."""
        return np.asarray(numbers.test[self.place, None] * scale)

    def off(self, theta: Array, sizes: RowNumbers, error: Array) -> Array:
        """‖x/m‖ times the error."""
        return self.per_row(sizes, error)

    def steepness(self) -> None:
        """None: it has no derivative where another set becomes the worst."""

    def between(self, z: Array, moved: Array) -> tuple[Array, Array]:
        """The largest of the sets' least, and of their largest."""
        from groupinf.numerics.rounding import gamma

        low, high = widened(*TEST_LOSS.between(self.rows.loss, z, self.rows.y, moved), z)
        sums = gamma(self.rows.n + 3)
        ends = self._means(low - sums * np.abs(low)), self._means(high + sums * np.abs(high))
        return ends[0].max(axis=0, keepdims=True), ends[1].max(axis=0, keepdims=True)

    def _means(self, per_row: Array) -> Array:
        return np.asarray(np.add.reduceat(per_row, self.starts, axis=0) / self.counts[:, None])

    def _of_worst(self, z: Array) -> Array:
        """1 at the rows of the worst set of each model, else 0: (m, 1, B)."""
        which = np.argmax(self.means_at(z), axis=0)
        own = np.repeat(np.arange(self.starts.size), self.counts.astype(np.int64))
        return np.asarray((own[:, None] == which)[:, None], dtype=np.float64)
