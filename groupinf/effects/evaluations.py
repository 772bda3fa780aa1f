"""What is measured of a model: f(θ) on test points or on the removed group itself, and its slope ∇f(θ)·V.

f depends on θ through scores z = Xθ alone, and scores are linear in θ: so each parameter vector is multiplied
with the rows once, and every method reads its effect off the scores.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from groupinf.numerics.losses.loss import Array
from groupinf.numerics.objective import Objective, Rows, scores
from groupinf.numerics.products import Design
from groupinf.numerics.removal import touched_slices

# test rows whose scores are held at a time while a loss is summed over the whole test set
TEST_ROWS = 8192


class Part(Protocol):
    """Some rows' share of f for B models (columns): T values, which add up over the parts of an evaluation."""

    def scores(self, V: Array) -> Array:
        """XV for the part's rows: V (P, B), or (P, 1) for one model that serves all."""

    def values(self, z: Array) -> Array:
        """f at scores z: (T, B)."""

    def gradient(self, z: Array) -> Array:
        """∂f/∂z at scores z, which are not changed: same shape."""

    def total(self, per_score: Array) -> Array:
        """What numbers of the shape of the scores add up to for each value of f: (T, B)."""


@dataclass(frozen=True)
class Evaluation:
    """f by name, with what each of its T values is of: a row of the test set, or a negative number for a sum."""

    name: str
    test_points: tuple[int, ...]
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class PredictionPart:
    """f(θ) = θᵀx_test, with x_test including 1 for the intercept; binary tasks and regression only."""

    X: Design
    summed: bool

    def scores(self, V: Array) -> Array:
        """(m, B)."""
        return scores(self.X, V, 1)[:, 0]

    def values(self, z: Array) -> Array:
        """The scores themselves, or their sum."""
        return z.sum(axis=0, keepdims=True) if self.summed else z

    def gradient(self, z: Array) -> Array:
        """1."""
        return np.ones_like(z)

    def total(self, per_score: Array) -> Array:
        """Each row, or their sum: as f itself, which is linear."""
        return self.values(per_score)


@dataclass(frozen=True)
class LossPart:
    """f(θ) = ℓ(x_test, y_test; θ), unweighted, of each row or summed over them."""

    rows: Objective
    summed: bool

    def scores(self, V: Array) -> Array:
        """(m, K', B)."""
        return scores(self.rows.X, V, self.rows.loss.outputs)

    def values(self, z: Array) -> Array:
        """ℓ."""
        return self._summed(self.rows.loss.values(z, self.rows.y))

    def gradient(self, z: Array) -> Array:
        """r."""
        return self.rows.loss.residuals(z.copy(), self.rows.y)

    def total(self, per_score: Array) -> Array:
        """Σ_k of each row, or of all."""
        return self._summed(per_score.sum(axis=1))

    def _summed(self, per_row: Array) -> Array:
        return per_row.sum(axis=0, keepdims=True) if self.summed else per_row


@dataclass(frozen=True)
class SelfLossPart:
    """f(θ) = Σ_i w_i s_i ℓ_i(θ) over some training rows: group b's own loss, summed, at column b.

    ``local`` and ``group`` (m,) say which of ``rows`` is removed with which group. Rows are multiplied with all
    columns and then picked from, which costs less than gathering each group's rows.
    """

    rows: Objective
    local: Rows
    group: Rows
    groups: int

    def scores(self, V: Array) -> Array:
        """(m, K')."""
        z = scores(self.rows.X, V, self.rows.loss.outputs)
        return z[self.local, :, self.group if V.shape[1] > 1 else 0]

    def values(self, z: Array) -> Array:
        """Σ s ℓ per group."""
        return self._per_group(self.rows.loss.values(z, self.rows.y[self.local]))

    def gradient(self, z: Array) -> Array:
        """r; ``total`` brings the weights."""
        return self.rows.loss.residuals(z.copy(), self.rows.y[self.local])

    def total(self, per_score: Array) -> Array:
        """Σ s Σ_k per group."""
        return self._per_group(per_score.sum(axis=1))

    def _per_group(self, per_row: Array) -> Array:
        weighted = per_row * self.rows.sample_weight[self.local]
        total: Array = np.bincount(self.group, weights=weighted, minlength=self.groups).astype(np.float64)
        return total[None, :]


def evaluations_for(
    names: Sequence[str],
    test: Objective,
    test_points: tuple[int, ...],
    sums: Sequence[slice],
    objective: Objective,
    removed: NDArray[np.bool_],
) -> tuple[Evaluation, ...]:
    """The named evaluations, in that order; one for each sum, where there are any.

    ``test`` holds the rows of ``test_points``, ``sums`` the slice of them that each test point is the sum over; it
    is empty where each row is a test point. ``removed`` (n, B) is w of each group.
    """
    made: list[Evaluation] = []
    for name in names:
        if name == "self_loss":
            made.append(Evaluation(name, (-1,), _self_loss_parts(objective, removed)))
        elif sums:
            made += [
                Evaluation(name, (label,), _summed_parts(name, test.at(rows)))
                for label, rows in zip(test_points, sums, strict=True)
            ]
        elif name == "test_prediction":
            made.append(Evaluation(name, test_points, (PredictionPart(test.X, summed=False),)))
        else:
            made.append(Evaluation(name, test_points, (LossPart(test, summed=False),)))
    return tuple(made)


def _summed_parts(name: str, test: Objective) -> tuple[Part, ...]:
    if name == "test_prediction":
        return (PredictionPart(test.X, summed=True),)
    return tuple(LossPart(test.at(slice(i, i + TEST_ROWS)), summed=True) for i in range(0, test.n, TEST_ROWS))


def _self_loss_parts(objective: Objective, removed: NDArray[np.bool_]) -> tuple[Part, ...]:
    parts = []
    for rows in touched_slices(objective, removed):
        local, group = np.nonzero(removed[rows])
        parts.append(SelfLossPart(objective.at(rows), local, group, removed.shape[1]))
    return tuple(parts)
