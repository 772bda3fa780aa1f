"""What is measured of a model: f(θ) on test points or on the removed group itself, and its slope.

An evaluation reads a parameter change Δ out linearly, ∇f(θ)·Δ, or exactly, f(θ̂ + Δ) − f(θ̂).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from groupinf.numerics.losses import Array
from groupinf.numerics.objective import Design, Objective, Rows, scores

# test rows whose scores are held at a time while a loss is summed over the whole test set
TEST_ROWS = 8192


class Evaluation(Protocol):
    """A vector of T values of f, for each of B models (columns)."""

    @property
    def name(self) -> str:
        """As in the config."""

    @property
    def test_points(self) -> tuple[int, ...]:
        """Row of the test set for each of the T values; (-1,) where f is no single test point's."""

    def values(self, theta: Array) -> Array:
        """f(θ_b): (P, B) -> (T, B)."""

    def slopes(self, theta: Array, V: Array) -> Array:
        """∇f(θ_b)·V_b: (P, 1) or (P, B) and (P, B) -> (T, B)."""


@dataclass(frozen=True)
class TestPrediction:
    """f(θ) = θᵀx_test, with x_test including 1 for the intercept; binary tasks and regression only."""

    __test__ = False

    X: Design
    test_points: tuple[int, ...]
    name: str = "test_prediction"

    def values(self, theta: Array) -> Array:
        """θᵀx for each test point, or their sum."""
        return self.slopes(theta, theta)

    def slopes(self, theta: Array, V: Array) -> Array:
        """xᵀV: f is linear in θ."""
        z = scores(self.X, V, 1)[:, 0]
        return z.sum(axis=0, keepdims=True) if self.test_points == (-1,) else z


@dataclass(frozen=True)
class TestLoss:
    """f(θ) = ℓ(x_test, y_test; θ), unweighted; with test_points (-1,) summed over all rows of the test set."""

    __test__ = False

    objective: Objective
    test_points: tuple[int, ...]
    name: str = "test_loss"

    def values(self, theta: Array) -> Array:
        """The loss of each test point, or their sum."""
        return self._joined(_losses(self.objective, rows, theta) for rows in self._slices())

    def slopes(self, theta: Array, V: Array) -> Array:
        """Σ_k r_k (xᵀV)_k with r the residual at θ."""
        return self._joined(_loss_slopes(self.objective, rows, theta, V) for rows in self._slices())

    def _slices(self) -> Iterator[slice]:
        for start in range(0, self.objective.n, TEST_ROWS):
            yield slice(start, start + TEST_ROWS)

    def _joined(self, parts: Iterable[Array]) -> Array:
        if self.test_points == (-1,):
            total: Array = np.sum([part.sum(axis=0) for part in parts], axis=0)
            return total[None, :]
        return np.concatenate(list(parts))


@dataclass(frozen=True)
class SelfLoss:
    """f(θ) = Σ_i w_i s_i ℓ_i(θ): the removed group's own loss, summed; group b is read at column b."""

    objective: Objective
    members: tuple[Rows, ...]
    test_points: tuple[int, ...] = (-1,)
    name: str = "self_loss"

    def values(self, theta: Array) -> Array:
        """The summed loss of group b at θ_b."""
        per_group = [
            self.objective.sample_weight[rows] @ _losses(self.objective, rows, column)
            for rows, column in zip(self.members, self._columns(theta), strict=True)
        ]
        return np.array(per_group).reshape(1, -1)

    def slopes(self, theta: Array, V: Array) -> Array:
        """Σ_i w_i s_i r_i·(x_iᵀV_b)."""
        columns = zip(self.members, self._columns(theta), self._columns(V), strict=True)
        per_group = [
            self.objective.sample_weight[rows] @ _loss_slopes(self.objective, rows, column, v)
            for rows, column, v in columns
        ]
        return np.array(per_group).reshape(1, -1)

    def _columns(self, theta: Array) -> list[Array]:
        """One (P, 1) per group; a single column serves all."""
        return [theta[:, [b if theta.shape[1] > 1 else 0]] for b in range(len(self.members))]


def _losses(objective: Objective, rows: Rows | slice, theta: Array) -> Array:
    """ℓ_i(θ_b) of some rows, unweighted: (m, B)."""
    return objective.loss.values(scores(objective.X[rows], theta, objective.loss.outputs), objective.y[rows])


def _loss_slopes(objective: Objective, rows: Rows | slice, theta: Array, V: Array) -> Array:
    """∇ℓ_i(θ_b)·V_b of some rows, unweighted: (m, B)."""
    X, outputs = objective.X[rows], objective.loss.outputs
    r = objective.loss.residuals(scores(X, theta, outputs), objective.y[rows])
    slope: Array = (r * scores(X, V, outputs)).sum(axis=1)
    return slope


def differences(evaluation: Evaluation, theta: Array, at: Array) -> Array:
    """f(at_b) − f(θ̂): θ̂ (P,), at (P, B) -> (T, B)."""
    return evaluation.values(at) - evaluation.values(theta[:, None])


def evaluations_for(
    names: Sequence[str], test: Objective, test_points: tuple[int, ...], objective: Objective, members: tuple[Rows, ...]
) -> tuple[Evaluation, ...]:
    """The named evaluations, in that order; ``test`` holds the chosen test rows (all of them for (-1,))."""
    made: dict[str, Evaluation] = {
        "test_prediction": TestPrediction(test.X, test_points),
        "test_loss": TestLoss(test, test_points),
        "self_loss": SelfLoss(objective, members),
    }
    return tuple(made[name] for name in names)
