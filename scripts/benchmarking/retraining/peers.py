"""What one would use instead: scikit-learn's solvers, warm-started at θ̂."""

from __future__ import annotations

import time
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from itertools import cycle
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from benchmarking.problem import SEED, Problem
from benchmarking.retraining.measured import Busy, errors, peak_bytes
from benchmarking.retraining.plain import pass_seconds

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
class Refit:
    """A fit without a group: seconds, iterations, whether it ended with a warning, and θ (P,)."""

    group: int
    seconds: float
    iterations: int
    warned: bool
    theta: Array


def refit(problem: Problem, peer: Peer, groups: Iterator[int], most_seconds: float) -> list[Refit]:
    """Fit without one after the other of ``groups``, all at most once, until ``most_seconds`` have gone by."""
    fits: list[Refit] = []
    while len(fits) < len(problem.groups) and sum(fit.seconds for fit in fits) < most_seconds:
        group = next(groups)
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            begin = time.process_time()
            theta, iterations = _fit_without(problem, peer, problem.groups.members(group))
            fits.append(Refit(group, time.process_time() - begin, iterations, bool(caught), theta))
    return fits


def random_order(problem: Problem) -> Iterator[int]:
    """The numbers of all groups, again and again in the same order: rounds go on where the one before has ended."""
    return cycle(np.random.default_rng(SEED).permutation(len(problem.groups)).tolist())


def measure_peer(
    problem: Problem, peer: Peer, most_seconds: float, reference: Array, turns: Iterable[int]
) -> dict[str, Any]:
    """In every turn mean seconds of the groups that ``most_seconds`` suffice for, at least one."""
    before, passes_before, busy, order = peak_bytes(), pass_seconds(problem), Busy(), random_order(problem)
    rounds: list[list[Refit]] = []
    for _ in turns:
        with busy:
            rounds.append(refit(problem, peer, order, most_seconds))
    peak, fits = peak_bytes(), [fit for fits in rounds for fit in fits]
    seconds = [fit.seconds for fit in fits]
    return {
        "unit": float(np.median([*passes_before, *pass_seconds(problem)])),
        "groups": len({fit.group for fit in fits}),
        "fits": len(fits),
        "rounds": [float(np.mean([fit.seconds for fit in round_])) for round_ in rounds],
        "mean": float(np.mean(seconds)),
        "median": float(np.median(seconds)),
        "fastest": float(np.min(seconds)),
        "slowest": float(np.max(seconds)),
        "passes": float(np.mean([fit.iterations for fit in fits])),
        "warned": sum(fit.warned for fit in fits),
        "wall_over_cpu": busy.ratio,
        "memory_before": before,
        "memory": peak,
        **asdict(errors(problem, [fit.group for fit in fits], np.vstack([fit.theta for fit in fits]), reference)),
    }


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
