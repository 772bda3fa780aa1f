"""What one would write in the place of the package: a refit without each group, and what that does to losses.

Workers of joblib import this file, so that it needs no more than such a script would.
"""

from __future__ import annotations

import os
import time
import warnings
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.special import logsumexp
from sklearn.linear_model import LogisticRegression

MAX_ITERATIONS = 100_000
# how long a worker is kept, so that each of them is seen to have started
SEEN = 0.1

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Rows:
    """Training rows with their weights and λ; test rows, and those that each effect is summed over."""

    X: Array | sparse.csr_array
    y: NDArray[np.int64]
    weight: Array | None
    lam: float
    X_test: Array | sparse.csr_array
    y_test: NDArray[np.int64]
    tested: tuple[NDArray[np.int64], ...]


@dataclass(frozen=True)
class Way:
    """How a model is fitted: from nothing, or ``warm`` from the fit on all rows."""

    solver: str = "lbfgs"
    tolerance: float = 1e-4
    warm: bool = False

    def fit(self, rows: Rows, stays: NDArray[np.bool_] | slice, start: LogisticRegression | None) -> LogisticRegression:
        """On the rows that stay."""
        model = LogisticRegression(
            C=1.0 / rows.lam, solver=self.solver, tol=self.tolerance, max_iter=MAX_ITERATIONS, warm_start=self.warm
        )
        if self.warm and start is not None:
            model.coef_, model.intercept_ = start.coef_.copy(), start.intercept_.copy()
        weight = None if rows.weight is None else rows.weight[stays]
        return model.fit(rows.X[stays], rows.y[stays], sample_weight=weight)


@dataclass(frozen=True)
class Refit:
    """Seconds on the clock and of the processor, whether scikit-learn warned, and the effects: on each test point, and
    on the group itself."""

    clock: float
    processor: float
    warned: bool
    effects: Array


def refit_without(rows: Rows, way: Way, whole: LogisticRegression, group: NDArray[np.int64]) -> Refit:
    """Fit without a group, and subtract the losses of the ``whole`` fit."""
    clock, processor = time.perf_counter(), time.process_time()
    stays = np.ones(rows.y.size, dtype=bool)
    stays[group] = False
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        model = way.fit(rows, stays, whole)
    effects = losses(rows, model, group) - losses(rows, whole, group)
    return Refit(time.perf_counter() - clock, time.process_time() - processor, bool(caught), effects)


def losses(rows: Rows, model: LogisticRegression, group: NDArray[np.int64]) -> Array:
    """Summed over each of ``tested``, and last over the group, its rows weighted."""
    of_test = _of_rows(model, rows.X_test, rows.y_test)
    own = _of_rows(model, rows.X[group], rows.y[group])
    if rows.weight is not None:
        own = own * rows.weight[group]
    return np.array([*(of_test[some].sum() for some in rows.tested), own.sum()])


def _of_rows(model: LogisticRegression, X: Array | sparse.csr_array, y: NDArray[np.int64]) -> Array:
    """From scores, as probabilities may round to 0."""
    z = model.decision_function(X)
    if z.ndim == 1:
        z = np.column_stack([np.zeros_like(z), z])
    return np.asarray(logsumexp(z, axis=1) - z[np.arange(y.size), y])


def started(_: int) -> tuple[int, float]:
    """The worker, and the processor time that its start and the imports of this file have taken."""
    time.sleep(SEEN)
    return os.getpid(), time.process_time()
