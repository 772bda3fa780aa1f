"""What is recorded of a method on a problem: times, passes, memory, and errors against the reference."""

from __future__ import annotations

import resource
import sys
import time
from dataclasses import dataclass, field
from types import TracebackType

import numpy as np
from numpy.typing import NDArray

from benchmarking.problem import Problem
from groupinf.effects.evaluations.self_loss import SELF_LOSS
from groupinf.effects.evaluations.test_loss import TEST_LOSS
from groupinf.numerics.objective import scores

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Errors:
    """Largest errors over groups: of θ, absolute and relative to the largest |θ̂|, and of effects.

    An effect's error is relative to the largest actual effect, over groups and test points, of its evaluation.
    """

    theta: float
    relative_theta: float
    effect: float


def errors(problem: Problem, numbers: list[int], theta: Array, reference: Array) -> Errors:
    """Errors of θ (len(numbers), P) for those groups, against the reference of all groups (B, P)."""
    exact = reference[numbers]
    largest = float(np.abs(_centred(problem, theta) - _centred(problem, exact)).max())
    scale = _effects(problem, list(range(len(problem.groups))), reference)
    worst = 0.0
    for name, found in _effects(problem, numbers, theta).items():
        worst = max(worst, float(np.abs(found - scale[name][numbers]).max() / np.abs(scale[name]).max()))
    return Errors(largest, largest / float(np.abs(problem.theta).max()), worst)


def _centred(problem: Problem, theta: Array) -> Array:
    """Without the mean of the intercepts of softmax, which no loss depends on."""
    if problem.classes == 2:
        return theta
    centred = theta.copy()
    centred[:, -problem.classes :] -= centred[:, -problem.classes :].mean(axis=1, keepdims=True)
    return centred


def _effects(problem: Problem, numbers: list[int], theta: Array) -> dict[str, Array]:
    """Effects on the test losses (B, 6) and on the group's own loss (B, 1)."""
    objective, test = problem.objective(), problem.test()
    outputs = test.loss.outputs

    def test_loss(parameters: Array) -> Array:
        return test.loss.values(scores(test.X, parameters, outputs), test.y)

    def self_loss(group: int, parameters: Array) -> float:
        rows = problem.groups.members(group)
        values = objective.loss.values(scores(objective.X[rows], parameters, outputs), objective.y[rows])
        return float(values @ objective.sample_weight[rows])

    own = [self_loss(g, t) - self_loss(g, problem.theta) for g, t in zip(numbers, theta, strict=True)]
    return {
        TEST_LOSS.name: np.array([test_loss(t) - test_loss(problem.theta) for t in theta]),
        SELF_LOSS.name: np.array(own)[:, None],
    }


def peak_bytes() -> int:
    """The most memory this process has held so far."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else 1024 * peak


@dataclass
class Busy:
    """A clock that runs while it is entered: by how much time on the wall exceeds that of the processor."""

    wall: float = 0.0
    processor: float = 0.0
    begun: tuple[float, float] = field(default=(0.0, 0.0))

    def __enter__(self) -> None:
        self.begun = time.perf_counter(), time.process_time()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self.wall += time.perf_counter() - self.begun[0]
        self.processor += time.process_time() - self.begun[1]

    @property
    def ratio(self) -> float:
        """1 where nothing else ran."""
        return self.wall / self.processor
