"""Every training row against every test point: what removing the row alone does, as predicted without retraining."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields

import numpy as np

from groupinf.effects.evaluations.on_test_points import OnTestPoints
from groupinf.effects.methods.method import Setting
from groupinf.effects.methods.without_train_loss import unit_residuals
from groupinf.effects.steps import solved_with
from groupinf.effects.test_rows import TestRows
from groupinf.numerics.approximate_leave_one_out import ChangedEach
from groupinf.numerics.change import removing
from groupinf.numerics.fit import Fitted
from groupinf.numerics.losses.loss import Array
from groupinf.numerics.objective import HESSIAN_ROWS, Rows, scores, transposed_product
from groupinf.numerics.products import Design
from groupinf.points.row_scores import MOST_WORK, PlainScores, RowScores, left_out_each, plain_scores, scores_of_steps
from groupinf.wording import number

# multiplications for the scores of test rows without each training row beyond which they are left out: a minute
MOST_MOVED = 1e12
# scores of test rows that are moved at a time, and right-hand sides that are solved for
MOVED_TOGETHER, SOLVED_TOGETHER = 2**22, 512
NO_STEPS = (
    "points: leverage, self-influence, leave-one-out, Cook's distance and newton are left out: H has no factor, or "
    f"they take more than {number(MOST_WORK)} multiplications with it"
)
NO_NEWTON = (
    f"points: newton is left out, as the scores of all test rows without each training row take more than "
    f"{number(MOST_MOVED)} multiplications"
)


@dataclass(frozen=True)
class RemovalEffects:
    """What removing each of m rows does to each of V values, (V, m): ``influence`` ∇f(θ̂)ᵀH⁻¹g_i, its variants as the
    methods of these names have them, and ``newton`` f(θ̂ + Δ_i) − f(θ̂) with the Newton step Δ_i without the row.
    """

    influence: Array
    without_hessian: Array
    without_train_loss: Array
    inner_product: Array
    newton: Array


@dataclass(frozen=True)
class PointEffects:
    """Of m training ``rows``, (m,), their ``scores``, and the ``effects`` of removing each on V ``values``: names of
    evaluations with labels of test points. NaN is what is not computed; ``notes`` say why.
    """

    rows: Rows
    values: tuple[tuple[str, int], ...]
    scores: RowScores
    effects: RemovalEffects
    notes: tuple[str, ...] = ()


def point_effects(
    fitted: Fitted, test: TestRows, evaluations: Sequence[OnTestPoints], rows: Rows | None = None
) -> PointEffects:
    """The effects of removing each of the ``rows`` (default: all) on the ``evaluations``, which have derivatives.

    Steps have the derivatives of the loss of ``fitted``, and the loss of the ``test`` rows is the one that is measured,
    of training rows too. Nothing is retrained: a few solves for each test point, and passes over chunks of rows.
    """
    chosen = np.arange(fitted.objective.n) if rows is None else rows
    each = left_out_each(fitted)
    notes = [] if each is not None else [NO_STEPS]
    newton = np.full((len(evaluations) * len(test.labels), chosen.size), np.nan)
    if each is not None and _work(fitted, test, chosen.size) > MOST_MOVED:
        notes.append(NO_NEWTON)
    elif each is not None:
        newton = _newton(fitted, each, test, evaluations, chosen)
    slopes = gradients(fitted, test, evaluations)
    solved = solved_with(fitted.objective, fitted.theta, fitted.factor, slopes).delta
    unit = unit_residuals(Setting(fitted, removing(fitted)))
    full, no_hessian = (_products(fitted, V, (fitted.residuals, unit), chosen) for V in (solved, slopes))
    return PointEffects(
        rows=chosen,
        values=tuple((evaluation.name, label) for evaluation in evaluations for label in test.labels),
        scores=_at(_all_scores(fitted, test, each), chosen),
        effects=RemovalEffects(full[0], no_hessian[0], full[1], no_hessian[1], newton),
        notes=tuple(notes),
    )


def gradients(
    fitted: Fitted, test: TestRows, evaluations: Sequence[OnTestPoints], features: Design | None = None
) -> Array:
    """∇f(θ̂) of each value, evaluation by evaluation, (P, V); in parameters of other ``features`` of the test rows where
    they are given.
    """
    points = test.points
    z = scores(points.X, fitted.theta, points.loss.outputs)
    slopes = [evaluation.slopes(points.loss, z, points.y) for evaluation in evaluations]
    return np.column_stack([test.gradients(of_each, features) for of_each in slopes])


def _chunks(fitted: Fitted, chosen: Rows, width: int) -> Iterator[tuple[slice, Rows]]:
    """Slices of the chosen rows, and the rows: ``width`` numbers for each of their scores are held at a time."""
    step = max(1, min(HESSIAN_ROWS, MOVED_TOGETHER // max(1, width * fitted.objective.loss.outputs)))
    for start in range(0, chosen.size, step):
        place = slice(start, start + step)
        yield place, chosen[place]


def _products(fitted: Fitted, V: Array, residuals: Sequence[Array], chosen: Rows) -> list[Array]:
    """VᵀX_iᵀr_i of each chosen row, for each of the ``residuals`` (n, K'): (V, m)."""
    found = [np.empty((V.shape[1], chosen.size)) for _ in residuals]
    for place, rows in _chunks(fitted, chosen, V.shape[1]):
        z = scores(fitted.objective.X[rows], V, fitted.objective.loss.outputs)
        for total, r in zip(found, residuals, strict=True):
            total[:, place] = np.einsum("nkv,nk->vn", z, r[rows])
    return found


def _work(fitted: Fitted, test: TestRows, rows: int) -> float:
    return float(rows) * fitted.objective.size * test.points.n * fitted.objective.loss.outputs


def _newton(
    fitted: Fitted, each: ChangedEach, test: TestRows, evaluations: Sequence[OnTestPoints], chosen: Rows
) -> Array:
    """f(θ̂ + H⁻¹X_iᵀρ_i) − f(θ̂): the step moves the scores of test row t by X_tH⁻¹X_iᵀρ_i."""
    outputs = fitted.objective.loss.outputs
    total = np.zeros((len(evaluations), len(test.labels), chosen.size))
    for place, values in _places(test, max(1, SOLVED_TOGETHER // outputs)):
        part = test.rows.at(place)
        each_score = transposed_product(part.X, np.eye(part.n * outputs).reshape(part.n, outputs, -1))
        solved = solved_with(fitted.objective, fitted.theta, fitted.factor, each_score).delta
        z = scores(part.X, fitted.theta, outputs)[:, :, None]
        read = [evaluation.part(test, place, summed=bool(test.sums)) for evaluation in evaluations]
        for within, rows in _chunks(fitted, chosen, part.n * outputs):
            moved = np.einsum("nkq,nk->qn", scores(fitted.objective.X[rows], solved, outputs), each.residuals[rows])
            after = z + moved.reshape(part.n, outputs, -1)
            for e, one in enumerate(read):
                total[e, values, within] += one.values(after) - one.values(z)
    total[:, :, each.lost[chosen]] = np.nan
    return total.reshape(-1, chosen.size)


def _places(test: TestRows, most: int) -> Iterator[tuple[slice, slice]]:
    """Slices of at most so many test rows, and of the test points that they are, or are summed up in."""
    for t, point in enumerate(test.sums or (slice(0, len(test.labels)),)):
        for start in range(point.start, point.stop, most):
            rows = slice(start, min(start + most, point.stop))
            yield rows, slice(t, t + 1) if test.sums else rows


def _all_scores(fitted: Fitted, test: TestRows, each: ChangedEach | None) -> RowScores:
    if each is not None:
        return scores_of_steps(fitted, each, test.rows.loss)
    plain = plain_scores(fitted, test.rows.loss)
    known = {field.name for field in fields(PlainScores)}
    nothing = np.full(fitted.objective.n, np.nan)
    return RowScores(**vars(plain), **{f.name: nothing for f in fields(RowScores) if f.name not in known})


def _at(told: RowScores, rows: Rows) -> RowScores:
    return RowScores(**{field.name: getattr(told, field.name)[rows] for field in fields(RowScores)})
