"""The package measured: what retraining costs once θ̂ is known, and a whole block with all its predictions."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from benchmarking.problem import Problem
from benchmarking.retraining.measured import Busy, errors, peak_bytes
from benchmarking.retraining.phases import phases
from benchmarking.retraining.plain import pass_seconds
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
    (objective, test), written = timed(problem.as_studied)
    fitted, fit_seconds = timed(lambda: fit(objective))
    evaluations = of_the_paper(objective.loss)
    drawn = Drawn(0.0, single_rows(range(test.n)), problem.groups, notes=(), skipped=())
    study, study_seconds = timed(
        lambda: make_study(
            ChangedFit(fitted, removing(fitted)), problem.groups, test, drawn, evaluations, load_config(CONFIG)
        )
    )
    blocks = even_blocks(range(len(problem.groups)), block_width(objective, study.engine, widest=None))
    return Prepared(study, blocks, written + fit_seconds, study_seconds)


def even_blocks(groups: Sequence[int], width: int) -> Blocks:
    """As few blocks as a study's width allows, of even size: a last block of a few groups would count for too much."""
    count = -(-len(groups) // width)
    return blocks_of(groups, -(-len(groups) // count))


def retrain_block(study: Study, members: list[Rows], names: list[str]) -> Retrained:
    """Exact retraining alone: g(w), the solver with H − H(w), the start, the passes and the certificates."""
    return retrain_to_tolerance(study, block_context(study, members), names).retrained


def retrain_all(problem: Problem, prepared: Prepared, blocks: Blocks) -> tuple[Array, NDArray[np.int64]]:
    """θ̂(w) (B, P), of the features, and passes (B,) of the groups in ``blocks``, one after the other."""
    found = [retrain_block(prepared.study, *_named(problem.groups, block)) for block in blocks]
    in_full = prepared.study.fitted.objective.in_full
    return np.concatenate([in_full(of.theta).T for of in found]), np.concatenate([of.passes for of in found])


def _named(groups: Groups, block: Sequence[int]) -> tuple[list[Rows], list[str]]:
    return [groups.members(g) for g in block], [groups.name[g] for g in block]


def measure_ours(problem: Problem, reference: Array, turns: Iterable[int]) -> dict[str, Any]:
    """In every turn seconds for each group, of retraining and of whole blocks with influence, Newton and all effects.

    What is loaded or compiled on first use has been. Afterwards each kind of group is retrained by itself, and a round
    is profiled.
    """
    before, passes_before, everyone = peak_bytes(), pass_seconds(problem), range(len(problem.groups))
    prepared = prepare(problem)
    retrain_all(problem, prepared, ((0, 1),))
    seconds, whole, busy = [], [], Busy()
    for _ in turns:
        with busy:
            (theta, passes), took = timed(lambda: retrain_all(problem, prepared, prepared.blocks))
            seconds.append(took / len(everyone))
            whole.append(timed(lambda: _whole(problem, prepared))[1] / len(everyone))
    peak = peak_bytes()
    return {
        "unit": float(np.median([*passes_before, *pass_seconds(problem)])),
        "way": prepared.study.engine.way,
        "preconditioner": prepared.study.engine.preconditioner,
        "truncated_newton": prepared.study.engine.truncated_newton,
        "fit_seconds": prepared.fit_seconds,
        "study_seconds": prepared.study_seconds,
        "blocks": [len(block) for block in prepared.blocks],
        "rounds": seconds,
        "mean": float(np.median(seconds)),
        "passes": float(passes.mean()),
        "most_passes": int(passes.max()),
        "kinds": {"random": _kind(problem, prepared, True), "tails": _kind(problem, prepared, False)},
        "phases": phases(lambda: retrain_all(problem, prepared, prepared.blocks)),
        "whole": float(np.median(whole)),
        "wall_over_cpu": busy.ratio,
        "memory_before": before,
        "memory": peak,
        **asdict(errors(problem, list(everyone), theta, reference)),
    }


def _whole(problem: Problem, prepared: Prepared) -> None:
    for block in prepared.blocks:
        compute_block(prepared.study, *_named(problem.groups, block))


def _kind(problem: Problem, prepared: Prepared, random: bool) -> dict[str, Any]:
    groups = [g for g, of in enumerate(problem.groups.kind) if (of == "random") == random]
    blocks = even_blocks(groups, max(map(len, prepared.blocks)))
    (_, passes), seconds = timed(lambda: retrain_all(problem, prepared, blocks))
    return {"mean": seconds / len(groups), "passes": float(passes.mean()), "groups": len(groups)}


def timed(function: Callable[[], Value]) -> tuple[Value, float]:
    """What a function returns, and the seconds it took."""
    begin = time.process_time()
    value = function()
    return value, time.process_time() - begin
