"""λ, as configured or cross-validated, and the fit on all training rows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from groupinf.config.schema import Regularization
from groupinf.datasets.dataset import Dataset
from groupinf.experiments.problem import training_objective
from groupinf.numerics.cross_validation import SCORES, contiguous_folds, cross_validate
from groupinf.numerics.fit import Fitted, fit
from groupinf.numerics.losses import Array
from groupinf.numerics.objective import Objective
from groupinf.numerics.predict import accuracy, mean_loss


def lam_from(lam_over_n: float, n: int) -> float:
    """λ = (λ/n)·n, with n the number of training rows, their weights not counted: the one place that converts."""
    return lam_over_n * n


@dataclass(frozen=True)
class Model:
    """The fit, its λ/n, the cross-validation table that chose it (None where it was configured), and notes."""

    fitted: Fitted
    lam_over_n: float
    cross_validation: list[dict[str, Any]] | None
    notes: tuple[str, ...] = ()


def fit_model(regularization: Regularization, dataset: Dataset, start: Array | None = None) -> Model:
    """Choose λ and fit, from ``start`` (P,) where given; raises ConvergenceError where a fit does not converge."""
    wanted = regularization.cross_validation
    if wanted is None:
        assert regularization.lambda_over_n is not None  # the schema wants one of the two
        objective = training_objective(dataset, lam_from(regularization.lambda_over_n, dataset.n))
        return Model(fit(objective, start), regularization.lambda_over_n, None)
    grid = np.logspace(np.log10(wanted.min), np.log10(wanted.max), wanted.num)
    objective = training_objective(dataset, 0.0)
    folds = contiguous_folds(dataset.n, wanted.folds)
    lams = tuple(lam_from(float(value), dataset.n) for value in grid)
    result = cross_validate(objective, lams, folds, SCORES[wanted.score])
    table = [
        {"lam_over_n": float(value), "mean_score": float(scores.mean()), "scores": [float(s) for s in scores]}
        for value, scores in zip(grid, result.scores, strict=True)
    ]
    best = result.lams.index(result.best)
    return Model(fit(replace(objective, lam=result.best), start), float(grid[best]), table, _edge_note(best, grid.size))


def _edge_note(best: int, num: int) -> tuple[str, ...]:
    if num == 1 or best not in (0, num - 1):
        return ()
    end = "smallest" if best == 0 else "largest"
    return (f"cross-validation chose the {end} lambda_over_n of its grid: a wider grid may hold a better one",)


def describe_fit(model: Model, dataset: Dataset, test: Objective) -> dict[str, Any]:
    """The fit for the manifest: λ, how exact it is, and how well it does on training and test rows."""
    fitted, classifies = model.fitted, dataset.task == "classification"
    return {
        "lam": fitted.objective.lam,
        "lam_over_n": model.lam_over_n,
        "cross_validation": model.cross_validation,
        "train_accuracy": accuracy(fitted.objective, fitted.theta) if classifies else None,
        "test_accuracy": accuracy(test, fitted.theta) if classifies else None,
        "train_loss": mean_loss(fitted.objective, fitted.theta),
        "test_loss": mean_loss(test, fitted.theta),
        "fit": {
            "gradient_norm": fitted.gradient_norm,
            "decrement": fitted.decrement,
            "passes": fitted.passes,
        },
    }
