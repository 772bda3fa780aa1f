"""What one would use instead: scikit-learn's solvers, warm-started at θ̂."""

from __future__ import annotations

import time
import warnings
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from benchmarking.problem import SEED, Problem

MAX_ITERATIONS = 100_000
# P up to which a Hessian for each group is worth trying
MOST_PARAMETERS = 4_096

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Peer:
    """A solver of scikit-learn's and its tolerance."""

    solver: str
    tolerance: float

    def serves(self, problem: Problem) -> bool:
        """Whether a problem of this size is tried at all."""
        return self.solver != "newton-cholesky" or problem.theta.size <= MOST_PARAMETERS


PEERS = {
    "lbfgs, tol 1e-8": Peer("lbfgs", 1e-8),
    "newton-cholesky, tol 1e-4": Peer("newton-cholesky", 1e-4),
    "newton-cholesky, tol 1e-8": Peer("newton-cholesky", 1e-8),
    "newton-cg, tol 1e-8": Peer("newton-cg", 1e-8),
}


@dataclass(frozen=True)
class Refitted:
    """Groups ``numbers`` in the order they were fitted, with seconds and iterations of each, and θ (B', P).

    ``warned`` counts the fits that ended with a warning: not converged, or a line search that failed.
    """

    numbers: list[int]
    seconds: list[float]
    iterations: list[int]
    warned: int
    theta: Array


def refit(problem: Problem, peer: Peer, most_seconds: float) -> Refitted:
    """Fit without one group after the other, in random order, until ``most_seconds`` have gone by."""
    order = np.random.default_rng(SEED).permutation(len(problem.groups))
    numbers, seconds, iterations, thetas, warned = [], [], [], [], 0
    for g in order:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            begin = time.process_time()
            theta, count = _fit_without(problem, peer, problem.groups.members(g))
            seconds.append(time.process_time() - begin)
        numbers.append(int(g))
        iterations.append(count)
        thetas.append(theta)
        warned += bool(caught)
        if sum(seconds) >= most_seconds:
            break
    return Refitted(numbers, seconds, iterations, warned, np.vstack(thetas))


def _fit_without(problem: Problem, peer: Peer, rows: NDArray[np.int64]) -> tuple[Array, int]:
    """Rows are taken out by indexing, which is faster than weights of zero: the copy is the smaller part."""
    stays = np.ones(problem.y.size, dtype=bool)
    stays[rows] = False
    model = LogisticRegression(
        C=1.0 / problem.lam, solver=peer.solver, tol=peer.tolerance, max_iter=MAX_ITERATIONS, warm_start=True
    )
    start = problem.theta.reshape(problem.X.shape[1] + 1, -1)
    model.coef_, model.intercept_ = np.ascontiguousarray(start[:-1].T), start[-1].copy()
    unit = bool(np.all(problem.sample_weight == 1.0))
    weight = None if unit else problem.sample_weight[stays]
    model.fit(problem.X[stays], problem.y[stays], sample_weight=weight)
    return np.vstack([model.coef_.T, model.intercept_]).ravel(), int(model.n_iter_[0])
