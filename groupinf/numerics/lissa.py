"""H⁻¹V by LiSSA: a stochastic recursion that needs only single rows' Hessians."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from groupinf.errors import ConvergenceError
from groupinf.numerics.losses.loss import Array
from groupinf.numerics.objective import Objective, hessian_products, scores, transposed_product

ColumnsMap = Callable[[Array], Array]

# growth of an iterate over its right-hand side times depth beyond which the recursion has diverged
MOST_GROWTH = 1e3
# steps after which it is looked for: a look costs as much as a sampled product of a few rows
LOOKED_AT = 16
POWER_ITERATIONS = 30


@dataclass(frozen=True)
class Lissa:
    """h_j = v + h_{j−1} − H̃_j h_{j−1}/scale, where H̃_j is the mean Hessian of ``batch_size`` random rows plus λ/n.

    After ``depth`` steps h/(scale·n) estimates H⁻¹v; ``repeats`` estimates are averaged. ``scale`` must exceed the
    largest eigenvalue of every H̃_j. Rows are drawn with replacement from a stream of (seed, repeat), the same
    for every V. Source: Agarwal, Bullins & Hazan 2017; as used by Koh & Liang 2017, section 3.
    """

    name: ClassVar[str] = "lissa"

    objective: Objective
    theta: Array
    depth: int
    repeats: int
    scale: float
    batch_size: int
    seed: int

    def solve(self, V: Array) -> Array:
        """H⁻¹V, (P,) or (P, B); raises ConvergenceError, in words, where the recursion diverges."""
        columns = V.reshape(V.shape[0], -1)
        with np.errstate(over="ignore", invalid="ignore"):  # a divergence is found and explained
            estimates = [self._once(columns, np.random.default_rng([self.seed, r])) for r in range(self.repeats)]
        mean: Array = np.mean(estimates, axis=0)
        return mean.reshape(V.shape)

    def _once(self, V: Array, rng: np.random.Generator) -> Array:
        def sampled(h: Array) -> Array:
            rows = rng.integers(self.objective.n, size=self.batch_size)
            return self._sampled_product(rows, h) / self.scale

        return recursion(V, self.depth, sampled, self._divergence) / (self.scale * self.objective.n)

    def _sampled_product(self, rows: np.ndarray, V: Array) -> Array:
        objective, loss = self.objective, self.objective.loss
        X = objective.X[rows]
        state = loss.curvature_state(scores(X, self.theta, loss.outputs), objective.y[rows])
        u = loss.curvature_product(state, scores(X, V, loss.outputs)) * objective.sample_weight[rows, None, None]
        product: Array = transposed_product(X, u) / rows.size + (objective.penalty() / objective.n)[:, None] * V
        return product

    def _divergence(self, step: int) -> str:
        largest = largest_eigenvalue(self.objective, self.theta) / self.objective.n
        return (
            f"{diverges('LiSSA', step, self.depth, self.scale)}. The scale must exceed the largest eigenvalue of the "
            f"mean Hessian of every sample; that of all rows is {largest:.4g}, and samples of {self.batch_size} rows "
            "scatter above it. Use a larger scale (and depth with it), a larger batch_size, scaled features, or "
            "solver: cg"
        )


def recursion(V: Array, depth: int, product: ColumnsMap, divergence: Callable[[int], str]) -> Array:
    """h_j = V + h_{j−1} − ``product``(h_{j−1}), h_0 = V, after ``depth`` steps: (P, B).

    Raises ConvergenceError, with what ``divergence`` says of the step, where h grows without bound.
    """
    h = V.copy()
    limit = MOST_GROWTH * depth * max(float(np.abs(V).max()), np.finfo(float).tiny)
    for step in range(1, depth + 1):
        h += V - product(h)
        if step % LOOKED_AT == 0 and not np.abs(h).max() <= limit:
            raise ConvergenceError(divergence(step))
    if not np.abs(h).max() <= limit:
        raise ConvergenceError(divergence(depth))
    return h


def diverges(what: str, step: int, depth: int, scale: float) -> str:
    """That a recursion diverged, and where."""
    return f"{what} diverged after {step:,} of {depth:,} steps with scale {scale:g}"


def largest_eigenvalue(objective: Objective, theta: Array) -> float:
    """Largest eigenvalue of H by power iteration from a fixed start: a lower bound, close after a few passes."""
    v = np.random.default_rng(0).normal(size=(objective.size, 1))
    eigenvalue = 0.0
    for _ in range(POWER_ITERATIONS):
        v /= np.linalg.norm(v)
        v = hessian_products(objective, theta, v)
        eigenvalue = float(np.linalg.norm(v))
    return eigenvalue
