"""Evaluations on test points: the values of rows of the test set, or their sums over sets of rows."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Protocol

import numpy as np

from groupinf.effects.evaluations.evaluation import (
    Measure,
    Norm,
    Part,
    RowNumbers,
    Scale,
    WithoutOptions,
    widened,
)

if TYPE_CHECKING:
    from scipy import sparse

    from groupinf.effects.context import BlockContext
    from groupinf.effects.test_rows import TestRows
    from groupinf.numerics.change import Changed, RowChange
    from groupinf.numerics.fit import Fitted
    from groupinf.numerics.losses.loss import Array, Loss, Steepness
    from groupinf.numerics.objective import Objective, Rows


class OfScores(Protocol):
    """f of single rows, as a function of their scores and labels."""

    def values(self, loss: Loss, z: Array, y: Array) -> Array:
        """f of each row: z (m, K', B) -> (m, B)."""

    def slopes(self, loss: Loss, z: Array, y: Array) -> Array:
        """∂f/∂z of each row, shaped as z, which is not changed."""

    def curvature(self, loss: Loss, z: Array, y: Array, u: Array) -> Array:
        """∂²f/∂z² u of each row: u (m, K', B), z the same or one for all; no numbers where there are none."""

    def between(self, loss: Loss, z: Array, y: Array, reach: Array) -> tuple[Array, Array]:
        """The least and the largest f of each row where no two scores move apart by more than ``reach`` (m, B)."""

    def steepness(self, loss: Loss) -> Steepness | None:
        """How steep f is at most; None where it has no derivative, or that has not been derived."""


class OnTestPoints(WithoutOptions):
    """f of single rows, as a function of their scores and labels alone; a case says its values and their slopes.

    ``at_once`` is how many test rows' scores are held at a time while f is summed over a set: 8,192 rows of a few
    dozen models stay within the memory of a pass. None where a sum takes them all at once.
    """

    measured_on: ClassVar = None
    at_once: ClassVar[int | None] = 8192

    @abstractmethod
    def values(self, loss: Loss, z: Array, y: Array) -> Array:
        """f of each row: z (m, K', B) -> (m, B)."""

    @abstractmethod
    def slopes(self, loss: Loss, z: Array, y: Array) -> Array:
        """∂f/∂z of each row, (m, K') or (m, K', B) as z, which is not changed."""

    def curvature(self, loss: Loss, z: Array, y: Array, u: Array) -> Array:
        """∂²f/∂z² u of each row: u (m, K', B), z the same or one for all. No numbers, unless a case has any."""
        return np.full_like(u, np.nan)

    def between(self, loss: Loss, z: Array, y: Array, reach: Array) -> tuple[Array, Array]:
        """The least and the largest f of each row where no two scores move apart by more than ``reach`` (m, B).

        Anything, unless a case knows more.
        """
        return np.full_like(reach, -np.inf), np.full_like(reach, np.inf)

    def steepness(self, loss: Loss) -> Steepness | None:
        """How steep f is at most; None where it has no derivative, or that has not been derived."""
        return None

    def row_slopes(self, rows: Objective, theta: Array) -> Array:
        """∂f/∂z of each row at θ (P,), from which influence on f is drawn up: (m, K')."""
        from groupinf.numerics.objective import scores

        return self.slopes(rows.loss, scores(rows.X, theta, rows.loss.outputs), rows.y)

    def labels(self, test_points: Sequence[int]) -> tuple[int, ...]:
        """Those of the test points."""
        return tuple(test_points)

    def measures(self, test: TestRows, block: Changed) -> tuple[Measure, ...]:
        """One of all single rows, or one for each sum."""
        if not test.sums:
            return (Measure(self, test.labels, (self.part(test, slice(0, len(test.labels)), summed=False),)),)
        return tuple(
            Measure(self, (label,), self._summed_parts(test, rows))
            for label, rows in zip(test.labels, test.sums, strict=True)
        )

    def _summed_parts(self, test: TestRows, rows: slice) -> tuple[Part, ...]:
        step = self.at_once or rows.stop - rows.start
        starts = range(rows.start, rows.stop, step)
        return tuple(self.part(test, slice(i, min(i + step, rows.stop)), summed=True) for i in starts)

    def part(self, test: TestRows, place: slice | Rows, summed: bool) -> Part:
        """f of each of the rows at ``place``, or its sum over them."""
        return RowsPart(self, test.rows.at(place), summed, place)

    def gradients(self, test: TestRows, theta: Array) -> Array:
        """∇f(θ) of each test point at θ (P,): (P, T)."""
        return test.gradients(self.row_slopes(test.points, theta))

    def scale(self, fitted: Fitted, change: RowChange, test: TestRows, groups: sparse.csr_array) -> Scale:
        """The largest over groups and test points; influence adds up over the rows of a group."""
        from groupinf.effects.influence import influence_norms, point_influence

        gradients = self.gradients(test, fitted.theta)
        largest = float(np.abs(groups @ point_influence(fitted, gradients, change.residuals)).max())
        return Scale(largest, float(influence_norms(fitted, gradients).max()))

    def gradient_norms(self, norms: Mapping[str, Norm], at: BlockContext) -> Array:
        """The same for every group."""
        return np.full(at.changed.g.shape[1], np.max(norms[self.name]))


@dataclass(frozen=True)
class RowsPart:
    """An evaluation of each row, unweighted, or of their sum."""

    evaluation: OfScores
    rows: Objective
    summed: bool
    place: slice | Rows

    def scores(self, V: Array) -> Array:
        """(m, K', B)."""
        from groupinf.numerics.objective import scores

        return scores(self.rows.X, V, self.rows.loss.outputs)

    def values(self, z: Array) -> Array:
        """f."""
        return self._summed(self.evaluation.values(self.rows.loss, z, self.rows.y))

    def gradient(self, z: Array) -> Array:
        """∂f/∂z."""
        return self.evaluation.slopes(self.rows.loss, z, self.rows.y)

    def total(self, per_score: Array) -> Array:
        """Σ_k of each row, or of all."""
        return self._summed(per_score.sum(axis=1))

    def curvature(self, z: Array, u: Array) -> Array:
        """∂²f/∂z² u."""
        return self.evaluation.curvature(self.rows.loss, z, self.rows.y, u)

    def in_parameters(self, slopes: Array) -> Array:
        """x_t ⊗ ∂f/∂z_t, or their sum."""
        from groupinf.numerics.objective import transposed_product
        from groupinf.numerics.products import dense

        if self.summed:
            return transposed_product(self.rows.X, slopes)[:, None]
        X = dense(self.rows.X)
        each: Array = np.einsum("tj,tkb->jktb", X, slopes)
        return each.reshape(-1, X.shape[0], slopes.shape[2])

    def sizes(self, power: int) -> Array:
        """‖x_t‖^``power``, or their sum."""
        from groupinf.numerics.objective import row_norms

        return self._summed(row_norms(self.rows.X)[:, None] ** float(power))

    def steepness(self) -> Steepness | None:
        """That of the evaluation."""
        return self.evaluation.steepness(self.rows.loss)

    def sums(self, per_row: Array) -> Array:
        """As they are, or summed."""
        return self._summed(per_row)

    def per_row(self, numbers: RowNumbers, scale: Array) -> Array:
        """Those of test rows."""
        return np.asarray(numbers.test[self.place, None] * scale)

    def off(self, theta: Array, sizes: RowNumbers, error: Array) -> Array:
        """‖x/m‖ times the error."""
        return self.per_row(sizes, error)

    def between(self, z: Array, moved: Array) -> tuple[Array, Array]:
        """Of each row, or summed: the sum is as far off as all of its rows together."""
        from groupinf.numerics.rounding import gamma

        low, high = widened(*self.evaluation.between(self.rows.loss, z, self.rows.y, moved), z)
        if not self.summed:
            return low, high
        sums = gamma(self.rows.n + 1)
        return self._summed(low - sums * np.abs(low)), self._summed(high + sums * np.abs(high))

    def _summed(self, per_row: Array) -> Array:
        return per_row.sum(axis=0, keepdims=True) if self.summed else per_row
