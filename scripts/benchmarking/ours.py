"""The package measured: what retraining costs once θ̂ is known, and a whole block with all its predictions."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from benchmarking.problem import Problem
from groupinf.effects.block import block_context, compute_block
from groupinf.effects.blocks import block_width, blocks_of
from groupinf.effects.evaluations.registry import of_the_paper
from groupinf.effects.freeze import ChangedFit
from groupinf.effects.retraining import retrain_to_tolerance
from groupinf.effects.study import Study
from groupinf.groups.groups import Groups
from groupinf.numerics.change import removing
from groupinf.numerics.fit import fit
from groupinf.numerics.objective import Rows
from groupinf.numerics.retrain import Retrained
from groupinf.studies.group_effects.draw import Drawn, make_study
from groupinf.studies.group_effects.test_points import single_rows
from groupinf.studies.load import load_config

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


Blocks = tuple[tuple[int, ...], ...]


@dataclass(frozen=True)
class Prepared:
    """The study, its blocks of group numbers, and the seconds that the fit and all else that is done once took."""

    study: Study
    blocks: Blocks
    fit_seconds: float
    study_seconds: float


def prepare(problem: Problem) -> Prepared:
    """Everything that is done once."""
    objective, test = problem.objective(), problem.test()
    fitted, fit_seconds = timed(lambda: fit(objective))
    evaluations = of_the_paper(objective.loss)
    drawn = Drawn(0.0, single_rows(range(test.n)), problem.groups, notes=(), skipped=())
    study, study_seconds = timed(
        lambda: make_study(
            ChangedFit(fitted, removing(fitted)), problem.groups, test, drawn, evaluations, load_config(CONFIG)
        )
    )
    blocks = even_blocks(range(len(problem.groups)), block_width(objective, study.engine, widest=None))
    return Prepared(study, blocks, fit_seconds, study_seconds)


def even_blocks(groups: Sequence[int], width: int) -> Blocks:
    """As few blocks as a study's width allows, of even size: a last block of a few groups would count for too much."""
    count = -(-len(groups) // width)
    return blocks_of(groups, -(-len(groups) // count))


def retrain_block(study: Study, members: list[Rows], names: list[str]) -> Retrained:
    """Exact retraining alone: g(w), the solver with H − H(w), the start, the passes and the certificates."""
    return retrain_to_tolerance(study, block_context(study, members), names).retrained


def retrain_all(problem: Problem, prepared: Prepared, blocks: Blocks) -> tuple[Array, NDArray[np.int64], list[float]]:
    """θ̂(w) (B, P) and passes (B,) of the groups in ``blocks``, one after the other; and the seconds of each round."""
    groups, theta, passes, rounds = problem.groups, [], [], []
    for last in (False,) * (REPEATS - 1) + (True,):
        begin = time.process_time()
        for block in blocks:
            members, names = [groups.members(g) for g in block], [groups.name[g] for g in block]
            retrained = retrain_block(prepared.study, members, names)
            if last:
                theta.append(retrained.theta.T)
                passes.append(retrained.passes)
        rounds.append(time.process_time() - begin)
    return np.concatenate(theta), np.concatenate(passes), rounds


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
