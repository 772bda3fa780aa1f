"""Cross-validation over λ: folds are groups that are removed, so that every fold is an exact retrain."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from groupinf.errors import ConvergenceError
from groupinf.numerics.engine import choose_engine
from groupinf.numerics.fit import RELATIVE_TOLERANCE, Fitted, fit
from groupinf.numerics.losses import Array
from groupinf.numerics.objective import Objective, Rows, values
from groupinf.numerics.predict import accuracy, mean_loss, predicted_classes
from groupinf.numerics.reduced import CERTIFICATE_TOLERANCE
from groupinf.numerics.removal import removal
from groupinf.numerics.retrain import retrain

Score = Callable[[Objective, Array], float]


@dataclass(frozen=True)
class CrossValidated:
    """Scores (values of λ, folds), and the λ with the best mean score, the first of ties."""

    lams: tuple[float, ...]
    scores: Array
    best: float


def contiguous_folds(n: int, folds: int) -> tuple[Rows, ...]:
    """Rows 0..n−1 in ``folds`` consecutive slices of ⌈n/folds⌉ rows, the last one shorter (the paper's code).

    >>> [f.tolist() for f in contiguous_folds(5, 2)]
    [[0, 1, 2], [3, 4]]
    """
    size = -(-n // folds)
    slices = (np.arange(k * size, min((k + 1) * size, n)) for k in range(folds))
    return tuple(rows for rows in slices if rows.size)


def f1(objective: Objective, theta: Array) -> float:
    """2·TP/(2·TP + FP + FN) of class 1; 0 where nothing is positive."""
    predicted, truth = predicted_classes(objective, theta) == 1, objective.y == 1
    total = int(predicted.sum() + truth.sum())
    return 2.0 * int((predicted & truth).sum()) / total if total else 0.0


SCORES: dict[str, Score] = {"accuracy": accuracy, "f1": f1, "log_loss": lambda o, theta: -mean_loss(o, theta)}


def cross_validate(
    objective: Objective, lams: tuple[float, ...], folds: tuple[Rows, ...], score: Score
) -> CrossValidated:
    """Score every λ on every fold, the model fitted without the fold at the same λ (not rescaled to its rows).

    ``score`` is higher for better. Raises ConvergenceError where a fit does not converge.
    """
    table = np.empty((len(lams), len(folds)))
    start: Array | None = None
    for i, lam in enumerate(lams):
        fitted = fit(replace(objective, lam=lam), start)
        start = fitted.theta
        theta = _without_each(fitted, folds)
        for k, rows in enumerate(folds):
            table[i, k] = score(objective.at(rows), theta[:, k])
    means = table.mean(axis=1)
    return CrossValidated(lams, table, lams[int(np.argmax(means))])


def _without_each(fitted: Fitted, folds: tuple[Rows, ...]) -> Array:
    block = removal(fitted, folds)
    engine = choose_engine(fitted, fitted.objective.n / len(folds))
    reduced = engine.reduced(block)
    start = fitted.theta[:, None] + reduced.solve(block.g, np.arange(len(folds)), CERTIFICATE_TOLERANCE)
    scale = np.sqrt(values(fitted.objective, np.zeros((fitted.objective.size, 1)))[0])
    tolerance = np.full(len(folds), 100 * RELATIVE_TOLERANCE * scale)
    retrained = retrain(block, reduced, engine.precondition(block, reduced), start, tolerance, engine.truncated_newton)
    if not retrained.converged.all():
        fold = int(np.flatnonzero(~retrained.converged)[0])
        raise ConvergenceError(
            f"cross-validation at lambda {fitted.objective.lam:.6g}: fold {fold} stopped at a Newton decrement "
            f"of {retrained.decrement[fold]:.3g} after {retrained.passes[fold]} passes"
        )
    return retrained.theta
