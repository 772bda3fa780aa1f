"""Groups of sparse rows whose model all but separates its classes, and what retraining by heavy rows makes of them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy import sparse

from groupinf.numerics.change import changed, removing
from groupinf.numerics.fit import Fitted
from groupinf.numerics.heavy_rows.rows import HeavyRows, heavy_rows
from groupinf.numerics.heavy_rows.solver import HeavyRowsSolver, at_fit
from groupinf.numerics.losses.binary_logistic import BinaryLogistic
from groupinf.numerics.objective import Objective, with_intercept
from groupinf.numerics.retrain import Retrained, retrain

Rows = np.ndarray


def words(separable: bool = False, n: int = 240, d: int = 300, lam: float = 0.5, seed: int = 0) -> Objective:
    """Counts of words, the rarer the higher their number; labels noisy, or those of a model that all rows obey."""
    rng = np.random.default_rng(seed)
    share = 1.0 / np.arange(3, 3 + d)
    placed = rng.choice(d, size=(n, 12), p=share / share.sum())
    X = np.zeros((n, d))
    np.add.at(X, (np.repeat(np.arange(n), 12), placed.ravel()), 1.0)
    z = X @ rng.normal(size=d)
    noise = 0.0 if separable else rng.logistic(size=n)
    y = (z - np.median(z) + noise > 0.0).astype(float)
    return Objective(with_intercept(sparse.csr_array(X)), y, rng.uniform(0.5, 2.0, n), lam, BinaryLogistic())


def groups_of(o: Objective, fitted: Fitted) -> list[Rows]:
    """One row, random groups up to half of all, and tails of the size of the residuals, the largest and smallest."""
    rng = np.random.default_rng(1)
    order = np.argsort(-np.abs(fitted.residuals[:, 0]))
    random = [rng.choice(o.n, size, replace=False) for size in (1, 5, 40, o.n // 2)]
    return [*random, order[:30], order[:60], order[-60:], np.array([order[0]])]


def rows_of(fitted: Fitted) -> HeavyRows:
    return heavy_rows(fitted.objective, fitted.theta)


def retrained(fitted: Fitted, groups: Sequence[Rows], tolerance: float = 1e-9) -> Retrained:
    block = changed(fitted, removing(fitted), groups)
    rows = rows_of(fitted)
    start = fitted.theta[:, None] + fitted.factor.solve(block.g)
    tolerances = np.full(len(groups), tolerance)
    return retrain(block, HeavyRowsSolver(block, rows), at_fit(block, rows), start, tolerances, True)
