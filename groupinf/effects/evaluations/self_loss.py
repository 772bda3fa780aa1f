"""The loss of the changed group itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np

from groupinf.effects.evaluations.evaluation import Measure, Norm, RowNumbers, Scale, WithoutOptions, widened
from groupinf.test_point_labels import OWN_GROUP

if TYPE_CHECKING:
    from scipy import sparse

    from groupinf.effects.context import BlockContext
    from groupinf.effects.test_rows import TestRows
    from groupinf.numerics.change import Changed, RowChange
    from groupinf.numerics.fit import Fitted
    from groupinf.numerics.losses.loss import Array, Steepness
    from groupinf.numerics.objective import Objective, Rows

# share of all pairs of rows and groups up to which picking each group's rows, where several outputs make that worth
# while, costs less than multiplying all rows with all columns
PICKED = 0.25


class SelfLoss(WithoutOptions):
    """f(θ) = Σ_i w_i c_i ℓ_i(θ), the group's own loss, summed, with the weights and labels that its rows have by
    themselves. Of removal its gradient at θ̂ is g(w), its influence g(w)ᵀH⁻¹g(w).
    """

    name: ClassVar = "self_loss"
    label: ClassVar = "Self-loss"
    in_text: ClassVar = "self-loss"
    short: ClassVar = "self-loss"
    measured_on: ClassVar = "own group"

    evaluation: Literal["self_loss"] = "self_loss"

    def labels(self, test_points: Sequence[int]) -> tuple[int, ...]:
        """One value."""
        return (OWN_GROUP,)

    def measures(self, test: TestRows, block: Changed) -> tuple[Measure, ...]:
        """One, in parts of the rows that are in any group; of groups without a row in one that has none."""
        from groupinf.numerics.change import touched_slices

        objective, inside, parts = replace(block.objective, loss=test.rows.loss), block.inside, []
        for rows in [*touched_slices(objective, inside)] or [slice(0, 0)]:
            local, group = np.nonzero(inside[rows])
            parts.append(SelfLossPart(objective.at(rows), local, group, inside.shape[1], rows))
        return (Measure(self, (OWN_GROUP,), tuple(parts)),)

    def scale(self, fitted: Fitted, change: RowChange, test: TestRows, groups: sparse.csr_array) -> Scale:
        """max over groups of |∇fᵀH⁻¹g(δ)|, of removal g(w)ᵀH⁻¹g(w)."""
        from groupinf.effects.influence import influence_norms, memberships
        from groupinf.numerics.change import group_gradients
        from groupinf.numerics.conjugate_gradient import column_dots

        objective, largest = fitted.objective, 0.0
        for inside in memberships(groups):
            g = group_gradients(objective, change.residuals, inside)
            if change.own_residuals is change.residuals:
                largest = max(largest, float(np.max(influence_norms(fitted, g))) ** 2)
            else:
                own = group_gradients(objective, change.own_residuals, inside)
                largest = max(largest, float(np.max(np.abs(column_dots(own, fitted.factor.solve(g))))))
        return Scale(largest, None)

    def gradient_norms(self, norms: Mapping[str, Norm], at: BlockContext) -> Array:
        """‖∇f‖ of each group's own loss, of removal √(gᵀH⁻¹g)."""
        from groupinf.numerics.conjugate_gradient import column_dots

        own = at.changed.own_gradient
        solved = at.influence if own is at.changed.g else at.changed.fitted.factor.solve(own)
        return np.sqrt(np.abs(column_dots(own, solved)))


@dataclass(frozen=True)
class SelfLossPart:
    """f over some training rows: group b's own loss, summed, at column b.

    ``local`` and ``group`` (m,) say which of ``rows`` is in which group.
    """

    rows: Objective
    local: Rows
    group: Rows
    groups: int
    place: slice | Rows

    def scores(self, V: Array) -> Array:
        """(m, K')."""
        from groupinf.numerics.objective import scores

        outputs, few = self.rows.loss.outputs, self.local.size < PICKED * self.rows.n * V.shape[1]
        if outputs == 1 or V.shape[1] == 1 or not few or not isinstance(self.rows.X, np.ndarray):
            return scores(self.rows.X, V, outputs)[self.local, :, self.group if V.shape[1] > 1 else 0]
        z, order = np.empty((self.local.size, outputs)), np.argsort(self.group, kind="stable")
        cuts = np.searchsorted(self.group[order], np.arange(self.groups + 1))
        for b, theta in enumerate(np.ascontiguousarray(V.T)):
            own = order[cuts[b] : cuts[b + 1]]
            z[own] = scores(self.rows.X[self.local[own]], theta, outputs)
        return z

    def values(self, z: Array) -> Array:
        """Σ s ℓ per group."""
        return self._per_group(self.rows.loss.values(z, self.rows.y[self.local]))

    def gradient(self, z: Array) -> Array:
        """r; ``total`` brings the weights."""
        return self.rows.loss.residuals(z.copy(), self.rows.y[self.local])

    def total(self, per_score: Array) -> Array:
        """Σ s Σ_k per group."""
        return self._per_group(per_score.sum(axis=1))

    def curvature(self, z: Array, u: Array) -> Array:
        """A_i u_i."""
        loss = self.rows.loss
        return loss.curvature_product(loss.curvature_state(z, self.rows.y[self.local]), u)

    def in_parameters(self, slopes: Array) -> Array:
        """Σ s ∂ℓ/∂z xᵀ per group."""
        from groupinf.numerics.objective import transposed_product

        scattered = np.zeros((self.rows.n, slopes.shape[1], self.groups))
        scattered[self.local, :, self.group] = slopes * self.rows.sample_weight[self.local, None]
        return transposed_product(self.rows.X, scattered)[:, None]

    def sizes(self, power: int) -> Array:
        """Σ s‖x‖^``power`` per group."""
        from groupinf.numerics.objective import row_norms

        return self._per_group(row_norms(self.rows.X)[self.local] ** float(power))

    def steepness(self) -> Steepness | None:
        """That of the loss."""
        return self.rows.loss.steepness

    def sums(self, per_row: Array) -> Array:
        """Σ s times the number."""
        return self._per_group(per_row[:, 0])

    def per_row(self, numbers: RowNumbers, scale: Array) -> Array:
        """Those of training rows, each times that of its group: (m, 1)."""
        own = scale[self.group if scale.size > 1 else 0]
        return np.asarray((numbers.training[self.place][self.local] * own)[:, None])

    def off(self, theta: Array, sizes: RowNumbers, error: Array) -> Array:
        """‖x/m‖ times the error."""
        return self.per_row(sizes, error)

    def between(self, z: Array, moved: Array) -> tuple[Array, Array]:
        """Σ s times the least, and the largest, loss of each row."""
        from groupinf.numerics.rounding import gamma

        of_row = z[:, :, None]
        low, high = widened(*self.rows.loss.between(of_row, self.rows.y[self.local], moved), of_row)
        sums = gamma(self.local.size + 2)
        return self._per_group((low - sums * np.abs(low))[:, 0]), self._per_group((high + sums * np.abs(high))[:, 0])

    def _per_group(self, per_row: Array) -> Array:
        weighted = per_row * self.rows.sample_weight[self.local]
        total: Array = np.bincount(self.group, weights=weighted, minlength=self.groups).astype(np.float64)
        return total[None, :]


SELF_LOSS = SelfLoss()
