"""The package measured: what retraining costs once θ̂ is known, and a whole block with all its predictions."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from benchmarking.problem import Problem
from groupinf.config.load import load_config
from groupinf.effects.block import Study, block_score_bound, block_steps, compute_block, retrain_to_tolerance
from groupinf.effects.blocks import block_width, blocks_of
from groupinf.effects.evaluations import evaluations_for
from groupinf.experiments.drawing import Drawn, make_study
from groupinf.groups.groups import Groups
from groupinf.numerics.fit import fit
from groupinf.numerics.objective import Rows
from groupinf.numerics.removal import removal
from groupinf.numerics.retrain import Retrained

REPEATS = 3

Array = NDArray[np.float64]
Value = TypeVar("Value")


# what a study's configuration says of the methods and of the influence; the data are given by hand
CONFIG = {
    "name": "benchmark",
    "seed": 0,
    "dataset": {"name": "digits"},
    "regularization": {"lambda_over_n": 1.0},
    "groups": {"builders": [{"builder": "column", "column": "kind"}]},
}


@dataclass(frozen=True)
class Prepared:
    """The study, its blocks of group numbers, and the seconds that the fit and all else that is done once took."""

    study: Study
    blocks: tuple[tuple[int, ...], ...]
    fit_seconds: float
    study_seconds: float


def prepare(problem: Problem) -> Prepared:
    """Everything that is done once."""
    objective, test = problem.objective(), problem.test()
    fitted, fit_seconds = timed(lambda: fit(objective))
    evaluations = ("test_prediction", "test_loss", "self_loss")[problem.classes > 2 :]
    drawn = Drawn(tuple(range(test.n)), problem.groups, notes=(), skipped=())
    study, study_seconds = timed(lambda: make_study(fitted, test, drawn, evaluations, load_config(CONFIG)))
    blocks = _blocks(problem, block_width(objective, study.engine))
    return Prepared(study, blocks, fit_seconds, study_seconds)


def _blocks(problem: Problem, width: int) -> tuple[tuple[int, ...], ...]:
    """As a study cuts them, but random groups and tails apart, so that each has its own figures."""
    random = [g for g, kind in enumerate(problem.groups.kind) if kind == "random"]
    tails = [g for g, kind in enumerate(problem.groups.kind) if kind != "random"]
    return blocks_of(random, width) + blocks_of(tails, width)


def retrain_block(study: Study, members: list[Rows], names: list[str]) -> Retrained:
    """Exact retraining alone: g(w), the solver with H − H(w), the start, the passes and the certificates."""
    block = removal(study.fitted, members)
    reduced = study.engine.reduced(block)
    steps = block_steps(replace(study, methods=()), block, reduced)
    evaluations = evaluations_for(study.evaluations, study.test, study.test_points, study.fitted.objective, ~block.kept)
    retrained, _ = retrain_to_tolerance(study, block, reduced, evaluations, steps, names)
    block_score_bound(study, block, reduced, retrained)
    return retrained


def retrain_all(problem: Problem, prepared: Prepared) -> tuple[Array, NDArray[np.int64], list[list[float]]]:
    """θ̂(w) (B, P) and passes (B,) of all groups; and for each of REPEATS rounds the seconds of each block."""
    groups = problem.groups
    theta, passes = np.empty((len(groups), problem.theta.size)), np.empty(len(groups), dtype=np.int64)
    rounds = []
    for _ in range(REPEATS):
        seconds = []
        for block in prepared.blocks:
            members, names = [groups.members(g) for g in block], [groups.name[g] for g in block]
            begin = time.process_time()
            retrained = retrain_block(prepared.study, members, names)
            seconds.append(time.process_time() - begin)
            theta[list(block)], passes[list(block)] = retrained.theta.T, retrained.passes
        rounds.append(seconds)
    return theta, passes, rounds


def whole_blocks(problem: Problem, prepared: Prepared) -> list[list[float]]:
    """The same seconds with influence, Newton, exact retraining, and all their effects."""
    return [
        [timed(partial(_whole, prepared.study, problem.groups, block))[1] for block in prepared.blocks]
        for _ in range(REPEATS)
    ]


def _whole(study: Study, groups: Groups, block: tuple[int, ...]) -> None:
    compute_block(study, [groups.members(g) for g in block], [groups.name[g] for g in block])


def timed(function: Callable[[], Value]) -> tuple[Value, float]:
    """What a function returns, and the seconds it took."""
    begin = time.process_time()
    value = function()
    return value, time.process_time() - begin
