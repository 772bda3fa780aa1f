"""Every change of rows on small random problems, with the path of weights that leads to it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from support.problems import make_objective

from groupinf.effects.block import block_context
from groupinf.effects.context import BlockContext, Solution
from groupinf.effects.evaluations.registry import of_the_paper
from groupinf.effects.methods.method import Method, Setting, predictions_of
from groupinf.effects.study import Study
from groupinf.effects.test_rows import TestRows
from groupinf.effects.trust import trust_in_fit
from groupinf.numerics.bounds import bounded_problem
from groupinf.numerics.change import RowChange, removing, row_change
from groupinf.numerics.engine import choose_engine
from groupinf.numerics.fit import Fitted, fit
from groupinf.numerics.objective import Objective

# all of them among the rows of the pool, where there is one
GROUPS = (np.array([41, 47, 50]), np.arange(44, 56), np.array([59]))
NAMES = ("a", "b", "c")
POOL = np.arange(40, 60)
TASKS = (0, 2, 3)

Case = Callable[[int], tuple[Fitted, RowChange]]


def removed(o: Objective) -> tuple[Fitted, RowChange]:
    return (fitted := fit(o)), removing(fitted)


def counted(factor: float) -> Callable[[Objective], tuple[Fitted, RowChange]]:
    def change(o: Objective) -> tuple[Fitted, RowChange]:
        return (fitted := fit(o)), row_change(fitted, factor, o.sample_weight)

    return change


def relabelled(o: Objective) -> tuple[Fitted, RowChange]:
    classes = 2 if o.loss.is_for(2) else o.loss.outputs
    label = o.y + 1.5 if o.loss.is_for(0) else (o.y + 1) % classes
    return (fitted := fit(o)), row_change(fitted, 1.0, o.sample_weight, label)


def added(o: Objective) -> tuple[Fitted, RowChange]:
    outside = np.isin(np.arange(o.n), POOL)
    fitted = fit(replace(o, sample_weight=np.where(outside, 0.0, o.sample_weight)))
    return fitted, row_change(fitted, 1.0, o.sample_weight)


def _of(change: Callable[[Objective], tuple[Fitted, RowChange]]) -> Case:
    return lambda classes: change(make_objective(classes, weighted=True))


CASES: dict[str, Case] = {
    "remove": _of(removed),
    "double": _of(counted(2.0)),
    "count 0.4 times": _of(counted(0.4)),
    "relabel": _of(relabelled),
    "add": _of(added),
}


def along(fitted: Fitted, change: RowChange, rows: np.ndarray, t: float) -> Objective:
    """(1 − t) of the rows as they are and, as rows of their own below the others, t of them as changed."""
    o, inside = fitted.objective, np.isin(np.arange(fitted.objective.n), rows)
    y = o.y if change.label is None else change.label
    weight = np.concatenate([o.sample_weight * np.where(inside, 1.0 - t, 1.0), t * change.times * change.own[rows]])
    return replace(o, X=np.vstack([o.X, o.X[rows]]), y=np.concatenate([o.y, y[rows]]), sample_weight=weight)


def study_of(fitted: Fitted, change: RowChange, methods: tuple[Method, ...] = ()) -> Study:
    o = fitted.objective
    test = replace(o, lam=0.0).at(np.array([3, 11, 30]))
    engine, evaluations = choose_engine(fitted, change, 5.0), of_the_paper(o.loss)
    bounded, ones = bounded_problem(fitted, test, engine.kernel), dict.fromkeys((e.name for e in evaluations), 1.0)
    return Study(
        fitted=fitted,
        change=change,
        engine=engine,
        influence_solver=fitted.factor,
        test=TestRows(test, (3, 11, 30)),
        evaluations=evaluations,
        methods=predictions_of(methods, Setting(fitted, change)),
        scales=ones,
        gradient_norms=ones,
        bounded=bounded,
        of_fit=trust_in_fit(bounded, fitted),
    )


def context(fitted: Fitted, change: RowChange) -> BlockContext:
    return block_context(study_of(fitted, change), GROUPS)


def solved(method: Method, at: BlockContext) -> Solution:
    return at.solution(method.step(Setting(at.changed.fitted, at.changed.change)))
