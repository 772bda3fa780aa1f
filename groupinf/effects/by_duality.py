"""Actual effects of a support vector machine: groups are retrained exactly, and a duality gap says how exactly.

‖w − w*‖² ≤ 2·gap/λ for the weights; the ends of the interval of the optimal intercepts are quantiles of ỹ_i − wᵀx_i,
and move no farther than the scores of the training rows do. So no score xᵀθ is off by more than R√(2·gap/λ) with
R = ‖x‖, and max_i ‖x_i‖ more beside a free intercept. A loss that changes no faster than its score is off by no more.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from groupinf.effects.actual import Actual
from groupinf.effects.certificates import Certificates
from groupinf.effects.context import BlockContext
from groupinf.effects.evaluations.evaluation import Measure
from groupinf.effects.readout import actual_reading
from groupinf.effects.study import Study
from groupinf.errors import ConvergenceError
from groupinf.numerics.intercept import Intercept
from groupinf.numerics.losses.loss import Array
from groupinf.numerics.objective import Objective
from groupinf.numerics.products import Design
from groupinf.numerics.rounding import SLACK, UNIT, gamma
from groupinf.numerics.support_vectors import Machine, require_small_gap, support_vector_machine


def retrained_machines(
    study: Study, machine: Machine, at: BlockContext, measures: Sequence[Measure], names: Sequence[str]
) -> Actual:
    """Every group retrained, from where its rows stand in ``machine``, the fit.

    Raises ConvergenceError with the name of a group whose gap is not small.
    """
    ends = []
    for b, name in enumerate(names):
        objective = at.changed.objective_of(b)
        end = support_vector_machine(objective, machine)
        try:
            require_small_gap(objective, end)
        except ConvergenceError as error:
            raise ConvergenceError(f"group {name}: {error}") from error
        ends.append(end)
    theta = np.column_stack([end.theta for end in ends])
    passes, gap = np.array([end.passes for end in ends]), np.array([end.gap for end in ends])
    return known_machines(study, machine, at, measures, theta, passes, gap)


def known_machines(
    study: Study,
    machine: Machine,
    at: BlockContext,
    measures: Sequence[Measure],
    theta: Array,
    passes: NDArray[np.int64],
    gap: Array,
) -> Actual:
    """The effects of groups whose parameters θ̂(δ) (P, B) and ``gap`` (B,) are known.

    Where a loss is smooth its Newton decrement is √(2·gap) to first order; here that is what takes its place.
    """
    fitted, count = study.fitted, theta.shape[1]
    reach = _reach(fitted.objective, study.test.rows.X)
    of_fit = _score_error(fitted.objective, reach, fitted.theta[:, None], np.array([machine.gap]))
    bound = of_fit + _score_error(fitted.objective, reach, theta, gap)
    reading = actual_reading(measures, fitted, theta, np.zeros_like(theta))
    rows = np.concatenate([_rows(measure, theta) for measure in measures])
    return Actual(
        reading=reading,
        error=np.asarray(rows * bound + 4.0 * UNIT * reading.size[0])[None],
        score_error=np.repeat(of_fit, count),
        moved=np.broadcast_to(of_fit, rows.shape),
        solved=np.zeros_like(theta),
        left=np.broadcast_to(bound, rows.shape),
        theta=theta,
        certificates=Certificates(
            passes=passes,
            gradient_norm=np.full(count, np.nan),
            decrement=np.sqrt(2.0 * gap),
            score_bound=bound,
            refreshed=np.zeros(count, dtype=bool),
            at_rounding=np.zeros(count, dtype=bool),
            duality_gap=gap,
        ),
    )


def _rows(measure: Measure, theta: Array) -> Array:
    """Over how many rows, weights counted, each value of a measure is a sum: (T, B)."""
    return np.asarray(sum(part.total(np.ones_like(part.scores(theta))) for part in measure.parts))


def _reach(objective: Objective, X_test: Design) -> float:
    """R: by how much more than the weights the score of a training row or row of the test points moves."""
    free = objective.intercept is Intercept.FREE
    train = largest_row(objective.X, free)
    # a coefficient is a score of a row of length 1
    return max(train, largest_row(X_test, free), 1.0) + (train if free else 0.0)


def _score_error(objective: Objective, reach: float, theta: Array, gap: Array) -> Array:
    """At most |fl(xᵀθ) − xᵀθ*| of every training row and row of the test points: (B,)."""
    rounding = gamma(objective.p + 2) * (reach + 1.0) * np.linalg.norm(theta, axis=0)
    return np.asarray(SLACK * (reach * np.sqrt(2.0 * gap / objective.lam) + rounding))


def largest_row(X: Design, free: bool) -> float:
    """The largest norm of a row's penalised part."""
    penalised = X[:, :-1] if free else X
    squares = penalised**2 if isinstance(penalised, np.ndarray) else penalised.power(2)
    return float(np.sqrt(np.asarray(squares.sum(axis=1)).max(initial=0.0)))
