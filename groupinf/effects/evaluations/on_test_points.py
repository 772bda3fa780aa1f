"""Evaluations on test points: the values of rows of the test set, or their sums over sets of rows."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from scipy import sparse

from groupinf.effects.context import BlockContext
from groupinf.effects.evaluations.evaluation import Measure, Norm, Part, Scale, WithoutOptions
from groupinf.effects.influence import influence_norms, point_influence
from groupinf.effects.test_rows import TestRows
from groupinf.numerics.change import Changed, RowChange
from groupinf.numerics.fit import Fitted
from groupinf.numerics.losses.loss import Array, Loss
from groupinf.numerics.objective import Objective, scores, transposed_product


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

    def row_slopes(self, rows: Objective, theta: Array) -> Array:
        """∂f/∂z of each row at θ (P,), from which influence on f is drawn up: (m, K')."""
        return self.slopes(rows.loss, scores(rows.X, theta, rows.loss.outputs), rows.y)

    def labels(self, test_points: Sequence[int]) -> tuple[int, ...]:
        """Those of the test points."""
        return tuple(test_points)

    def measures(self, test: TestRows, block: Changed) -> tuple[Measure, ...]:
        """One of all single rows, or one for each sum."""
        if not test.sums:
            return (Measure(self, test.labels, (self.part(test.rows, summed=False),)),)
        return tuple(
            Measure(self, (label,), self._summed_parts(test.rows.at(rows)))
            for label, rows in zip(test.labels, test.sums, strict=True)
        )

    def _summed_parts(self, rows: Objective) -> tuple[Part, ...]:
        step = self.at_once or rows.n
        return tuple(self.part(rows.at(slice(i, i + step)), summed=True) for i in range(0, rows.n, step))

    def part(self, rows: Objective, summed: bool) -> Part:
        """f of each of the rows, or its sum over them."""
        return RowsPart(self, rows, summed)

    def gradients(self, test: TestRows, theta: Array) -> Array:
        """∇f(θ) of each test point at θ (P,): (P, T)."""
        slopes = self.row_slopes(test.rows, theta)
        slices = test.sums or [slice(t, t + 1) for t in range(test.rows.n)]
        return np.column_stack([transposed_product(test.rows.X[rows], slopes[rows]) for rows in slices])

    def scale(self, fitted: Fitted, change: RowChange, test: TestRows, groups: sparse.csr_array) -> Scale:
        """The largest over groups and test points; influence adds up over the rows of a group."""
        gradients = self.gradients(test, fitted.theta)
        largest = float(np.abs(groups @ point_influence(fitted, gradients, change.residuals)).max())
        return Scale(largest, float(influence_norms(fitted, gradients).max()))

    def gradient_norms(self, norms: Mapping[str, Norm], at: BlockContext) -> Array:
        """The same for every group."""
        return np.full(at.changed.g.shape[1], np.max(norms[self.name]))


@dataclass(frozen=True)
class RowsPart:
    """An evaluation of each row, unweighted, or of their sum."""

    evaluation: OnTestPoints
    rows: Objective
    summed: bool

    def scores(self, V: Array) -> Array:
        """(m, K', B)."""
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

    def _summed(self, per_row: Array) -> Array:
        return per_row.sum(axis=0, keepdims=True) if self.summed else per_row
