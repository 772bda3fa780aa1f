"""How the cost of a retrain grows, one dimension at a time, on made data."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from benchmarking.problem import SEED, Problem, make_problem
from benchmarking.retraining.ours import prepare, retrain_block, timed
from benchmarking.retraining.plain import pass_seconds
from benchmarking.shapes import Shape
from benchmarking.synthetic import make_dataset
from groupinf.groups.groups import Group, Groups


@dataclass(frozen=True)
class Point:
    """One problem, the share of the rows in a group, and how many groups are retrained side by side."""

    shape: Shape
    share: float = 0.05
    width: int = 48


BASE = Point(Shape(n=8_000, d=100, classes=2, lambda_over_n=1e-3))
REPEATS = 3


def _with(**changes: Any) -> Point:
    return replace(BASE, shape=replace(BASE.shape, **changes))


LINES: dict[str, dict[str, Point]] = {
    "rows n": {f"{n:,}": _with(n=n) for n in (2_000, 8_000, 32_000, 128_000)},
    "features d": {f"{d:,}": _with(d=d) for d in (25, 100, 400, 1_600)},
    "classes K": {str(k): _with(classes=k) for k in (2, 3, 5, 10)},
    "group size": {f"{s:.2%} of n": replace(BASE, share=s) for s in (0.0025, 0.01, 0.05, 0.25)},
    "groups side by side": {str(b): replace(BASE, width=b) for b in (1, 4, 16, 48, 96)},
}


def measure_growth() -> list[dict[str, Any]]:
    """A row for each point: the engine's choice, seconds and passes per retrain, and gradient passes it costs."""
    return [
        {"varied": varied, "value": value, **_measure(point)}
        for varied, points in LINES.items()
        for value, point in points.items()
    ]


def _measure(point: Point) -> dict[str, Any]:
    fitted_problem, _ = make_problem(make_dataset("growth", point.shape), point.shape.lambda_over_n, 2)
    problem = replace(fitted_problem, groups=_random_groups(fitted_problem, point))
    prepared, unit = prepare(problem), float(np.median(pass_seconds(problem)))
    members, names = problem.members(), list(problem.groups.name)
    rounds = [timed(lambda: retrain_block(prepared.study, members, names)) for _ in range(REPEATS)]
    seconds = float(np.median([elapsed for _, elapsed in rounds])) / point.width
    return {
        "n": point.shape.n,
        "d": point.shape.d,
        "classes": point.shape.classes,
        "group": int(problem.groups.sizes[0]),
        "width": point.width,
        "way": prepared.study.engine.way,
        "preconditioner": prepared.study.engine.preconditioner,
        "seconds": seconds,
        "passes": float(rounds[0][0].passes.mean()),
        "cost": seconds / unit,
    }


def _random_groups(problem: Problem, point: Point) -> Groups:
    rng, n = np.random.default_rng(SEED), problem.y.size
    size = max(1, int(point.share * n))
    return Groups.collect(Group("random", rng.choice(n, size, replace=False), "random") for _ in range(point.width))
