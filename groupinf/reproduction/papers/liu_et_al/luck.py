"""Whether LiSSA at a scale that is too small goes well by luck: the same estimate with other seeds and depths."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from groupinf.analysis.agreement import correlation
from groupinf.errors import ConvergenceError
from groupinf.numerics.lissa import Lissa
from groupinf.numerics.losses.loss import Array
from groupinf.numerics.objective import hessian, row_norms, row_residuals, transposed_product
from groupinf.numerics.products import times
from groupinf.reproduction.papers.liu_et_al.as_computed import Models

# the paper's scale in our units, and depths beside its own
SCALE, DEPTHS, SEEDS = 200.0, (2_000, 5_000, 20_000), range(10)


@dataclass(frozen=True)
class Luck:
    """At a ``depth`` how many of so many ``seeds`` have diverged, and of the others the range of r of influence over
    all rows with the exact one, NaN where all have diverged. Of ``steep`` rows the Hessian has an eigenvalue above
    twice the scale; the ``largest`` of any row is told in units of the scale.
    """

    depth: int
    seeds: int
    diverged: int
    low: float
    high: float
    steep: int
    largest: float


def luck_at(models: Models, depths: Sequence[int] = DEPTHS, scale: float = SCALE) -> tuple[Luck, ...]:
    """Influence on the loss of the first test row of a regression, by LiSSA with one row a step, once for each seed."""
    objective, theta = models.train, models.theta
    own = models.test.at(slice(0, 1))
    gradient = transposed_product(own.X, row_residuals(own, theta))
    residuals = row_residuals(objective, theta)[:, 0]

    def influence(solved: Array) -> Array:
        return np.asarray(times(objective.X, solved[:, None])[:, 0] * residuals)

    eigenvalues = row_norms(objective.X) ** 2 + objective.lam / objective.n
    steep = int(np.count_nonzero(eigenvalues > 2 * scale)), float(eigenvalues.max()) / scale
    exact = influence(np.asarray(np.linalg.solve(hessian(objective, theta), gradient)))
    found = []
    for depth in depths:
        rs = []
        for seed in SEEDS:
            try:
                estimate = Lissa(objective, theta, depth, 1, scale, 1, seed).solve(gradient)
            except ConvergenceError:
                continue
            rs.append(float(correlation(influence(estimate), exact)))
        ends = (min(rs), max(rs)) if rs else (np.nan, np.nan)
        found.append(Luck(depth, len(SEEDS), len(SEEDS) - len(rs), *ends, *steep))
    return tuple(found)
