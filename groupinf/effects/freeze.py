"""A study frozen: what every block is computed from, made of a fit, test points, and what is asked of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from groupinf.effects.evaluations.evaluation import Norm, Quantity
from groupinf.effects.evaluations.on_test_points import OnTestPoints
from groupinf.effects.methods.method import Method, Setting, predictions_of
from groupinf.effects.solvers import SolverOptions
from groupinf.effects.study import Linearised, Study
from groupinf.effects.test_rows import TestRows
from groupinf.effects.trust import trust_in_fit
from groupinf.numerics.bounds import bounded_problem
from groupinf.numerics.change import RowChange
from groupinf.numerics.engine import Engine, choose_engine
from groupinf.numerics.fit import Fitted
from groupinf.numerics.losses.loss import Array
from groupinf.numerics.support_vectors import Machine


@dataclass(frozen=True)
class ChangedFit:
    """θ̂ and the change of its rows as it is retrained and measured, with the ``machine`` at θ̂ where the loss is not
    smooth. Where predictions are made with another loss, ``linearised`` has its derivatives and its change.
    """

    fitted: Fitted
    change: RowChange
    machine: Machine | None = None
    linearised: ChangedFit | None = None

    @property
    def predicting(self) -> ChangedFit:
        """What predictions are made with."""
        return self.linearised or self


@dataclass(frozen=True)
class Asked:
    """What is measured, what predicts it, what applies H⁻¹ for the influence, and the seed of all that is random."""

    evaluations: tuple[Quantity, ...]
    methods: tuple[Method, ...]
    influence: SolverOptions
    seed: int


def frozen_study(
    changed: ChangedFit,
    points: TestRows,
    asked: Asked,
    mean_size: float,
    scales: Mapping[str, float],
    norms: Mapping[str, Norm],
) -> Study:
    """What blocks are computed from; groups have ``mean_size`` rows in the mean, and (``scales``, ``norms``) are as
    ``frozen_scales`` finds them.
    """
    fitted, predicting, linearised = changed.fitted, changed.predicting, None
    engine = choose_engine(fitted, changed.change, mean_size)
    if changed.linearised is not None:
        own = choose_engine(predicting.fitted, predicting.change, mean_size)
        linearised = Linearised(predicting.fitted, predicting.change, own)
    slopes = partial(_gradients_on_test_points, asked.evaluations, points, fitted.theta)
    setting = Setting(predicting.fitted, predicting.change, asked.seed, slopes)
    return replace(
        unpredicted_study(changed, engine, points, asked.evaluations, scales, norms),
        influence_solver=asked.influence.factor(predicting.fitted, asked.seed),
        methods=predictions_of(asked.methods, setting),
        linearised=linearised,
    )


def unpredicted_study(
    changed: ChangedFit,
    engine: Engine,
    points: TestRows,
    evaluations: Sequence[Quantity],
    scales: Mapping[str, float],
    norms: Mapping[str, Norm],
) -> Study:
    """What groups are retrained and measured from where no method predicts; (``scales``, ``norms``) are as
    ``frozen_scales`` finds them.
    """
    fitted = changed.fitted
    bounded = bounded_problem(fitted, points.rows, engine.kernel)
    return Study(
        fitted=fitted,
        change=changed.change,
        engine=engine,
        influence_solver=fitted.factor,
        test=points,
        evaluations=tuple(evaluations),
        methods=(),
        scales=scales,
        gradient_norms=norms,
        bounded=bounded,
        of_fit=trust_in_fit(bounded, fitted),
        machine=changed.machine,
    )


def _gradients_on_test_points(evaluations: Sequence[Quantity], points: TestRows, theta: Array) -> Array:
    """∇f(θ̂) of every value on test points that has one: (P, T)."""
    on_points = [e for e in evaluations if isinstance(e, OnTestPoints) and e.differentiable]
    return np.column_stack([evaluation.gradients(points, theta) for evaluation in on_points])
