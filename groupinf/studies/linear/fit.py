"""λ, as configured or cross-validated, and the fit on all training rows."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from groupinf.datasets.dataset import Dataset
from groupinf.numerics.approximate_leave_one_out import MOST_WORK
from groupinf.numerics.cross_validation import SCORES, CrossValidated, cross_validate
from groupinf.numerics.fit import RELATIVE_TOLERANCE, Fitted, differentiated_at, first_fit, polished
from groupinf.numerics.losses.loss import Array
from groupinf.numerics.objective import Objective
from groupinf.numerics.support_vectors import Machine, require_small_gap, support_vector_machine
from groupinf.studies.linear.folds import folds_of, one_class_notes
from groupinf.studies.linear.linear_model import LinearModel, trained_on, training_objective
from groupinf.studies.linear.manifest import ScoredValue
from groupinf.studies.linear.schema import Regularization
from groupinf.wording import number

# what takes the derivatives of a loss, as notes begin
PREDICTIONS = "predictions are made with"


def lam_from(lam_over_n: float, n: int) -> float:
    """λ = (λ/n)·n, with n the number of training rows, their weights not counted: the one place that converts."""
    return lam_over_n * n


@dataclass(frozen=True)
class Model:
    """The fit, its λ/n, the cross-validation table that chose it (None where it was configured), and notes.

    Groups are drawn from the ``first`` fit, effects are measured from its polished one, ``fitted``. Of a loss that is
    not smooth both have the derivatives of its smooth version at θ̂, and the ``machine`` says how exact θ̂ is. Where
    another loss is ``linearised``, that has its derivatives at θ̂; groups are drawn from them then.

    The table has a row for each value of the grid: lam_over_n, mean_score and standard_error over the folds, the score
    fold_k of each fold, approximate_leave_one_out (NaN where it is left out), and chosen. Higher scores are better.
    """

    first: Fitted
    lam_over_n: float
    cross_validation: pd.DataFrame | None
    fitted: Fitted
    notes: tuple[str, ...] = ()
    machine: Machine | None = None
    linearised: Fitted | None = None


def fit_model(
    regularization: Regularization,
    seed: int,
    model: LinearModel,
    dataset: Dataset,
    start: Array | None = None,
    made: str = PREDICTIONS,
    threads: int = 1,
) -> Model:
    """Choose λ and fit, from ``start``, parameters of the features, where given.

    Raises ConvergenceError where a fit does not converge.

    ``seed`` decides shuffled folds, and nothing else. A note on derivatives begins with what is ``made``.
    A large Hessian is summed by so many ``threads``, which change no number.
    """
    wanted = regularization.cross_validation
    if wanted is None:
        assert regularization.lambda_over_n is not None  # the schema wants one of the two
        objective = training_objective(dataset, model, lam_from(regularization.lambda_over_n, dataset.n))
        return fit_at(model, objective, start, regularization.lambda_over_n, made=made, threads=threads)
    objective = training_objective(dataset, model, 0.0)
    folds = folds_of(wanted, dataset.y_train, seed)
    grid = np.logspace(np.log10(wanted.min), np.log10(wanted.max), wanted.num)
    lams = tuple(lam_from(float(value), dataset.n) for value in grid)
    result = cross_validate(trained_on(objective, dataset), lams, folds, SCORES[wanted.score_for(dataset.task)])
    best = result.lams.index(result.best)
    return fit_at(
        model,
        replace(objective, lam=result.best),
        start,
        float(grid[best]),
        _table(grid, result, best),
        (*_edge_note(best, grid.size), *_left_out_note(result), *one_class_notes(wanted, dataset, seed)),
        made,
        threads,
    )


def fit_at(
    model: LinearModel,
    objective: Objective,
    start: Array | None,
    lam_over_n: float,
    cross_validation: pd.DataFrame | None = None,
    notes: tuple[str, ...] = (),
    made: str = PREDICTIONS,
    threads: int = 1,
) -> Model:
    """The fit at one λ, from ``start``, parameters of the features, where given; raises ConvergenceError."""
    if not objective.loss.smooth:
        machine = support_vector_machine(objective)
        require_small_gap(objective, machine)
        fitted = replace(differentiated_at(objective, machine.theta), passes=machine.passes)
        return Model(fitted, lam_over_n, None, fitted, (*notes, *gradient_note(fitted, made)), machine)
    first = first_fit(objective, None if start is None else objective.in_coordinates(start), threads)
    fitted = polished(first)
    linearised = linearised_at(fitted, model)
    notes = notes if linearised is None else (*notes, *gradient_note(linearised, made))
    return Model(first, lam_over_n, cross_validation, fitted, notes, None, linearised)


def linearised_at(fitted: Fitted, model: LinearModel) -> Fitted | None:
    """The derivatives at θ̂ of the loss that is linearised; None where it is the fitted one."""
    if model.linearised is None:
        return None
    return differentiated_at(replace(fitted.objective, loss=model.linearised), fitted.theta, fitted.left)


def gradient_note(linearised: Fitted, made: str = PREDICTIONS) -> tuple[str, ...]:
    """How far θ̂ is from a minimum of the loss whose derivatives are used, where it is not at one."""
    if linearised.decrement <= RELATIVE_TOLERANCE * linearised.scale:
        return ()
    return (
        f"{made} the derivatives of {linearised.objective.loss.derivatives_in_text}, whose "
        f"gradient is not zero at θ̂: its norm is {number(linearised.gradient_norm)}, and the Newton step that it asks "
        f"for has a decrement of {number(linearised.decrement)}",
    )


def _table(grid: Array, result: CrossValidated, best: int) -> pd.DataFrame:
    folds = result.scores.shape[1]
    return pd.DataFrame(
        {
            "lam_over_n": grid,
            "mean_score": result.scores.mean(axis=1),
            "standard_error": result.scores.std(axis=1, ddof=1) / np.sqrt(folds),
            **{f"fold_{k}": result.scores[:, k] for k in range(folds)},
            "approximate_leave_one_out": result.approximate_leave_one_out,
            "chosen": np.arange(grid.size) == best,
        }
    )


def _edge_note(best: int, num: int) -> tuple[str, ...]:
    if num == 1 or best not in (0, num - 1):
        return ()
    end = "smallest" if best == 0 else "largest"
    return (f"cross-validation chose the {end} lambda_over_n of its grid: a wider grid may hold a better one",)


def _left_out_note(result: CrossValidated) -> tuple[str, ...]:
    if not np.isnan(result.approximate_leave_one_out).all():
        return ()
    return (
        "approximate leave-one-out is left out of the cross-validation: with so many parameters and rows it takes a "
        f"solve by iteration for each row, or more than {number(MOST_WORK)} multiplications for each lambda_over_n",
    )


def scored_values(model: Model) -> tuple[ScoredValue, ...] | None:
    """The cross-validation for the manifest; None where λ was configured."""
    table = model.cross_validation
    if table is None:
        return None
    scores = table.filter(regex=r"^fold_\d+$").to_numpy(dtype=np.float64)
    return tuple(
        ScoredValue(float(value), float(mean), tuple(float(score) for score in row))
        for value, mean, row in zip(table["lam_over_n"], table["mean_score"], scores, strict=True)
    )
