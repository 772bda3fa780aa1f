"""Cross-validation over λ: folds are groups that are removed, so that every fold is an exact retrain.

Beside the folds' scores stands that of approximate leave-one-out at the same λ, from the factor that the fit leaves.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from groupinf.errors import ConvergenceError
from groupinf.numerics.approximate_leave_one_out import scores_without_each
from groupinf.numerics.change import changed, removing
from groupinf.numerics.engine import choose_engine
from groupinf.numerics.fit import RELATIVE_TOLERANCE, Fitted, fit
from groupinf.numerics.losses.loss import Array, Loss
from groupinf.numerics.objective import Objective, Rows, scores
from groupinf.numerics.predict import classes_from
from groupinf.numerics.reduced import CERTIFICATE_TOLERANCE
from groupinf.numerics.retrain import retrain
from groupinf.wording import counted, number

# of a loss, the scores z (m, K') and the labels (m,) of some rows; higher is better
Score = Callable[[Loss, Array, Array], float]


@dataclass(frozen=True)
class CrossValidated:
    """Scores (values of λ, folds), and the λ with the best mean score, the first of ties.

    ``approximate_leave_one_out`` (values of λ) is the same score over all rows, each under the model without it by
    approximation; NaN where it is too dear.
    """

    lams: tuple[float, ...]
    scores: Array
    best: float
    approximate_leave_one_out: Array


def contiguous_folds(n: int, folds: int) -> tuple[Rows, ...]:
    """Rows 0..n−1 in ``folds`` consecutive slices of ⌈n/folds⌉ rows, the last one shorter (the paper's code).

    >>> [f.tolist() for f in contiguous_folds(5, 2)]
    [[0, 1, 2], [3, 4]]
    """
    size = -(-n // folds)
    slices = (np.arange(k * size, min((k + 1) * size, n)) for k in range(folds))
    return tuple(rows for rows in slices if rows.size)


def shuffled_folds(n: int, folds: int, stream: np.random.Generator) -> tuple[Rows, ...]:
    """Rows 0..n−1 in random order, cut as ``contiguous_folds`` cuts them; rising within each fold."""
    order = stream.permutation(n)
    return tuple(np.sort(order[places]) for places in contiguous_folds(n, folds))


def stratified_folds(y: Array, folds: int, stream: np.random.Generator | None = None) -> tuple[Rows, ...]:
    """Rows dealt out in turn, class by class, in their order or, with a ``stream``, in random order.

    The number of rows of each class differs by at most one between folds, and so does the number of all rows.

    >>> [f.tolist() for f in stratified_folds(np.array([0, 0, 0, 1, 1]), 2)]
    [[0, 2, 4], [1, 3]]
    """
    order = np.arange(y.size) if stream is None else stream.permutation(y.size)
    by_class = order[np.argsort(y[order], kind="stable")]
    return tuple(np.sort(by_class[k::folds]) for k in range(folds))


def accuracy(loss: Loss, z: Array, y: Array) -> float:
    """Share of rows whose class is predicted, unweighted."""
    return float(np.mean(classes_from(z) == y))


def f1(loss: Loss, z: Array, y: Array) -> float:
    """2·TP/(2·TP + FP + FN) of class 1; 0 where nothing is positive."""
    predicted, truth = classes_from(z) == 1, y == 1
    total = int(predicted.sum() + truth.sum())
    return 2.0 * int((predicted & truth).sum()) / total if total else 0.0


def minus_log_loss(loss: Loss, z: Array, y: Array) -> float:
    """−mean ℓ, unweighted: in nats, for the squared loss in half squared units of y."""
    return -float(np.mean(loss.values(z, y)))


SCORES: dict[str, Score] = {"accuracy": accuracy, "f1": f1, "log_loss": minus_log_loss}


def cross_validate(
    objective: Objective, lams: tuple[float, ...], folds: tuple[Rows, ...], score: Score
) -> CrossValidated:
    """Score every λ on every fold, the model fitted without the fold at the same λ (not rescaled to its rows).

    ``score`` is higher for better. Raises ConvergenceError where a fit does not converge.
    """
    table, left_out = np.empty((len(lams), len(folds))), np.full(len(lams), np.nan)
    start: Array | None = None
    for i, lam in enumerate(lams):
        fitted = fit(replace(objective, lam=lam), start)
        start = fitted.theta
        theta = _without_each(fitted, folds)
        for k, rows in enumerate(folds):
            part = objective.at(rows)
            table[i, k] = score(part.loss, scores(part.X, theta[:, k], part.loss.outputs), part.y)
        without_each = scores_without_each(fitted)
        if without_each is not None:
            left_out[i] = score(objective.loss, without_each, objective.y)
    best = lams[int(np.argmax(table.mean(axis=1)))]
    return CrossValidated(lams, table, best, left_out)


def _without_each(fitted: Fitted, folds: tuple[Rows, ...]) -> Array:
    change = removing(fitted)
    block = changed(fitted, change, folds)
    engine = choose_engine(fitted, change, fitted.objective.n / len(folds))
    reduced = engine.reduced(block)
    start = fitted.theta[:, None] + reduced.solve(block.g, np.arange(len(folds)), CERTIFICATE_TOLERANCE)
    tolerance = np.full(len(folds), 100 * RELATIVE_TOLERANCE * fitted.scale)
    retrained = retrain(block, reduced, engine.precondition(block, reduced), start, tolerance, engine.truncated_newton)
    if not retrained.converged.all():
        fold = int(np.flatnonzero(~retrained.converged)[0])
        raise ConvergenceError(
            f"cross-validation at lambda_over_n {number(fitted.objective.lam / fitted.objective.n, 6)}: fold {fold} "
            f"stopped at a Newton decrement of {number(retrained.decrement[fold])} after "
            f"{counted(retrained.passes[fold], 'pass', 'passes')}; a larger "
            "min of the grid, or features scaled to about 1 (standardise: true), make the problem easier"
        )
    return retrained.theta
