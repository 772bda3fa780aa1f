"""The gradient in plain NumPy and SciPy: the unit that costs are given in, and what the reference is checked by."""

from __future__ import annotations

import time

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, softmax

from benchmarking.problem import Problem

PASSES = 15


def gradient(problem: Problem, weight: NDArray[np.float64], theta: NDArray[np.float64]) -> NDArray[np.float64]:
    """∇L(θ; weight) (P,) in two products with X, one model at a time."""
    parameters = theta.reshape(problem.X.shape[1] + 1, -1)
    z = np.asarray(problem.X @ parameters[:-1]) + parameters[-1]
    if problem.classes == 2:
        r = expit(z) - problem.y[:, None]
    else:
        r = softmax(z, axis=1)
        r[np.arange(r.shape[0]), problem.y.astype(np.int64)] -= 1.0
    r *= weight[:, None]
    weights = np.asarray(problem.X.T @ r) + problem.lam * parameters[:-1]
    return np.vstack([weights, r.sum(axis=0)]).ravel()


def pass_seconds(problem: Problem) -> list[float]:
    """Times of PASSES unbatched gradient passes, after two that do not count."""
    times = []
    for _ in range(2 + PASSES):
        begin = time.process_time()
        gradient(problem, problem.sample_weight, problem.theta)
        times.append(time.process_time() - begin)
    return times[2:]
